"""What is suspicious about a crash, as sentences. Only what the report itself proves."""

import re
from collections.abc import Callable
from datetime import datetime

from bridge.crash.ips import LOCKED
from bridge.crash.rules.rule import fits
from bridge.model import Cause, CrashReport, ReportKind, Thread

EARLY = 5.0  # seconds after the start
_MANY_THREADS = 64
"""Threads of which Dispatch makes no more for one queue's work; an app has about ten."""
_TOP = 6
"""Frames in which a thread that waits says so."""
_BUSY = 0.5
"""Of one processor; what Apple writes in per cent is of all of them."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,9}))? ?([+-]\d{4})?$")
_ALLOWED = re.compile(r"time allowance of (\d{1,6})(?:\.\d{1,6})? seconds")
_USED = re.compile(r"application CPU time \(seconds\): (\d{1,6}\.\d{1,6})")
_LOW_MEMORY = re.compile(r"memory pressure|low memory|memory warning", re.IGNORECASE)

_WAITS = (
    ("_dispatch_sync_f_slow*", "for another queue"),
    ("__DISPATCH_WAIT_FOR_QUEUE__*", "for another queue"),
    ("_dispatch_semaphore_wait*", "for a semaphore"),
    ("semaphore_*wait_trap*", "for a semaphore"),
    ("_dispatch_group_wait*", "for a group of tasks"),
    ("*__psynch_mutexwait*", "for a lock"),
    ("*__psynch_rw_*lock*", "for a lock"),
    ("*_os_unfair_lock_lock_slow*", "for a lock"),
    ("*_pthread_mutex_*lock_wait*", "for a lock"),
    ("*__psynch_cvwait*", "for a condition"),
    ("*xpc_connection_send_message_with_reply_sync*", "for an answer of another process"),
    ("*__semwait_signal*", "asleep"),
    ("__ulock_wait*", "for a lock or another thread"),
    ("fsync*", "for the disk"),
    ("__fcntl*", "for the disk"),
    ("read", "for a file or connection"),
    ("__recvfrom*", "for the network"),
    ("__select*", "for the network"),
)
"""Functions near the top of a thread that waits, and for what."""


def facts(report: CrashReport, cause: Cause) -> tuple[str, ...]:
    """The sentences, most telling first."""
    found = (fact(report, cause) for fact in _FACTS)
    return tuple(sentence for sentence in found if sentence)


def _time(text: str | None) -> datetime | None:
    found = _TIME.match((text or "").strip())
    if found is None:
        return None
    written = f"{found[1]}.{(found[2] or '0')[:6]} {found[3] or '+0000'}"
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S.%f %z")
    except ValueError:
        return None


def _early(report: CrashReport, _cause: Cause) -> str | None:
    began, ended = _time(report.launched_at), _time(report.captured_at)
    if began is None or ended is None or report.kind is not ReportKind.CRASH:
        return None
    seconds = (ended - began).total_seconds()
    if not 0 <= seconds < EARLY:
        return None
    return f"It ended {seconds:.1f} s after its start."


def _blocked(report: CrashReport, cause: Cause) -> str | None:
    """The main thread waited while another crashed, or it is what the report is about."""
    main = next((thread for thread in report.threads if thread.index == 0), None)
    if main is None or (main.crashed and not cause.id.startswith(("watchdog", "hang"))):
        return None
    what = _waits(main)
    if what is None:
        return None
    return "The main thread was asleep." if what == "asleep" else f"The main thread waited {what}."


def _waits(thread: Thread) -> str | None:
    names = [frame.symbol or "" for frame in thread.frames[:_TOP]]
    return next((what for sign, what in _WAITS if any(fits(sign, name) for name in names)), None)


def _allowance(report: CrashReport, _cause: Cause) -> str | None:
    said = " ".join(report.termination_details[:40])
    allowed, used = _ALLOWED.search(said), _USED.search(said)
    if allowed is None or used is None:
        return None
    busy = float(used[1]) >= _BUSY * int(allowed[1])
    was = "it was busy" if busy else "it was waiting rather than busy"
    return f"It used {used[1]} s of processor time in the {allowed[1]} s it had: {was}."


def _where(report: CrashReport, cause: Cause) -> str | None:
    """The queue or thread, where it is not the main one, which is nothing out of the ordinary."""
    thread = report.crashed
    if thread is None or report.kind is not ReportKind.CRASH or cause.id.startswith("watchdog"):
        return None
    if thread.index == 0 or thread.queue == "com.apple.main-thread":
        return None
    if thread.queue:
        return f"It crashed on the queue {thread.queue[:80]}."
    return f"It crashed on the thread {thread.name[:80]}." if thread.name else None


def _threads(report: CrashReport, _cause: Cause) -> str | None:
    count = len(report.threads)
    return f"The process had {count} threads." if count >= _MANY_THREADS else None


def _memory(report: CrashReport, _cause: Cause) -> str | None:
    said = (*report.application_info[:40], *report.termination_details[:40], *report.report_notes)
    if any(_LOW_MEMORY.search(line[:2000]) for line in said):
        return "The report speaks of low memory."
    return None


def _locked(report: CrashReport, _cause: Cause) -> str | None:
    if LOCKED in report.report_notes:
        return "The device had not been unlocked since it started, so protected files were closed."
    return None


def _background(report: CrashReport, _cause: Cause) -> str | None:
    role = (report.role or "").lower()
    if "background" in role or role == "non ui":
        return f"The app was not on the screen (role {report.role})."
    return None


def _alive(report: CrashReport, _cause: Cause) -> str | None:
    if any("NOT a crash" in note for note in report.report_notes):
        return "The process was not ended: the report is of one that went on."
    return None


_FACTS: tuple[Callable[[CrashReport, Cause], str | None], ...] = (
    _alive, _early, _blocked, _allowance, _where, _memory, _locked, _background, _threads,
)  # fmt: skip
