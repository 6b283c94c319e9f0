"""A crash's title, cause first and then place, and the frame to look at first."""

import re

from bridge.crash.platform import BUG_TYPES
from bridge.crash.rules import Role
from bridge.crash.stack import telling_stack
from bridge.crash.symbol import classify
from bridge.model import Cause, CrashReport, Frame, ReportKind

LONGEST = 80
_SHORTEST_PLACE = 12
_LABELS = re.compile(r"\([^()]{0,2048}\)$")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]+")
_PLACELESS = {ReportKind.JETSAM, ReportKind.PANIC, ReportKind.STACKSHOT, ReportKind.OTHER}


def blame(report: CrashReport, cause: Cause) -> Frame | None:
    """The first frame of the app's own code that says something, below wrappers and runtime.

    Else the first named system frame that is no plumbing; None where there is no stack.
    """
    roles = [(frame, classify(frame)) for frame in telling_stack(report, cause.id)[:128]]
    for frame, (role, _, _) in roles:
        if role is Role.APP or (frame.in_app and frame.symbol is None):
            return frame
    for frame, (role, _, name) in roles:
        if role is Role.SYSTEM and name is not None:
            return frame
    return next((frame for frame, _ in roles if frame.in_app), roles[0][0] if roles else None)


def title(report: CrashReport, cause: Cause, at: Frame | None) -> str:
    """`Crash: index out of range in CartView.total`, at most 80 characters on one line."""
    words = cause.title
    known = BUG_TYPES.get(report.bug_type or "")
    if report.kind is ReportKind.OTHER and known is not None:
        words = f"{known[1]} report"
    if report.kind in _PLACELESS:
        return _fitted(f"{words} ({report.process})" if report.process else words)
    place = _place(at) if at is not None else None
    place = place or report.process
    if not place:
        return _fitted(words)
    room = LONGEST - len(words) - len(" in ")
    if len(place) > room:
        place = _shortened(place, room)
    return _fitted(f"{words} in {place}")


def _place(frame: Frame) -> str | None:
    """A function's name as people say it: without argument labels, marks and generics."""
    role, _, name = classify(frame)
    if name is None or role is Role.UNKNOWN:
        return frame.image if frame.in_app else None
    name = name.removesuffix(" {closure}").removesuffix(" block")
    if name[:2] in {"-[", "+["}:
        return name
    for ending in (".getter", ".setter", ".modify", ".read"):
        name = name.removesuffix(ending)
    return _LABELS.sub("", name) or name


def _shortened(place: str, room: int) -> str:
    """The end of a long name, which tells more than its start."""
    for mark in ("::", "."):
        while len(place) > room and mark in place and place[:2] not in {"-[", "+["}:
            place = place.partition(mark)[2]
    room = max(room, _SHORTEST_PLACE)
    return place if len(place) <= room else f"{place[: room - 1]}…"


def _fitted(text: str) -> str:
    text = _UNFIT.sub(" ", text).strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
