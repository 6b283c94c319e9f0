"""A crash's title, cause first and then place, and the frame to look at first."""

import re
from collections.abc import Sequence

from bridge.crash.own import OWN, own
from bridge.crash.platform import BUG_TYPES
from bridge.crash.rules import Role
from bridge.crash.sight import Seen
from bridge.model import Cause, CrashReport, ReportKind

LONGEST = 80
_SHORTEST_PLACE = 12
_NEAR = 4
"""Own frames among which a named one is looked for below one without a name."""
_LABELS = re.compile(r"\([^()]{0,2048}\)$")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]+")
_UNNAMED = "???"
"""What a report has in place of a name that the system did not know."""
_REFUSED = {"codesign", "privacy"}
"""Causes by which the system ended the process: a function of its own says nothing more."""
_PLACELESS = {ReportKind.JETSAM, ReportKind.PANIC, ReportKind.STACKSHOT, ReportKind.OTHER}


def blame(views: Sequence[Seen]) -> Seen | None:
    """The first frame of the app's own code that says something, below wrappers and runtime.

    One with a name, if one is near. Else the first named system frame that is no plumbing, else
    the app's `main`, else none. `views` is the telling stack as the rules see it.
    """
    mine = own(views)
    if mine:
        return next((view for view in mine[:_NEAR] if view.name), mine[0])
    named = (view for view in views if view.role is Role.SYSTEM and view.name)
    own_any = (view for view in views if view.frame.in_app)
    return next(named, None) or next(own_any, None)


def title(report: CrashReport, cause: Cause, at: Seen | None) -> str:
    """`Crash: index out of range in CartView.total`, at most 80 characters on one line."""
    words = cause.title
    known = BUG_TYPES.get(report.bug_type or "")
    if report.kind is ReportKind.OTHER and known is not None:
        words = f"{known[1]} report"
    process = report.process if report.process != _UNNAMED else None
    if report.kind in _PLACELESS:
        return _fitted(f"{words} ({process})" if process else words)
    if at is not None and cause.id in _REFUSED and not at.frame.in_app:
        at = None
    place = (_place(at) if at is not None else None) or process
    if not place:
        return _fitted(words)
    room = LONGEST - len(words) - len(" in ")
    if len(place) > room:
        place = _shortened(place, room)
    return _fitted(f"{words} in {place}")


def _place(view: Seen) -> str | None:
    """A function's name as people say it: without argument labels, marks and generics."""
    name = view.name
    if name is None or view.role is Role.UNKNOWN:
        return view.image if view.frame.in_app and view.image != _UNNAMED else None
    if view.frame.in_app and view.role not in OWN:
        # A wrapper or `main`: the app's name says as much.
        return None
    name = name.removesuffix(" {closure}").removesuffix(" block")
    if name[:2] in {"-[", "+["}:
        return name
    for ending in (".getter", ".setter", ".modify", ".read"):
        name = name.removesuffix(ending)
    return _LABELS.sub("", name) or name


def _shortened(place: str, room: int) -> str:
    """The end of a long name, which tells more than its start; of a method the first words."""
    if place[:2] in {"-[", "+["} and place.endswith("]"):
        return _cut_selector(place, room)
    for mark in ("::", "."):
        while len(place) > room and mark in place and place[:2] not in {"-[", "+["}:
            place = place.partition(mark)[2]
    room = max(room, _SHORTEST_PLACE)
    return place if len(place) <= room else f"{place[: room - 1]}…"


def _cut_selector(place: str, room: int) -> str:
    """`-[Store open:with:…]` of `-[Store open:with:error:]`, where two words or more fit."""
    *words, _ = place.split(":")
    while len(words) > 1 and len(":".join(words)) + len(":…]") > room:
        words.pop()
    # One word of many says too little: `application:`.
    return f"{':'.join(words)}:…]" if len(words) > 1 else f"{place[: room - 1]}…"


def _fitted(text: str) -> str:
    text = _UNFIT.sub(" ", text).strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
