"""How like two crashes' stacks are, from 0 to 1: their own frames, weighted and aligned.

The ideas are published: frames weigh more the nearer they are to the failure and the rarer they
are (Vasiliev et al., "TraceSim", 2020), and two stacks are compared by their best alignment in
order. The rest is chosen for crashes of one app: frames of the system don't count, since they
differ between its versions, and causes of different families are never alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import log

from bridge.model import Trace

FRAMES = 40
"""Frames of a stack that are compared, so that the time for a pair has a bound."""
DECAY = 0.7
"""What a frame weighs of the frame above it; the first three are two thirds of a long stack."""
_PRIOR = 10
"""Groups that every app is taken to have; with few known ones no frame counts as common."""
_LEAST = 0.05
"""What a frame that every group has is still worth."""
TELLING = 0.4
"""From this rarity on a frame says something; among 100 groups, one that up to 16 have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """How telling each frame is, by how many of an app's groups have it."""

    groups: int = 0
    holders: Mapping[str, int] = field(default_factory=dict[str, int])
    """By `plain` frame, how many groups have it; those left out are in none."""

    def of(self, frame: str) -> float:
        """1 for a frame that at most one group has, next to nothing for one that all have."""
        everyone = max(self.groups, *self.holders.values(), 0) + _PRIOR
        holders = max(1, self.holders.get(frame, 0))
        return max(_LEAST, log(everyone / (holders + 1)) / log(everyone / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """How like two stacks are."""

    score: float = 0.0
    """From 0, nothing in common, to 1, the same."""
    common: tuple[str, ...] = ()
    """The functions that stand in both, innermost first."""
    telling: int = 0
    """How many of those only few groups have."""


def plain(frame: str) -> str:
    """The function that a frame's code stands in, whichever closure or block of it this is.

    Without the image, since a function may be linked into another one in the next build.
    """
    return frame.partition("!")[2].removesuffix(" {closure}").removesuffix(" block") or frame


def similarity(one: Trace, other: Trace, rarity: Rarity) -> Similarity:
    """Compare two stacks: what their common frames weigh, of what all frames weigh.

    It is the same from both sides, 1 for a stack and itself, and no frame that differs makes it
    larger.
    """
    if one.family != other.family or not one.frames or not other.frames:
        return Similarity()
    first, second = sorted((_plain(one), _plain(other)))
    telling = {frame: rarity.of(frame) for frame in {*first, *second}}
    weights = _weights(first, telling), _weights(second, telling)
    shared = _aligned(first, second, weights)
    both = sum(weights[0][i] + weights[1][j] for i, j in shared)
    whole = sum(weights[0]) + sum(weights[1])
    common = tuple(first[i] for i, _ in shared)
    return Similarity(
        score=1.0 if first == second else min(1.0, both / whole),
        common=common,
        telling=len({frame for frame in common if telling[frame] >= TELLING}),
    )


def _plain(trace: Trace) -> tuple[str, ...]:
    return tuple(plain(frame) for frame in islice(trace.frames, FRAMES))


def _weights(frames: Sequence[str], telling: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(DECAY**depth * telling[frame] for depth, frame in enumerate(frames))


def _aligned(
    first: Sequence[str],
    second: Sequence[str],
    weights: tuple[Sequence[float], Sequence[float]],
) -> list[tuple[int, int]]:
    """The pairs of equal frames, in the order of both, that weigh most together."""
    best = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in range(len(first) - 1, -1, -1):
        for j in range(len(second) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if first[i] == second[j]:
                pair = weights[0][i] + weights[1][j]
                best[i][j] = max(best[i][j], pair + best[i + 1][j + 1])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs
