"""A crash's stack in the form in which stacks are compared with each other."""

from itertools import islice

from bridge.crash.cause import family_key
from bridge.crash.rules import Role
from bridge.crash.stack import telling_stack
from bridge.crash.symbol import classify
from bridge.model import Cause, CrashReport, Trace

FRAMES = 40
"""Own frames that are kept; what is deeper hardly weighs."""
_LOOKED_AT = 512


def trace(report: CrashReport, cause: Cause) -> Trace:
    """The app's own named frames, innermost first, and the system function they called."""
    family = family_key(cause)
    frames: list[str] = []
    entry: str | None = None
    for frame in islice(telling_stack(report, family), _LOOKED_AT):
        role, _, name = classify(frame)
        if name is None:
            continue
        image = (frame.image or "???").removesuffix(".debug.dylib")
        word = f"{image}!{name}"
        if role is Role.APP and (not frames or frames[-1] != word):
            frames.append(word)
        elif role is Role.SYSTEM and not frames and not name.startswith("_"):
            entry = word
        if len(frames) == FRAMES:
            break
    return Trace(family=family, frames=tuple(frames), entry=entry)
