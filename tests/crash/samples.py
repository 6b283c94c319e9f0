"""Crash reports of an app that does not exist, written as Apple writes them, from one description.

The same crash can be had as text and as .ips, with other addresses, images in another order,
threads in another order, a newer build or system.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

PATH = "/private/var/containers/Bundle/Application/0B54A1E7-6C1D-4D56-9E12-3F6A7B1C2D3E/Sunrise.app"


@dataclass(frozen=True)
class Image:
    name: str
    base: int
    uuid: str
    path: str
    size: int = 0x400000


@dataclass(frozen=True)
class Line:
    image: str
    symbol: str | None
    offset: int
    symbol_offset: int = 8
    file: str | None = None
    line: int = 0
    inlined: bool = False


APP = Image("Sunrise", 0x102B40000, "0d1c2b3a49586776859403a2b1c0dfee", f"{PATH}/Sunrise")
KIT = Image(
    "SunriseKit",
    0x104000000,
    "1d1c2b3a49586776859403a2b1c0dfee",
    f"{PATH}/Frameworks/SunriseKit.framework/SunriseKit",
)
SWIFT = Image(
    "libswiftCore.dylib",
    0x18AA00000,
    "2d1c2b3a49586776859403a2b1c0dfee",
    "/usr/lib/swift/libswiftCore.dylib",
)
UIKIT = Image(
    "UIKitCore",
    0x1A2700000,
    "3d1c2b3a49586776859403a2b1c0dfee",
    "/System/Library/PrivateFrameworks/UIKitCore.framework/UIKitCore",
)
KERNEL = Image(
    "libsystem_kernel.dylib",
    0x1E0A00000,
    "4d1c2b3a49586776859403a2b1c0dfee",
    "/usr/lib/system/libsystem_kernel.dylib",
)
IMAGES = (APP, KIT, SWIFT, UIKIT, KERNEL)

CART = (
    Line("libswiftCore.dylib", "_assertionFailure(_:_:file:line:flags:)", 0x3A0, 156),
    Line("Sunrise", "specialized Array._checkSubscript(_:wasNativeTypeChecked:)", 0x9100, 40),
    Line("Sunrise", "CartView.total.getter", 0xC3A0, 120, "CartView.swift", 88),
    Line("Sunrise", "CartView.body.getter", 0xC100, 64, "CartView.swift", 41),
    Line("Sunrise", "closure #1 in CartModel.remove(_:)", 0xD000, 32, "CartModel.swift", 112),
    Line("SunriseKit", "Store.dispatch(_:)", 0x1200, 16, "Store.swift", 7),
    Line("UIKitCore", "-[UIApplication _run]", 0xF770, 792),
    Line("UIKitCore", "UIApplicationMain", 0xF800, 336),
    Line("Sunrise", "main", 0x4000, 64, "SunriseApp.swift", 5),
)
IDLE = (
    Line("libsystem_kernel.dylib", "mach_msg2_trap", 0xBCD4, 8),
    Line("UIKitCore", "-[UIEventFetcher threadMain]", 0x79C, 408),
)


@dataclass(frozen=True)
class Crash:
    """What a report is made from."""

    stack: tuple[Line, ...] = CART
    exception: str = "EXC_BREAKPOINT"
    signal: str = "SIGTRAP"
    codes: str = "0x0000000000000001, 0x000000018aa003a0"
    termination: tuple[str, int, str] = ("SIGNAL", 5, "Trace/BPT trap: 5")
    details: tuple[str, ...] = ()
    subtype: str | None = None
    information: tuple[str, ...] = ()
    crashed: int = 0
    idle: int = 2
    last_exception: tuple[Line, ...] = ()
    images: tuple[Image, ...] = IMAGES
    system: str = "iPhone OS 26.1 (23B85)"
    hardware: str = "iPhone17,1"
    version: str = "2.4.1"
    build: str = "143"
    bundle: str = "com.example.sunrise"
    process: str = "Sunrise"
    incident: str = "8E7C1C0F-30CF-4C3B-9D0E-4B7F3A2A9B11"
    extra: tuple[str, ...] = field(default=())

    def but(self, **changes: Any) -> "Crash":
        return replace(self, **changes)

    def image(self, name: str) -> Image:
        return next(image for image in self.images if image.name == name)

    def threads(self) -> list[tuple[Line, ...]]:
        threads = [IDLE] * self.idle
        threads.insert(self.crashed, self.stack)
        return threads


def text_line(crash: Crash, index: int, line: Line) -> str:
    image = crash.image(line.image)
    start = f"{index:<4}{image.name:<30}\t0x{image.base + line.offset:016x} "
    if line.symbol is None:
        return f"{start}0x{image.base:x} + {line.offset}"
    place = f" ({line.file}:{line.line})" if line.file else ""
    return f"{start}{line.symbol} + {line.symbol_offset}{' [inlined]' * line.inlined}{place}"


def backtrace(crash: Crash, lines: tuple[Line, ...]) -> list[str]:
    return [text_line(crash, index, line) for index, line in enumerate(lines)]


def text_report(crash: Crash = Crash()) -> str:
    """The crash as TestFlight's text."""
    namespace, code, indicator = crash.termination
    head = [
        f"Incident Identifier: {crash.incident}",
        "Distributor ID:      com.apple.TestFlight",
        f"Hardware Model:      {crash.hardware}",
        f"Process:             {crash.process} [1390]",
        f"Path:                {crash.image(crash.process).path}",
        f"Identifier:          {crash.bundle}",
        f"Version:             {crash.version} ({crash.build})",
        "Code Type:           ARM-64 (Native)",
        "Role:                Foreground",
        "",
        "Date/Time:           2026-11-24 10:02:11.9394 +0000",
        "Launch Time:         2026-11-24 10:01:17.1236 +0000",
        f"OS Version:          {crash.system}",
        "Report Version:      104",
        "",
        f"Exception Type:  {crash.exception} ({crash.signal})",
        *([f"Exception Subtype: {crash.subtype}"] if crash.subtype else []),
        f"Exception Codes: {crash.codes}",
        f"Termination Reason: {namespace} {code} {indicator}",
        *crash.details,
        *crash.extra,
        "",
        f"Triggered by Thread:  {crash.crashed}",
        "",
    ]
    if crash.information:
        head += ["Application Specific Information:", *crash.information, ""]
    if crash.last_exception:
        head += ["Last Exception Backtrace:", *backtrace(crash, crash.last_exception), ""]
    for index, lines in enumerate(crash.threads()):
        mark = " Crashed" if index == crash.crashed else ""
        queue = "  Dispatch queue: com.apple.main-thread" if index == 0 else ""
        head += [f"Thread {index} name:{queue}", f"Thread {index}{mark}:"]
        head += [*backtrace(crash, lines), ""]
    head += [
        f"Thread {crash.crashed} crashed with ARM Thread State (64-bit):",
        "    x0: 0x0000000000000000   x1: 0x0000000000000001",
        "",
        "Binary Images:",
    ]
    for image in crash.images:
        end = image.base + image.size - 1
        head.append(f"0x{image.base:x} - 0x{end:x} {image.name} arm64  <{image.uuid}> {image.path}")
    return "\n".join([*head, "", "EOF", ""])


