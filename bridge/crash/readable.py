"""A diagnosis with names that people can read, where its log has mangled ones. Pure.

Only names change: what was decided by them, and `inspect`, which shows a log as it is written,
stay as they were.
"""

from collections.abc import Sequence
from dataclasses import replace

from bridge.crash.demangle import available, demangled, is_mangled
from bridge.model import CrashReport, Diagnosis, Frame, SkippedFrame


def readable(diagnosis: Diagnosis) -> Diagnosis:
    """Return the diagnosis with demangled names in its report, its blame and what it skipped."""
    report = diagnosis.report
    if not available() or not any(_is_mangled(frame) for frame in _frames(report)):
        return diagnosis
    found = diagnosis.fingerprint
    return replace(
        diagnosis,
        report=_report(report),
        blame=_frame(diagnosis.blame) if diagnosis.blame else None,
        fingerprint=replace(
            found,
            skipped=tuple(
                SkippedFrame(frame=_frame(skip.frame), reason=skip.reason) for skip in found.skipped
            ),
        ),
    )


def _frames(report: CrashReport) -> Sequence[Frame]:
    crashed = report.crashed.frames if report.crashed else ()
    return (*crashed, *(report.last_exception or ()), *report.other_backtrace)


def _report(report: CrashReport) -> CrashReport:
    """Return the report with names in the stacks that are shown; the other threads stay."""
    return replace(
        report,
        threads=tuple(
            replace(thread, frames=tuple(map(_frame, thread.frames)))
            if thread.index == report.crashed_thread
            else thread
            for thread in report.threads
        ),
        last_exception=None
        if report.last_exception is None
        else tuple(map(_frame, report.last_exception)),
        other_backtrace=tuple(map(_frame, report.other_backtrace)),
    )


def _is_mangled(frame: Frame) -> bool:
    return frame.symbol is not None and is_mangled(frame.symbol)


def _frame(frame: Frame) -> Frame:
    if frame.symbol is None or not is_mangled(frame.symbol):
        return frame
    return replace(frame, symbol=demangled(frame.symbol))
