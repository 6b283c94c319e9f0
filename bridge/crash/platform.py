"""What Apple calls its systems and report types, in plain words."""

import re
from collections.abc import Mapping

from bridge.model import ReportKind

_SYSTEMS = (
    # Longer names first: "iOS" is the start of nothing else here, "macOS" of nothing either.
    ("iPhone OS", "iOS"),
    ("iOS", "iOS"),
    ("iPadOS", "iPadOS"),
    ("iPad OS", "iPadOS"),
    ("Mac OS X", "macOS"),
    ("macOS", "macOS"),
    ("OS X", "macOS"),
    ("Watch OS", "watchOS"),
    ("watchOS", "watchOS"),
    ("Apple TVOS", "tvOS"),
    ("Apple TV OS", "tvOS"),
    ("tvOS", "tvOS"),
    ("visionOS", "visionOS"),
    ("xrOS", "visionOS"),
    ("Bridge OS", "bridgeOS"),
    ("bridgeOS", "bridgeOS"),
    ("audioOS", "audioOS"),
)

_SIMULATORS = {7: "iOS", 8: "tvOS", 9: "watchOS", 12: "visionOS"}
"""`platform` in a report's header, as in the Mach-O load command LC_BUILD_VERSION."""

_VERSION_FIRST = {"iOS": 15, "iPadOS": 15, "tvOS": 15, "watchOS": 8}
"""The first system whose text reports say `version (build)`; before it was `build (version)`."""

_MAJOR = re.compile(r"\D{0,32}(\d{1,4})")

BUG_TYPES: Mapping[str, tuple[ReportKind, str]] = {
    "9": (ReportKind.CRASH, "Crash"),
    "109": (ReportKind.CRASH, "Crash"),
    "309": (ReportKind.CRASH, "Crash"),
    "327": (ReportKind.CRASH, "Crash"),
    "11": (ReportKind.HANG, "Spin"),
    "12": (ReportKind.HANG, "Hang"),
    "45": (ReportKind.HANG, "Spin"),
    "207": (ReportKind.HANG, "Hang"),
    "222": (ReportKind.HANG, "Hang"),
    "223": (ReportKind.HANG, "Hang"),
    "228": (ReportKind.HANG, "Hang"),
    "302": (ReportKind.HANG, "Spin"),
    "310": (ReportKind.HANG, "Hang"),
    "328": (ReportKind.HANG, "Hang"),
    "98": (ReportKind.JETSAM, "Memory limit"),
    "198": (ReportKind.JETSAM, "Memory limit"),
    "298": (ReportKind.JETSAM, "Memory limit"),
    "10": (ReportKind.PANIC, "Kernel panic"),
    "110": (ReportKind.PANIC, "Kernel panic"),
    "151": (ReportKind.PANIC, "Kernel panic"),
    "210": (ReportKind.PANIC, "Kernel panic"),
    "188": (ReportKind.STACKSHOT, "Stackshot"),
    "288": (ReportKind.STACKSHOT, "Stackshot"),
    "509": (ReportKind.STACKSHOT, "Stackshot"),
    "186": (ReportKind.STACKSHOT, "Stackshot"),
    "22": (ReportKind.RESOURCE, "Resource limit"),
    "227": (ReportKind.RESOURCE, "Too many threads"),
    "385": (ReportKind.RESOURCE, "Resource limit"),
    "30": (ReportKind.RESOURCE, "Memory limit"),
    "142": (ReportKind.RESOURCE, "Too many wake-ups"),
    "144": (ReportKind.RESOURCE, "Too many wake-ups"),
    "145": (ReportKind.RESOURCE, "Too much written to disk"),
    "185": (ReportKind.RESOURCE, "Resource limit"),
    "202": (ReportKind.RESOURCE, "Too much CPU time"),
    "206": (ReportKind.RESOURCE, "Too much CPU time"),
    # CoreAnalytics aggregates; no single event is behind them.
    "33": (ReportKind.OTHER, "Analytics"),
    "28": (ReportKind.OTHER, "Watchdog timeout"),
    "29": (ReportKind.OTHER, "Watchdog timeout of a service"),
    "115": (ReportKind.OTHER, "Count of restarts"),
    "120": (ReportKind.OTHER, "Low battery"),
    "183": (ReportKind.OTHER, "System update"),
    "187": (ReportKind.OTHER, "Sandbox violation"),
    "284": (ReportKind.OTHER, "Graphics processor event"),
    "409": (ReportKind.OTHER, "Watchdog timeout of the system"),
    "211": (ReportKind.OTHER, "Analytics"),
    # A report of a live process, made on request; with a stack it is read as a crash.
    "308": (ReportKind.OTHER, "Simulated crash"),
}
"""What `bug_type` in an .ips header means, as far as Apple's own tools name it."""


def system_name(
    os_version: str | None, *, path: str | None = None, platform: object = None
) -> str | None:
    """`iOS` for `iPhone OS 18.6 (22G86)`; a simulator's is `iOS-simulator`.

    `path` is the executable's, `platform` the number in an .ips header.
    """
    if isinstance(platform, int) and platform in _SIMULATORS:
        return f"{_SIMULATORS[platform]}-simulator"
    if path and "/CoreSimulator/" in path:
        return "iOS-simulator"
    text = (os_version or "").strip()
    return next((word for start, word in _SYSTEMS if text.startswith(start)), None)


def split_version(
    text: str | None, *, os_version: str | None, apple: bool = True
) -> tuple[str | None, str | None]:
    """The app's version and build from a text report's `Version:` line.

    Apple's reports of iOS 14 and before (watchOS 7) put the build first; later ones, macOS and
    other reporters (`apple=False`) the version.
    """
    text = (text or "").strip()
    head, bracket, tail = text.partition("(")
    if not bracket:
        return text or None, None
    first, second = head.strip() or None, tail.rstrip().removesuffix(")").strip() or None
    return (second, first) if apple and _build_first(os_version) else (first, second)


def _build_first(os_version: str | None) -> bool:
    turned = _VERSION_FIRST.get(system_name(os_version) or "")
    major = _MAJOR.match(os_version or "")
    return turned is not None and major is not None and int(major[1]) < turned