def ips_frame(crash: Crash, line: Line) -> dict[str, Any]:
    place = crash.images.index(crash.image(line.image))
    frame: dict[str, Any] = {"imageOffset": line.offset, "imageIndex": place}
    if line.symbol is not None:
        frame |= {"symbol": line.symbol, "symbolLocation": line.symbol_offset}
    if line.file:
        frame |= {"sourceFile": line.file, "sourceLine": line.line}
    return frame | ({"inline": True} if line.inlined else {})


def ips_body(crash: Crash) -> dict[str, Any]:
    namespace, code, indicator = crash.termination
    train, _, build = crash.system.partition(" (")
    exception = {"codes": crash.codes, "type": crash.exception, "signal": crash.signal}
    body: dict[str, Any] = {
        "modelCode": crash.hardware,
        "osVersion": {"train": train, "build": build.rstrip(")")},
        "captureTime": "2026-11-24 10:02:11.9394 +0000",
        "incident": crash.incident,
        "procName": crash.process,
        "procPath": crash.image(crash.process).path,
        "bundleInfo": {
            "CFBundleShortVersionString": crash.version,
            "CFBundleVersion": crash.build,
            "CFBundleIdentifier": crash.bundle,
        },
        "exception": exception | ({"subtype": crash.subtype} if crash.subtype else {}),
        "termination": {"namespace": namespace, "code": code, "indicator": indicator}
        | ({"details": list(crash.details)} if crash.details else {}),
        "asi": {"libswiftCore.dylib": list(crash.information)} if crash.information else {},
        "faultingThread": crash.crashed,
        "threads": [
            ({"triggered": True} if index == crash.crashed else {})
            | {"id": 4000 + index, "frames": [ips_frame(crash, line) for line in lines]}
            for index, lines in enumerate(crash.threads())
        ],
        "usedImages": [
            {"source": "P", "arch": "arm64", "base": i.base, "size": i.size, "uuid": i.uuid,
             "path": i.path, "name": i.name}
            for i in crash.images
        ],
    }  # fmt: skip
    if crash.last_exception:
        body["lastExceptionBacktrace"] = [ips_frame(crash, line) for line in crash.last_exception]
    return body


def ips_header(crash: Crash, bug_type: str = "309") -> dict[str, Any]:
    return {
        "app_name": crash.process,
        "timestamp": "2026-11-24 10:02:12.00 +0000",
        "app_version": crash.version,
        "build_version": crash.build,
        "platform": 2,
        "bundleID": crash.bundle,
        "bug_type": bug_type,
        "os_version": crash.system,
        "incident_id": crash.incident,
        "name": crash.process,
    }


def ips_report(crash: Crash = Crash(), bug_type: str = "309") -> str:
    """The crash as a two-part .ips file."""
    header = json.dumps(ips_header(crash, bug_type), separators=(",", ":"))
    return f"{header}\n{json.dumps(ips_body(crash), indent=2)}\n"


def translated_report(crash: Crash = Crash()) -> str:
    """The crash as Console shows an .ips file: a translation, then the file itself."""
    rule = "-" * 37
    return (
        f"{rule}\nTranslated Report (Full Report Below)\n{rule}\n\n{text_report(crash)}\n"
        f"-----------\nFull Report\n-----------\n\n{ips_report(crash)}"
    )
