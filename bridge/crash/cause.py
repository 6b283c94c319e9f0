"""Why a process ended: the family a report belongs to, by the first rule that fits.

The family is a part of the fingerprint; the exception's reason text never is, since most
reports lack it and it holds addresses where they don't.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bridge.crash import signs
from bridge.crash.cycle import cycle
from bridge.crash.families import FAMILIES
from bridge.crash.rules.rule import fits
from bridge.crash.symbol import normal
from bridge.model import Cause, CrashReport, Frame, ReportKind

_HEX_CODE = re.compile(r"0x0{0,16}([0-9a-f]{8})\b")
_PLAIN_CODE = re.compile(r"(?<![\w.])(\d{9,10})(?![\w.])")
_NULL = re.compile(r"\bat 0x0{0,16}[0-9a-f]{1,3}\b|^0x0{0,15}1, 0x0{0,16}[0-9a-f]{1,3}$")
_EXCEPTION = re.compile(
    r"uncaught exception '(\w{1,80})'|uncaught exception of type ((?!NSException)\w{1,80})"
)
_FAULTS = ("EXC_BAD_", "EXC_BREAKPOINT", "EXC_ARITHMETIC")
"""Exceptions whose codes hold an address, which may look like any other number."""
_TOP = 16
"""Frames looked at for the machinery that ended the process."""
_SHOWN = 3
"""Functions of a round that are named."""
_BY_ID = {"watchdog", "jetsam", "bgtask", "resource"}
"""Families whose members a report always tells apart."""
_KEYS = {
    "swift": "trap", "dispatch": "trap", "lock": "trap", "xpc": "trap", "trap": "trap",
    "objc": "throw", "cxx": "throw", "terminate": "throw", "abort": "throw",
    "bgtask.watch-cpu": "bgtask.watch", "bgtask.watch-busy": "bgtask.watch",
}  # fmt: skip
"""Families that only a message or a name tells apart, which one of two reports may lack."""


def cause_of(report: CrashReport) -> Cause:
    """The cause family of a report; `crash` or `other` where no rule fits.

    Its explanation names the exception, or the round of an endless recursion, where known.
    """
    unknown = "crash" if report.kind is ReportKind.CRASH else "other"
    cause = FAMILIES[next((f for rule in _RULES if (f := rule(report))), unknown)]
    more = _exception(report) if cause.id.startswith("objc") else _recursion(report, cause)
    return replace(cause, explanation=f"{cause.explanation} {more}") if more else cause


def family_key(cause: Cause) -> str:
    """The part of a cause that goes into a fingerprint.

    Coarser than the cause, since a message that tells the causes apart may be missing from one
    of two reports of one bug.
    """
    head = cause.id.partition(".")[0]
    return _KEYS.get(cause.id) or (cause.id if head in _BY_ID else _KEYS.get(head, head))


def _by_kind(report: CrashReport) -> str | None:
    match report.kind:
        case ReportKind.JETSAM:
            said = " ".join(report.application_info[:1])
            limit = next((word for word in signs.JETSAM if word in said), None)
            return f"jetsam.{limit}" if limit else "jetsam"
        case ReportKind.PANIC | ReportKind.STACKSHOT | ReportKind.HANG:
            return report.kind.value
        case ReportKind.RESOURCE:
            words = f"{report.exception_subtype or ''} {_said(report)}".lower()
            by_type = signs.RESOURCE_REPORTS.get(report.bug_type or "")
            return by_type or _told(words, signs.RESOURCES) or "resource"
        case _:
            return None


def _by_termination(report: CrashReport) -> str | None:
    reason = " ".join((report.termination or "", *report.termination_details[:20]))
    said = reason.lower()
    faulted = (report.exception_type or "").startswith(_FAULTS)
    texts = (said, "" if faulted else (report.exception_codes or "").lower())
    codes = {code for text in texts for code in _HEX_CODE.findall(text)}
    codes |= {f"{int(code):08x}" for code in _PLAIN_CODE.findall(report.termination or "")}
    family = next((name for code, name in signs.CODES.items() if code in codes), None)
    if family == "watchdog":
        sort = _told(said, signs.WATCHDOGS)
        return f"watchdog.{sort}" if sort else family
    if family is not None:
        return family
    head = reason.removeprefix("Namespace ").partition(" ")[0].strip(",")
    finer = next((f for name, word, f in signs.TERMINATIONS if name == head and word in said), None)
    family = finer or signs.NAMESPACES.get(head)
    return _guard(report) if family == "guard" else family


def _guard(report: CrashReport) -> str:
    parts = (report.exception_subtype, report.exception_codes, report.termination, _said(report))
    said = " ".join(part or "" for part in (*parts, *report.termination_details[:20])).lower()
    return _told(said, signs.GUARDS) or "guard"


def _by_throw(report: CrashReport) -> str | None:
    said = _said(report).lower()
    frames = report.last_exception or report.other_backtrace
    names = _names(frames or _stack(report))
    threw = any(name.startswith("objc_exception_") for name in names)
    if not frames and not threw and not any(words in said for words in signs.THROWN):
        return None
    family = _told(said, signs.EXCEPTIONS) or _named(names, signs.THROWERS)
    if family is None and any(frame.image == "CoreData" for frame in frames[:6]):
        family = "objc.coredata"
    return family or "objc"


def _by_access(report: CrashReport) -> str | None:
    kind = report.exception_type or ""
    if "Code Signature Invalid" in kind:
        return "codesign"
    if kind.startswith("EXC_GUARD"):
        return _guard(report)
    if not kind.startswith("EXC_BAD_ACCESS") and report.signal not in {"SIGSEGV", "SIGBUS"}:
        return None
    places = (report.exception_subtype or "", report.exception_codes or "")
    words = " ".join((report.vm_region or "", *places, _said(report))).lower()
    if any(sign in words for sign in signs.OVERFLOWN) or cycle(_stack(report)):
        return "stackoverflow"
    if any(_NULL.search(place) for place in places):
        return "memory.null"
    return _wild(report, words)


def _wild(report: CrashReport, words: str) -> str:
    if any(name.startswith(signs.MESSAGED) for name in _names(_stack(report)[:2])):
        return "memory.zombie"
    if any(sign in words for sign in signs.PAC):
        return "memory.pac"
    return "memory.protected" if "kern_protection_failure" in words else "memory"


def _by_trap(report: CrashReport) -> str | None:
    kind = report.exception_type or ""
    trapped = kind.startswith(("EXC_BREAKPOINT", "EXC_BAD_INSTRUCTION"))
    if not trapped and report.signal not in {"SIGTRAP", "SIGILL"}:
        return None
    top = _stack(report)[:_TOP]
    names = _names(top)
    failures = [name for name in names if "Swift runtime failure" in name]
    said = " ".join((_said(report), *failures)).lower()
    swift = any((f.image or "").startswith("libswift") for f in top) or failures
    family = _named(names, signs.TRAPPERS) or _told(said, signs.MESSAGES)
    return family or ("swift" if swift else "trap")


def _by_abort(report: CrashReport) -> str | None:
    kind = report.exception_type or ""
    if kind.startswith("EXC_ARITHMETIC"):
        return "arithmetic"
    if report.signal != "SIGABRT":
        family = signs.SIGNALS.get(report.signal or "")
        return family or ("killed" if report.signal in signs.KILLS else None)
    top = _stack(report)[:_TOP]
    names = _names(top)
    said = _said(report).lower()
    family = _told(said, signs.ABORT_MESSAGES) or _named(names, signs.ABORTERS)
    if family is None and any(name.startswith(("__cxa_throw", "__cxa_rethrow")) for name in names):
        return "cxx"
    # Its terminate handler, whether or not the report has the system's names.
    if family is None and any(frame.image == "libc++abi.dylib" for frame in top):
        return "terminate"
    return family or _told(said, signs.MESSAGES) or "abort"


_RULES: tuple[Callable[[CrashReport], str | None], ...] = (
    _by_kind, _by_termination, _by_throw, _by_access, _by_trap, _by_abort,
)  # fmt: skip


def _told(said: str, table: Iterable[tuple[str, str]]) -> str | None:
    """What the first words that are said stand for."""
    return next((family for words, family in table if words in said), None)


def _named(names: Sequence[str], table: Iterable[tuple[str, str]]) -> str | None:
    """What the first sign among the functions stands for."""
    return next((f for sign, f in table if any(fits(sign, name) for name in names)), None)


def _said(report: CrashReport) -> str:
    return " ".join(report.application_info[:20])[:20_000]


def _stack(report: CrashReport) -> tuple[Frame, ...]:
    return report.crashed.frames if report.crashed else ()


def _names(frames: Sequence[Frame]) -> list[str]:
    return [frame.symbol or "" for frame in frames[:_TOP]]


def _exception(report: CrashReport) -> str:
    found = _EXCEPTION.search(_said(report))
    return f"It is called {found[1] or found[2]}." if found else ""


def _recursion(report: CrashReport, cause: Cause) -> str:
    """The names of the round, in the order of the calls."""
    found = cycle(_stack(report)) if cause.id == "stackoverflow" else None
    if found is None:
        return ""
    start, length = found
    turn = _stack(report)[start : start + length]
    names = dict.fromkeys(name for f in turn if (name := normal(f.symbol, f.image)))
    shown = [_short(name) for name in list(names)[:_SHOWN][::-1]]
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"The round goes through {', '.join(shown)}{rest}." if shown else ""


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"  # noqa: PLR2004  # a line's length
