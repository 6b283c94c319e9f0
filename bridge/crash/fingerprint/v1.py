"""The first fingerprint: app, cause family, and the app's own frames nearest to the failure.

Left out on purpose: app and OS version, device, architecture, addresses, line numbers, thread
numbers, the exception's text, which image a named function is in, and all frames deeper than
those used, since these differ between two reports of one bug. Nothing here, nor what it stands
on (the rules, normal names, causes, which stack tells), changes once it is released; better
rules are v2.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bridge.crash.cause import family_key
from bridge.crash.cycle import cycle
from bridge.crash.own import entry, own
from bridge.crash.rules import Role
from bridge.crash.sight import Seen
from bridge.crash.stack import telling_stack
from bridge.model import Cause, CrashReport, ReportKind, SkippedFrame

NAME = "v1"
APP_FRAMES = 3
"""One frame merges what has one wrapper in common; all of them part what differs far below."""
EXACT_FRAMES = 8
SYSTEM_FRAMES = 4
"""Frames used where the app has none on the stack."""
LAST_FRAMES = 16
"""Frames used where there is only the way to `abort`, which is the same for all."""

_SINGLE = {ReportKind.CRASH, ReportKind.HANG, ReportKind.OTHER}
"""Kinds of which two without a stack are not taken for the same problem."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What one version makes of a report by one set of rules."""

    key: str
    exact: str
    used: tuple[str, ...]
    skipped: tuple[SkippedFrame, ...]
    confident: bool


def keys(report: CrashReport, cause: Cause, views: Sequence[Seen], *, version: str = NAME) -> Keys:
    """The keys of a report whose cause is known, with the frames used and those passed over.

    `views` is its telling stack as the rules see it; `version` names both rules and this code.
    """
    family = family_key(cause)
    mine = own(views)
    if family == "stackoverflow" and (turn := _round(report, family, views)):
        used, exact, confident = turn, turn, True
    elif mine:
        used, exact = _own_words(views, mine, APP_FRAMES), _own_words(views, mine, EXACT_FRAMES)
        confident = mine[0].role in {Role.APP, Role.PREFIX}
    else:
        used = exact = _system_words(report, views)
        confident = False
    return Keys(
        key=_key(version, report, family, used),
        exact=_key("x1", report, family, exact),
        used=tuple(view if isinstance(view, str) else view.word for view in used),
        skipped=_skipped(views, used),
        confident=confident,
    )


def app_key(report: CrashReport) -> str:
    """What names the app: its bundle id; the executable where the id is none."""
    bundle = report.bundle_id or ""
    return bundle if "." in bundle else report.app_image or report.process or bundle


def _own_words(views: Sequence[Seen], mine: Sequence[Seen], count: int) -> list[Seen | str]:
    """The first own frames, below the system's function if there is only one of them."""
    used: list[Seen | str] = []
    counted = 0
    for view in mine:
        used.append(view)
        counted += view.role is not Role.PREFIX
        if counted == count:
            break
    above = entry(views, mine[0]) if len(used) == 1 or count == EXACT_FRAMES else None
    return [above, *used] if above is not None else used


def _system_words(report: CrashReport, views: Sequence[Seen]) -> list[Seen | str]:
    """What there is where the app has no frame: the system's functions, else the whole stack.

    Crashes with nothing but the way to `abort` are taken for one within one build. Without a
    stack each is its own problem, rather than everybody's.
    """
    named = [view for view in views if view.role is Role.SYSTEM and view.name]
    if named:
        return list(named[:SYSTEM_FRAMES])
    mains = [view for view in views if view.frame.in_app and view.name]
    if mains:
        return [*_nameless(views)[:SYSTEM_FRAMES], mains[0]]
    placed = [view for view in views[:LAST_FRAMES] if view.name or view.frame.offset]
    if placed:
        return [f"build {report.app_version} ({report.build})", *placed]
    if report.kind in _SINGLE:
        return [f"incident {report.incident_id or report.captured_at or 'unknown'}"]
    return []


def _nameless(views: Sequence[Seen]) -> list[Seen]:
    """The places of the system above the app's `main` whose names are missing.

    Without them everything that fails below `main` would be one problem.
    """
    return [v for v in views if not v.frame.in_app and v.name is None and v.frame.offset]


def _round(report: CrashReport, family: str, views: Sequence[Seen]) -> list[Seen | str]:
    """A recursion's round, turned so that it starts the same wherever the stack was full."""
    found = cycle(telling_stack(report, family))
    if found is None or found[0] >= len(views):
        return []
    start, length = found
    turn: list[Seen | str] = list(views[start : start + length])
    return min((turn[n:] + turn[:n] for n in range(len(turn))), key=_words)


def _words(used: Iterable[Seen | str]) -> list[str]:
    """What goes into a key. A named function counts wherever it was linked to."""
    words = (view if isinstance(view, str) else view.name or view.word for view in used)
    return [word for word, _ in groupby(words)]


def _key(version: str, report: CrashReport, family: str, used: Sequence[Seen | str]) -> str:
    return hashed(version, report, family, _words(used))


def hashed(version: str, report: CrashReport, family: str, words: Iterable[str]) -> str:
    """The key of a report's app, its cause's family, and these words."""
    text = "\n".join((version, app_key(report), family, *words))
    return f"{version}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _skipped(views: Sequence[Seen], used: Sequence[Seen | str]) -> tuple[SkippedFrame, ...]:
    """The frames passed over on the way to the last one used, and why."""
    taken = {id(view) for view in used}
    last = max((n for n, view in enumerate(views) if id(view) in taken), default=len(views) - 1)
    words = {view.word for view in used if isinstance(view, Seen)}
    return tuple(
        SkippedFrame(frame=view.frame, reason=_reason(view))
        for view in views[:last]
        if view.word not in words
    )


def _reason(view: Seen) -> str:
    if view.role is Role.SYSTEM and not view.why:
        return "above the app's own code"
    return view.why or "not used"
