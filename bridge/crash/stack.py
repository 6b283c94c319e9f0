"""The one backtrace of a report that tells what went wrong."""

from bridge.model import CrashReport, Frame

_WAITING = ("watchdog", "hang")


def telling_stack(report: CrashReport, family: str) -> tuple[Frame, ...]:
    """Where the exception was thrown, else where the process crashed, else where it waited.

    The last exception backtrace, else macOS's application-specific one (or a resource report's
    heaviest stack), else for a watchdog or hang the main thread, else the crashed thread.
    """
    if report.last_exception:
        return report.last_exception
    if report.other_backtrace:
        return report.other_backtrace
    if family.startswith(_WAITING):
        main = next((thread for thread in report.threads if thread.index == 0), None)
        if main is not None and main.frames:
            return main.frames
    return report.crashed.frames if report.crashed else ()
