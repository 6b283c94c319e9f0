"""Keys that prove one crash whatever its form: its incident, and its places in one build."""

import hashlib
import re
from collections.abc import Sequence

from bridge.crash.fingerprint.v1 import app_key
from bridge.crash.images import is_swift_runtime
from bridge.crash.sight import LOOKED_AT
from bridge.crash.stack import telling_stack
from bridge.model import CrashReport, Frame

PLACES = 5
"""Own places that go into the key: more than a wrapper or two."""
_FEW = 3
"""Own places below which the images between them and the failure go into the key too."""

_INCIDENT = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_LOADERS = {"dyld", "libdyld.dylib", "dyld_sim"}
_MAINS = {
    "UIKitCore",
    "UIKit",
    "AppKit",
    "SwiftUI",
    "WatchKit",
    "ExtensionFoundation",
    "Foundation",
}
"""Images whose main loop an app's `main` calls."""


def incident(report: CrashReport) -> str | None:
    """The key of the incident: two reports with one identifier are one crash.

    None where the identifier is missing, masked or all the same digit.
    """
    id_ = (report.incident_id or "").strip().lower()
    if not _INCIDENT.fullmatch(id_) or len(set(id_) - {"-"}) < 2:  # noqa: PLR2004  # two digits
        return None
    return f"incident:{id_}"


def places(report: CrashReport, family: str) -> str | None:
    """The key of the first own places in this build; None where the report has none.

    Names don't go in, so that it is the same before and after symbolication; inlined frames
    have no place of their own.
    """
    frames = [f for f in telling_stack(report, family)[:LOOKED_AT] if not f.inlined]
    frames = frames[: _end(frames)]
    mine = _once([f for f in frames if f.in_app and f.image_uuid and f.offset is not None])
    if not mine:
        return None
    above = frames[: frames.index(mine[0])]
    parts = [app_key(report), report.exception_type or ""]
    parts += _images(above) if len(mine) < _FEW else ()
    parts += [f"{f.image_uuid}+{f.offset:x}" for f in mine[:PLACES]]
    text = "\n".join(parts).encode("utf-8", "replace")
    return f"at1:{hashlib.sha256(text).hexdigest()[:16]}"


def _end(frames: Sequence[Frame]) -> int:
    """Where the app's `main` begins, which every stack of a main thread ends with."""
    last = len(frames)
    while last and not frames[last - 1].in_app:
        last -= 1
    if last == len(frames) or frames[last].image not in _LOADERS:
        return len(frames)
    start = last
    while start and frames[start - 1].in_app:
        start -= 1
    called = start > 0 and frames[start - 1].image in _MAINS
    return start if called else len(frames)


def _once(frames: Sequence[Frame]) -> list[Frame]:
    """The frames, of those at one place in a row the first; the others were inlined into it."""
    kept: list[Frame] = []
    for frame in frames:
        if not kept or (kept[-1].image_uuid, kept[-1].offset) != (frame.image_uuid, frame.offset):
            kept.append(frame)
    return kept


def _images(frames: Sequence[Frame]) -> list[str]:
    names = [f.image or "" for f in frames if not is_swift_runtime(f.image or "")]
    return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]
