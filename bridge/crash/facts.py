"""What is suspicious about a crash, as sentences. Only what the report itself proves."""

from bridge.model import Cause, CrashReport


def facts(report: CrashReport, cause: Cause) -> tuple[str, ...]:
    """The sentences, most telling first."""
    _ = report, cause
    return ()
