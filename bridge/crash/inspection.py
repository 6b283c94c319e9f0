"""What `inspect --format json` prints of a crash log."""

from typing import Any

from bridge.devices import device_name
from bridge.model import Diagnosis, Frame

NO_REPORT = "This is not an Apple report that we know: neither TestFlight's text nor .ips JSON."


def inspection(file: str, diagnosis: Diagnosis | None) -> dict[str, Any]:
    """The object for one file: JSON values only, strings as written in the report.

    A file that is no Apple report gives `file` and `error`.
    """
    if diagnosis is None:
        return {"file": file, "error": NO_REPORT}
    report = diagnosis.report
    stack = report.stack
    return {
        "file": file,
        "format": report.format,
        "bug_type": report.bug_type,
        "process": report.process,
        "bundle_id": report.bundle_id,
        "app_version": report.app_version,
        "build": report.build,
        "os_name": report.os_name,
        "os_version": report.os_version,
        "device": device_name(report.hardware) if report.hardware else None,
        "hardware": report.hardware,
        "incident_id": report.incident_id,
        "exception_type": report.exception_type,
        "exception_codes": report.exception_codes,
        "signal": report.signal,
        "termination": report.termination,
        "crashed_thread": report.crashed_thread,
        "frames": None if stack is None else [_frame(frame) for frame in stack],
        "n_frames_crashed": report.n_stack,
        "app_image": report.app_image,
        "top_inapp_symbol": top_inapp_symbol(stack or ()),
        "cause": diagnosis.cause.id,
        "title": diagnosis.title,
        "fingerprint": diagnosis.fingerprint.key,
        "fingerprint_version": diagnosis.fingerprint.version,
        "warnings": list(report.warnings),
    }


def top_inapp_symbol(frames: tuple[Frame, ...]) -> str | None:
    """The first in-app frame's symbol as written; without one, `Image+decimal offset`."""
    frame = next((frame for frame in frames if frame.in_app), None)
    if frame is None or frame.symbol is not None:
        return frame.symbol if frame else None
    return f"{frame.image}+{frame.offset}" if frame.offset is not None else frame.image


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "image": frame.image,
        "symbol": frame.symbol,
        "file": frame.file,
        "line": frame.line,
        "address": None if frame.address is None else f"0x{frame.address:x}",
        "offset": frame.offset,
        "in_app": frame.in_app,
    }
