"""Crash reports of the app in `fixture/`, without symbols, with its UUIDs and offsets."""

import json
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).with_name("fixture")
DSYM = FIXTURE / "Sunrise.app.dSYM"
DWARF = DSYM / "Contents/Resources/DWARF/Sunrise"
ARM, INTEL = "4c4c443355553144a1daf2d3935659de", "4c4c446655553144a1ef2fb98b760b16"
ARM_WRITTEN = "4C4C4433-5555-3144-A1DA-F2D3935659DE"
BASE = 0x102E2C000
INCIDENT = "6F1C2A7E-3B4D-4E5F-8A9B-0C1D2E3F4A5B"

TRAP, CLOSURE, OPEN, MAIN = 0x404C, 0x405C, 0x4090, 0x40C8
"""Where thread 0 crashed, and where its callers go on."""
NAMES = [
    ("Cart.price(at:)", "Cart.c", 20, True),
    ("Cart.total.getter", "Cart.c", 27, True),
    ("CartView.checkout(items:)", "Cart.c", 32, False),
    ("closure #1 in CartView.pay()", "Cart.c", 37, False),
    ("+[Store open:]", "Store.m", 20, False),
    ("main", "Store.m", 26, False),
]
"""The frames that the dSYM has for them."""
FAILED = 0x4080
"""Where `+[Store fail:]` would go on after a call that never returns: in `+[Store open:]`."""
WAITS, WORKS = 0x4100, 0x4118
"""Where thread 1 waits."""


def text(
    *, base: int = BASE, uuid: str = ARM, incident: str = INCIDENT, bundle: str = "sunrise"
) -> str:
    """TestFlight's text, without symbols for the app."""
    system, kernel = 0x1C8A2E000, 0x1E0F4C000
    library = "/usr/lib/system/libsystem_kernel.dylib"
    path = f"/private/var/containers/Bundle/Application/{INCIDENT}/Sunrise.app/Sunrise"
    app = [
        f"{base + offset:#018x} {base:#x} + {offset}"
        for offset in (TRAP, CLOSURE, OPEN, MAIN, WAITS, WORKS)
    ]
    return f"""\
Incident Identifier: {incident}
Hardware Model:      iPhone17,1
Process:             Sunrise [812]
Path:                {path}
Identifier:          com.example.{bundle}
Version:             2.4.1 (143)
AppStoreTools:       17B54
Code Type:           ARM-64 (Native)
Role:                Foreground
Parent Process:      launchd [1]

Date/Time:           2026-11-24 10:00:00.0000 +0100
Launch Time:         2026-11-24 09:41:07.0000 +0100
OS Version:          iPhone OS 26.1 (23B85)
Report Version:      104

Exception Type:  EXC_BREAKPOINT (SIGTRAP)
Exception Codes: 0x0000000000000001, {base + TRAP:#018x}
Termination Reason: SIGNAL 5 Trace/BPT trap: 5
Terminating Process: exc handler [812]

Triggered by Thread:  0

Thread 0 name:
Thread 0 Crashed:
0   Sunrise                       \t{app[0]}
1   Sunrise                       \t{app[1]}
2   Sunrise                       \t{app[2]}
3   Sunrise                       \t{app[3]}
4   dyld                          \t{system + 5000:#018x} start + 5000

Thread 1:
0   libsystem_kernel.dylib        \t{kernel + 0x1428:#018x} __semwait_signal + 8
1   Sunrise                       \t{app[4]}
2   Sunrise                       \t{app[5]}

Binary Images:
{base:#x} - {base + 0x13FFF:#x} Sunrise arm64  <{uuid}> {path}
{system:#x} - {system + 0x9FFFF:#x} dyld arm64e  <{"0e" * 16}> /usr/lib/dyld
{kernel:#x} - {kernel + 0x39FFF:#x} libsystem_kernel.dylib arm64e  <{"1f" * 16}> {library}

EOF
"""


def ips(*, base: int = BASE, uuid: str = ARM, offsets: tuple[int, ...] | None = None) -> str:
    """The same crash as two lines of JSON."""
    header = {
        "app_name": "Sunrise",
        "timestamp": "2026-11-24 10:00:00.00 +0100",
        "app_version": "2.4.1",
        "build_version": "143",
        "bundleID": "com.example.sunrise",
        "bug_type": "309",
        "os_version": "iPhone OS 26.1 (23B85)",
        "incident_id": INCIDENT,
    }
    frames = [
        {"imageOffset": offset, "imageIndex": 0}
        for offset in offsets or (TRAP, CLOSURE, OPEN, MAIN)
    ]
    body: dict[str, Any] = {
        "procName": "Sunrise",
        "procPath": f"/private/var/containers/Bundle/Application/{INCIDENT}/Sunrise.app/Sunrise",
        "exception": {"type": "EXC_BREAKPOINT", "signal": "SIGTRAP"},
        "faultingThread": 0,
        "threads": [{"triggered": True, "id": 1, "frames": frames}],
        "usedImages": [
            {
                "name": "Sunrise",
                "path": "/private/var/containers/Bundle/Application/Sunrise.app/Sunrise",
                "uuid": uuid,
                "base": base,
                "size": 81920,
                "arch": "arm64",
            }
        ],
    }
    return f"{json.dumps(header)}\n{json.dumps(body, indent=2)}\n"
