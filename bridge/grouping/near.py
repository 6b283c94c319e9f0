"""Near matches: whether a crash whose fingerprint is unknown is nearly one we know. Pure.

A wrong join hides a bug, and a suggestion costs a reader a glance; so a stack joins only where it
is nearly the same from the top down, and everything between is said in the new issue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from bridge.crash.similarity import Rarity, plain, similarity
from bridge.model import Diagnosis, Likeness, Trace

JOIN = 0.82
"""From this score on a stack joins; docs/decisions/006-near-matches.md has the measurement."""
SUGGEST = 0.65
"""From this score on the new issue says what it is possibly the same as."""
TELLING = 3
"""Telling frames that two stacks must share to be joined; two of them may be one wrapper."""
SUGGEST_TELLING = 2
"""… and to be suggested."""
SUGGESTIONS = 3
MARGIN = 0.05
"""How much nearer than the runner-up the nearest must be; between two it is people who choose."""
TOP = 10
"""Frames of a stack by which candidates are found: they share at least one."""
SCANNED = 200
"""Groups that are looked at for each of these frames."""
CANDIDATES = 20
"""Groups that a stack is compared with."""
KEPT = 5
"""Stacks of a group that are kept, one a finer fingerprint."""
_BEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A group by its stacks."""

    group_id: str
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a stack is near to; both are empty where it is near to nothing."""

    join: Likeness | None = None
    """The group that it is part of, where near matches are joined."""
    like: tuple[Likeness, ...] = ()
    """The groups that it is possibly the same as, nearest first, `join` among them."""


def comparable(diagnosis: Diagnosis) -> bool:
    """Whether a crash's stack may be kept for others to be compared with.

    Where the frame nearest to the failure has no name, the stack's first named one is not where
    it failed, and two such stacks look more alike than they are.
    """
    return diagnosis.fingerprint.confident and bool(diagnosis.trace.frames)


def likest(
    trace: Trace, candidates: Iterable[Known], rarity: Rarity, *, certain: bool = True
) -> Judgement:
    """Compare a stack with those of known groups.

    A group is as near as the nearest of its stacks; to be joined, its nearest three must be near
    on the average, so that a chain of stacks, each near to the next, does not grow into one
    group. A stack that is not `certain` of its top never joins.
    """
    found = [near for known in candidates if (near := _nearness(trace, known, rarity))]
    found.sort(key=lambda near: (-near.likeness.score, near.likeness.group_id))
    like = tuple(near.likeness for near in found[:SUGGESTIONS])
    if not found or not certain or not found[0].may_join:
        return Judgement(like=like)
    runner_up = found[1].likeness.score if len(found) > 1 else 0.0
    clear = like[0].score - runner_up >= MARGIN
    return Judgement(join=like[0] if clear else None, like=like)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    likeness: Likeness
    may_join: bool


def _nearness(trace: Trace, known: Known, rarity: Rarity) -> _Near | None:
    compared = [(similarity(trace, other, rarity), other) for other in known.traces]
    compared.sort(key=lambda pair: -pair[0].score)
    if not compared or compared[0][0].telling < SUGGEST_TELLING:
        return None
    best, other = compared[0]
    if best.score < SUGGEST:
        return None
    close = fmean(found.score for found, _ in compared[:_BEST]) >= JOIN
    return _Near(
        likeness=Likeness(group_id=known.group_id, score=round(best.score, 3), common=best.common),
        may_join=close and best.telling >= TELLING and _same_top(trace, other),
    )


def _same_top(one: Trace, other: Trace) -> bool:
    """Whether both failed in the same function of the app, asking the same of the system."""
    return plain(one.frames[0]) == plain(other.frames[0]) and one.entry == other.entry
