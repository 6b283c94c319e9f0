"""Keys that join reports of one problem which show different parts of the same stack.

A report may lack the names of the app's frames below an embedded framework, or those of all the
system's functions; which it lacks depends on where it was symbolicated. What both show must be
the same from the top, and what only one shows can't part them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.crash.cause import family_key
from bridge.crash.fingerprint.v1 import APP_FRAMES, hashed
from bridge.crash.images import is_swift_runtime
from bridge.crash.own import entry, own
from bridge.crash.rules import Role
from bridge.crash.sight import Seen
from bridge.model import Cause, CrashReport

_DELIBERATE = {"throw", "trap"}
"""Families of failures that a function decides on; there its name alone says something."""
_NAMED = {Role.APP, Role.PREFIX}
_THROWING = 3
"""Frames of the system with which any exception is thrown; more of them are a request's."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The keys of what a report shows of its stack."""

    both: tuple[str, ...] = ()
    """Owned and asked: those of reports that show as little."""
    asked: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


def parts(report: CrashReport, cause: Cause, views: Sequence[Seen]) -> Parts:
    """The keys of the first own names, with and without what other reports may not show.

    `views` is the report's telling stack as the rules see it.
    """
    mine = own(views)
    names = _names(mine)
    if not names:
        return Parts()
    family = family_key(cause)

    def key(kind: str, words: Sequence[str]) -> str:
        return hashed(kind, report, family, words)

    above = entry(views, mine[0])
    path = _request(views, mine[0]) if family in _DELIBERATE else ()
    request = (key("asks1", (*path, names[0])),) if path else ()
    cut = len(names) < min(len(mine), APP_FRAMES)
    blind = _is_blind(views, mine[0])
    if cut or (blind and len(names) == 1):
        if cut and len(names) == 1 and family not in _DELIBERATE:
            return Parts(both=request)
        known = (above.name or "",) if above is not None else ()
        return Parts(
            both=(key("less1", (*known, *names)), *request),
            asked=(key("more1", names),),
        )
    # A lone name is joined with what lies above it; with others it is a part that may be shown.
    starts = [names[:n] for n in range(1, len(names))] if len(names) > 1 else [names]
    if len(names) > 1 and family not in _DELIBERATE:
        starts = starts[1:]
    known = [()] if above is None else [(), (above.name or "",)]
    return Parts(
        both=request,
        asked=tuple(key("less1", (*first, *start)) for start in starts for first in known),
        shown=tuple(key("more1", start) for start in starts),
    )


def _names(mine: Sequence[Seen]) -> tuple[str, ...]:
    """The names of the first own frames, as far as they have any."""
    names: list[str] = []
    for view in mine[:APP_FRAMES]:
        if view.role not in _NAMED or view.name is None:
            break
        names.append(view.name)
    return tuple(names)


def _request(views: Sequence[Seen], first: Seen) -> tuple[str, ...]:
    """The way that the first own function's request took in the system until that refused it.

    Who called the function doesn't matter then: it is the one that asked. Empty where the
    function ended the process itself, since many may call it to do so.
    """
    above = [v for v in views[: views.index(first)] if not v.frame.in_app]
    way = [v for v in above if v.role in {Role.SYSTEM, Role.UNKNOWN} and not _is_swift(v)]
    named = any(v.role is Role.SYSTEM and v.name for v in way)
    if not all(v.name or v.frame.offset for v in way) or not (named or len(way) > _THROWING):
        return ()
    return tuple(v.name or v.word for v in way)


def _is_swift(view: Seen) -> bool:
    return is_swift_runtime(view.frame.image or "")


def _is_blind(views: Sequence[Seen], first: Seen) -> bool:
    """Whether the system's functions above the first own frame have no names at all."""
    above = [v.frame for v in views[: views.index(first)] if not v.frame.in_app]
    return bool(above) and not any(frame.symbol for frame in above)
