"""Why a process ended: the family a report belongs to, by the first rule that fits.

The family is a part of the fingerprint; the exception's reason text never is, since most
reports lack it and it holds addresses where they don't.
"""

import re
from collections.abc import Callable

from bridge.crash.families import FAMILIES
from bridge.model import Cause, CrashReport, Frame, ReportKind

_HEX_CODE = re.compile(r"0x0{0,16}([0-9a-f]{8})\b")
_PLAIN_CODE = re.compile(r"(?<![\w.])(\d{9,10})(?![\w.])")
_NULL = re.compile(r"\bat 0x0{0,16}[0-9a-f]{1,3}\b|^0x0{0,15}1, 0x0{0,16}[0-9a-f]{1,3}$")
_CODES = {
    "8badf00d": "watchdog",
    "baadca11": "bgtask.call",
    "bad22222": "bgtask.voip",
    "c51bad01": "bgtask.watch",
    "c51bad02": "bgtask.watch",
    "c51bad03": "bgtask.watch",
    "2182bad2": "bgtask",
    "2182bad3": "bgtask",
    "2182bad4": "bgtask",
    "dead10cc": "filelock",
    "c00010ff": "thermal",
    "deadfa11": "userquit",
    "2bad45ec": "security",
}
"""Termination codes of Apple's "Understanding the exception types in a crash report"."""
_NAMESPACES = {
    "CODESIGNING": "codesign",
    "TCC": "privacy",
    "DYLD": "dyld",
    "GUARD": "guard",
    "JETSAM": "jetsam",
}
_MESSAGES = (
    # words in a message or in the name of an inlined failure, and the family they tell
    ("unexpectedly found nil", "swift.nil"),
    ("index out of range", "swift.bounds"),
    ("index is out of range", "swift.bounds"),
    ("out of bounds", "swift.bounds"),
    ("negative array index", "swift.bounds"),
    ("can't remove first element from an empty collection", "swift.bounds"),
    ("arithmetic overflow", "swift.arith"),
    ("division by zero", "swift.arith"),
    ("results in an overflow", "swift.arith"),
    ("not enough bits to represent", "swift.arith"),
    ("cannot be converted to int", "swift.arith"),
    ("negative value is not representable", "swift.arith"),
    ("could not cast value", "swift.cast"),
    ("expected to execute on queue", "swift.concurrency"),
    ("incorrect actor executor", "swift.concurrency"),
    ("continuation misuse", "swift.concurrency"),
    ("simultaneous accesses", "swift.exclusivity"),
    ("bug in client of libdispatch", "dispatch"),
    ("bug in client of libplatform", "lock"),
    ("precondition failed", "swift.precondition"),
    ("duplicate keys of type", "swift.precondition"),
    ("fatal error", "swift.fatal"),
)
_CONCURRENCY = (
    "_dispatch_assert_queue_fail", "swift_task_", "_swift_task_", "_checkExpectedExecutor",
)  # fmt: skip
_THROWN = (
    "*** terminating app due to uncaught exception", "uncaught exception of type nsexception",
    "crashing on exception", "unrecognized selector sent",
)  # fmt: skip
_HEAP = ("malloc: ***", "bug in client of libmalloc", "heap corruption", "pointer being freed")
_OVERFLOWN = ("stack guard", "excessive recursion", "stack size exceeded")
_LONGEST_ROUND = 16
_ROUNDS = 24
_TOP = 12
"""Frames looked at for the machinery that ended the process."""


def cause_of(report: CrashReport) -> Cause:
    """The cause family of a report; `crash` or `other` where no rule fits."""
    unknown = "crash" if report.kind is ReportKind.CRASH else "other"
    return FAMILIES[next((f for rule in _RULES if (f := rule(report))), unknown)]


def family_key(cause: Cause) -> str:
    """The part of a cause that goes into a fingerprint.

    Coarser than the cause, since a message that tells the causes apart may be missing from one
    of two reports of one bug.
    """
    head = cause.id.partition(".")[0]
    if head in {"swift", "dispatch", "trap"}:
        return "trap"
    return cause.id if head in {"watchdog", "jetsam", "bgtask"} else head


def _by_kind(report: CrashReport) -> str | None:
    match report.kind:
        case ReportKind.JETSAM:
            said = " ".join(report.application_info[:1])
            limit = next((k for k in ("per-process-limit", "highwater") if k in said), None)
            return f"jetsam.{limit}" if limit else "jetsam"
        case ReportKind.PANIC | ReportKind.STACKSHOT | ReportKind.HANG:
            return report.kind.value
        case ReportKind.RESOURCE:
            return _resource(report)
        case _:
            return None


def _resource(report: CrashReport) -> str:
    words = f"{report.exception_subtype or ''} {_said(report)}".lower()
    if report.bug_type in {"202", "206"} or "cpu" in words:
        return "resource.cpu"
    if report.bug_type in {"142", "144"} or "wakeups" in words:
        return "resource.wakeups"
    if report.bug_type == "145" or "disk writes" in words:
        return "resource.disk"
    return "resource.memory" if report.bug_type == "30" or "memory" in words else "resource"


