"""Endless recursion: the round in which a stack goes."""

from bridge.model import Frame

LONGEST_ROUND = 16
"""Frames in a round, and frames above the first."""
_ROUNDS = 24


def cycle(frames: tuple[Frame, ...]) -> tuple[int, int] | None:
    """Where a recursion starts and how many frames one round has; None where there is none."""
    names = [(frame.image, frame.symbol or frame.offset) for frame in frames]
    for length in range(1, LONGEST_ROUND + 1):
        run = 0
        for place in range(len(names) - length):
            same = names[place] == names[place + length]
            run = run + 1 if same else 0
            if run >= _ROUNDS * length and place - run < LONGEST_ROUND:
                return place - run + 1, length
    return None
