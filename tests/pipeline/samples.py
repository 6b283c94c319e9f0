"""Feedback for these tests: small, and different where a test needs it to be."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid5
from zlib import crc32

from PIL import Image

from bridge.simulators.appstore import Sample

WORDS = "The total says 0.00"


def png(color: str = "red", size: tuple[int, int] = (8, 16)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def screenshot(app: str, *images: bytes, **more: Any) -> Sample:
    pictures = images or (png(),)
    values: dict[str, Any] = {"comment": WORDS, **more}
    return Sample(
        app=app,
        kind="screenshot",
        bug="total",
        images=[(data, 8, 16) for data in pictures],
        **values,
    )


def crash(app: str, log: str | None, **more: Any) -> Sample:
    values: dict[str, Any] = {"comment": "boom", "tester": "t1", **more}
    return Sample(app=app, kind="crash", bug="cart", crash_log=log, **values)


def crash_text(symbol: str = "CartView.total.getter", *, base: int = 0x102A00000) -> str:
    """A TestFlight text report that crashed in `symbol`, loaded at `base`."""
    system, uuid = 0x1E0A1C000, "0f0e0d0c0b0a09080706050403020100"
    app = f"/private/var/containers/Bundle/Application/{UUID(int=0)}/Sunrise.app/Sunrise"
    library = "swift/libswiftCore.dylib"
    incident = str(uuid5(UUID(int=0), f"{symbol} {base}")).upper()
    swift, top, next_ = (
        f"{system + 476:#018x}",
        f"{base + 0x4C3A0 + crc32(symbol.encode()) % 0x10000 * 4:#018x}",
        f"{base + 0x4C000:#018x}",
    )
    return f"""\
Incident Identifier: {incident}
Hardware Model:      iPhone17,1
Process:             Sunrise [4242]
Path:                {app}
Identifier:          com.example.sunrise.local
Version:             2.4.1 (143)
Code Type:           ARM-64 (Native)
Role:                Foreground
Parent Process:      launchd [1]

Date/Time:           2026-11-24 10:00:00.0000 +0100
OS Version:          iPhone OS 26.1 (23B85)
Report Version:      104

Exception Type:  EXC_BREAKPOINT (SIGTRAP)
Exception Codes: 0x0000000000000001, 0x00000001e0a1c1dc
Termination Reason: SIGNAL 5 Trace/BPT trap: 5

Triggered by Thread:  0

Thread 0 Crashed:
0   libswiftCore.dylib            \t{swift} _assertionFailure(_:_:file:line:flags:) + 176
1   Sunrise                       \t{top} {symbol} + 120 (CartView.swift:88)
2   Sunrise                       \t{next_} CartView.body.getter + 540 (CartView.swift:41)
3   UIKitCore                     \t{system + 0x9000:#018x} UIApplicationMain + 336

Binary Images:
{base:#x} - {base + 0xFFFFF:#x} Sunrise arm64  <{uuid}> {app}
{system:#x} - {system + 0xFFFFF:#x} libswiftCore.dylib arm64e <{uuid}> /usr/lib/{library}

EOF
"""
