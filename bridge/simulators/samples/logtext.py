"""A crash log as TestFlight's text.

The layout is that of reports from TestFlight for iOS 17 to 26, seen up to November 2026.
"""

from collections.abc import Iterator
from datetime import datetime

from bridge.simulators.samples.process import Line, Process, Thread


def write(process: Process) -> str:
    """Return the report as text; it ends with `EOF`, as theirs do."""
    lines = [
        *_header(process),
        "",
        *_dates(process),
        "",
        *_exception(process),
        "",
        f"Triggered by Thread:  {process.crashed.number}",
        "",
        *_information(process),
        *_thrown(process),
        *_threads(process),
        "",
        "",
        *_registers(process),
        "",
        "",
        "Binary Images:",
        *_images(process),
        "",
        "EOF",
        "",
    ]
    return "\n".join(lines)


def _header(process: Process) -> list[str]:
    device, app = process.device, process.app
    major = device.os_version.partition(".")[0]
    return [
        f"Incident Identifier: {str(process.incident).upper()}",
        "Distributor ID:      com.apple.TestFlight",
        f"Hardware Model:      {device.model}",
        f"Process:             Sunrise [{process.pid}]",
        f"Path:                /private{process.memory.images['Sunrise'].path}",
        f"Identifier:          {app.bundle_id}",
        f"Version:             {process.version} ({process.build})",
        "AppStoreTools:       17C53",
        f"AppVariant:          1:{device.model}:{major}",
        "Beta:                YES",
        "Code Type:           ARM-64 (Native)",
        "Role:                Foreground",
        "Parent Process:      launchd [1]",
        f"Coalition:           {app.bundle_id} [{process.pid % 900 + 100}]",
    ]


def _dates(process: Process) -> list[str]:
    return [
        f"Date/Time:           {stamp(process.at)}",
        f"Launch Time:         {stamp(process.launched)}",
        f"OS Version:          {process.device.os}",
        "Release Type:        User",
        f"Baseband Version:    {process.device.baseband}",
        "Report Version:      104",
    ]


def stamp(at: datetime) -> str:
    """Return a time as crash logs write it: `2026-11-24 09:10:11.1234 +0000`."""
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100:04d} {at:%z}"


def _exception(process: Process) -> Iterator[str]:
    bug = process.bug
    yield f"Exception Type:  {bug.exception} ({bug.signal})"
    if bug.subtype:
        yield f"Exception Subtype: {bug.subtype} at 0x{process.fault:016x}"
    first, second = process.codes
    yield f"Exception Codes: 0x{first:016x}, 0x{second:016x}"
    if bug.subtype:
        yield from region(process)
    namespace, code, words = bug.termination
    if process.reasons:
        yield f"Termination Reason: {namespace} {code} "
        yield from process.reasons
        return
    yield f"Termination Reason: {namespace} {code} {words}"
    by = "Sunrise" if bug.signal == "SIGABRT" else "exc handler"
    yield f"Terminating Process: {by} [{process.pid}]"


def region(process: Process) -> list[str]:
    """Return what the report says of the memory around the address that was touched."""
    app = process.memory.images["Sunrise"]
    before = f"0x{process.fault:x} is not in any region.  "
    return [
        f"VM Region Info: {before}Bytes before following region: {app.base - 0x4000}",
        "      REGION TYPE                 START - END      [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL",
        "      UNUSED SPACE AT START",
        "--->  ",
        (
            f"      __TEXT                   {app.base:x}-{app.base + 0x4000:x} [   16K] "
            f"r-x/r-x SM=COW  {app.path}"
        ),
    ]


def _information(process: Process) -> list[str]:
    if not process.bug.information:
        return []
    return ["Application Specific Information:", *process.bug.information, ""]


def _thrown(process: Process) -> list[str]:
    if process.thrown is None:
        return []
    return ["Last Exception Backtrace:", *_frames(process.thrown, digits=0), ""]


def _threads(process: Process) -> Iterator[str]:
    for thread in process.threads:
        yield from _thread(thread)


def _thread(thread: Thread) -> Iterator[str]:
    yield ""
    if thread.name:
        yield f"Thread {thread.number} name:  {thread.name}"
    elif thread.queue:
        yield f"Thread {thread.number} name:  Dispatch queue: {thread.queue}"
    yield f"Thread {thread.number} Crashed:" if thread.crashed else f"Thread {thread.number}:"
    yield from _frames(thread.lines, digits=16)


def _frames(lines: tuple[Line, ...], *, digits: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{number:<3d} {line.image.name:<30}\t0x{line.address:0{digits}x} {_place(line)}"


def _place(line: Line) -> str:
    if line.symbol is None:
        return f"0x{line.image.base:x} + {line.offset}"
    source = ""
    if line.file is not None:
        name = f"/{line.file}" if line.file.startswith("<") else line.file
        source = f" ({name}:{line.line})"
    return f"{line.symbol} + {line.into}{source}"


def _registers(process: Process) -> Iterator[str]:
    thread = process.crashed
    yield f"Thread {thread.number} crashed with ARM Thread State (64-bit):"
    names = [f"x{n}" for n in range(len(process.registers))] + ["fp", "lr"]
    caller = thread.lines[1].address
    values = [*process.registers, 0x16D605110, caller]
    cells = [f"{name:>5}: 0x{value:016x}" for name, value in zip(names, values, strict=True)]
    for start in range(0, len(cells), 4):
        yield " ".join(cells[start : start + 4])
    yield f"   sp: 0x{0x16D6050E0:016x}   pc: 0x{thread.lines[0].address:016x} cpsr: 0x60001000"
    value, words = process.syndrome
    yield f"  esr: 0x{value:08x} {words}"


def _images(process: Process) -> Iterator[str]:
    for image in process.images:
        end = image.base + image.size - 1
        yield (
            f"{f'0x{image.base:x}':>19} - {f'0x{end:x}':>19} {image.name} {image.arch}  "
            f"<{image.uuid.hex}> {image.path}"
        )