def _by_termination(report: CrashReport) -> str | None:
    reason = " ".join((report.termination or "", *report.termination_details[:20]))
    texts = (reason.lower(), (report.exception_codes or "").lower())
    codes = {code for text in texts for code in _HEX_CODE.findall(text)}
    codes |= {f"{int(code):08x}" for code in _PLAIN_CODE.findall(report.termination or "")}
    family = next((name for code, name in _CODES.items() if code in codes), None)
    if family == "watchdog":
        return _watchdog(reason.lower())
    if family is not None:
        return family
    head = reason.removeprefix("Namespace ").partition(" ")[0].strip(",")
    return _NAMESPACES.get(head)


def _watchdog(reason: str) -> str:
    for word, sort in (
        ("scene-create", "launch"), ("process-launch", "launch"), ("failed to launch", "launch"),
        ("launch in time", "launch"), ("scene-update", "scene"), ("resume", "scene"),
        ("background", "background"), ("suspend", "background"), ("process-exit", "exit"),
        ("terminate", "exit"),
    ):  # fmt: skip
        if word in reason:
            return f"watchdog.{sort}"
    return "watchdog"


def _by_throw(report: CrashReport) -> str | None:
    said = _said(report).lower()
    frames = report.last_exception or report.other_backtrace
    if not frames and not any(words in said for words in _THROWN):
        return None
    names = [frame.symbol or "" for frame in frames[:_TOP]]
    if any("doesNotRecognizeSelector:" in name for name in names) or "unrecognized sel" in said:
        return "objc.selector"
    if any(name.startswith("-[__NS") and "ndex" in name for name in names):
        return "objc.range"
    return "objc"


def _by_access(report: CrashReport) -> str | None:
    kind = report.exception_type or ""
    if "Code Signature Invalid" in kind:
        return "codesign"
    if kind.startswith("EXC_GUARD"):
        return "guard"
    if not kind.startswith("EXC_BAD_ACCESS") and report.signal not in {"SIGSEGV", "SIGBUS"}:
        return None
    signs = f"{report.vm_region or ''} {report.exception_subtype or ''} {_said(report)}".lower()
    if any(sign in signs for sign in _OVERFLOWN) or cycle(_stack(report)):
        return "stackoverflow"
    places = (report.exception_subtype or "", report.exception_codes or "")
    return "memory.null" if any(_NULL.search(place) for place in places) else "memory"


def _by_trap(report: CrashReport) -> str | None:
    kind = report.exception_type or ""
    trapped = kind.startswith(("EXC_BREAKPOINT", "EXC_BAD_INSTRUCTION"))
    if not trapped and report.signal not in {"SIGTRAP", "SIGILL"}:
        return None
    top = _stack(report)[:_TOP]
    inlined = [f.symbol for f in top if (f.symbol or "").startswith("Swift runtime failure")]
    said = " ".join((_said(report), *(name or "" for name in inlined))).lower()
    if any((frame.symbol or "").startswith(_CONCURRENCY) for frame in top):
        return "swift.concurrency"
    swift = any((f.image or "").startswith("libswift") for f in top) or inlined
    return _told(said) or ("swift" if swift else "trap")


def _by_abort(report: CrashReport) -> str | None:
    said, signal = _said(report).lower(), report.signal
    if signal != "SIGABRT":
        return "killed" if signal == "SIGKILL" else None
    names = [frame.symbol or "" for frame in _stack(report)[:_TOP]]
    if any(name.startswith(("__cxa_throw", "std::terminate", "std::__term")) for name in names):
        return "cxx"
    if "assertion failed" in said or any(name.startswith("__assert_rtn") for name in names):
        return "abort.assert"
    if any(words in said for words in _HEAP) or any("malloc_error" in n for n in names):
        return "heap"
    if "stack buffer overflow" in said or any(n.startswith("__stack_chk") for n in names):
        return "abort.smash"
    return _told(said) or "abort"


_RULES: tuple[Callable[[CrashReport], str | None], ...] = (
    _by_kind, _by_termination, _by_throw, _by_access, _by_trap, _by_abort,
)  # fmt: skip


def _told(said: str) -> str | None:
    """The family that a message, in lower case, tells."""
    return next((family for words, family in _MESSAGES if words in said), None)


def _said(report: CrashReport) -> str:
    return " ".join(report.application_info[:20])[:20_000]


def _stack(report: CrashReport) -> tuple[Frame, ...]:
    return report.crashed.frames if report.crashed else ()


def cycle(frames: tuple[Frame, ...]) -> tuple[int, int] | None:
    """Where a recursion starts and how many frames one round has; None where there is none.

    A round of at most `_LONGEST_ROUND` frames that starts near the top and comes often.
    """
    names = [(frame.image, frame.symbol or frame.offset) for frame in frames]
    for length in range(1, _LONGEST_ROUND + 1):
        run = 0
        for place in range(len(names) - length):
            same = names[place] == names[place + length]
            run = run + 1 if same else 0
            if run >= _ROUNDS * length and place - run < _LONGEST_ROUND:
                return place - run + 1, length
    return None
