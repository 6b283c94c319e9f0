"""The first fingerprint: app, cause family, and the app's own frames nearest to the failure.

Left out on purpose: app and OS version, device, architecture, addresses, line numbers, thread
numbers, the exception's text, and all frames deeper than those used, since these differ between
two reports of one bug. Nothing here changes once it is released; better rules are v2.
"""

import hashlib
from collections.abc import Sequence
from itertools import islice, pairwise

from bridge.crash.cause import cycle, family_key
from bridge.crash.rules import Role
from bridge.crash.stack import telling_stack
from bridge.crash.symbol import classify
from bridge.model import Cause, CrashReport, Fingerprint, Frame, ReportKind, SkippedFrame

APP_FRAMES = 3
"""One frame merges what has one wrapper in common; all of them part what differs far below."""
SYSTEM_FRAMES = 4
"""Frames used where the app has none on the stack."""
BARE_FRAMES = 16
"""Frames used where nothing has a name; the first ones are the way to `abort`, for all."""
_LOOKED_AT = 128
"""Frames in which the first app frames are looked for."""

_SINGLE = {ReportKind.CRASH, ReportKind.HANG, ReportKind.OTHER}
"""Kinds of which two without a stack are not taken for the same problem."""


def fingerprint(report: CrashReport, cause: Cause) -> Fingerprint:
    """The key of a report whose cause is known, with the frames used and those passed over."""
    family = family_key(cause)
    frames = telling_stack(report, family)
    if family == "stackoverflow" and (found := cycle(frames)):
        return _made(report, family, _round(frames, *found), (), confident=True)
    used, skipped = _app_frames(frames)
    if used:
        return _made(report, family, used, skipped, confident=not used[0].startswith("u:"))
    used, skipped = _system_frames(frames)
    if not used and report.kind in _SINGLE:
        # Nothing tells this crash from others; it is its own problem rather than everybody's.
        used = [f"incident {report.incident_id or report.captured_at or 'unknown'}"]
    return _made(report, family, used, skipped, confident=False)


def _app_frames(frames: Sequence[Frame]) -> tuple[list[str], list[SkippedFrame]]:
    """The first app frames' names, below the system frame that stands on top of a lone one."""
    used: list[str] = []
    skipped: list[SkippedFrame] = []
    entry: str | None = None
    for frame in islice(frames, _LOOKED_AT):
        role, why, name = classify(frame)
        if role is Role.APP or (frame.in_app and frame.symbol is None):
            word = _word(frame, name)
            if not used or used[-1] != word:
                used.append(word)
        elif role is Role.SYSTEM and not used:
            # The public function nearest to the app's own: what the app was asking for.
            entry = _word(frame, name) if name and not name.startswith("_") else entry
            skipped.append(SkippedFrame(frame=frame, reason="above the app's own code"))
        else:
            skipped.append(SkippedFrame(frame=frame, reason=why or "not the app's code"))
        if len(used) == APP_FRAMES:
            break
    if len(used) == 1 and entry is not None:
        used.insert(0, entry)
    return used, skipped


def _system_frames(frames: Sequence[Frame]) -> tuple[list[str], list[SkippedFrame]]:
    used: list[str] = []
    skipped: list[SkippedFrame] = []
    for frame in islice(frames, _LOOKED_AT):
        role, why, name = classify(frame)
        if len(used) < SYSTEM_FRAMES and role is Role.SYSTEM and name:
            used.append(_word(frame, name))
        elif len(used) < SYSTEM_FRAMES:
            skipped.append(SkippedFrame(frame=frame, reason=why or "not used"))
    if not used:
        mains = [f for f in frames if f.in_app and classify(f)[0] is Role.PLUMBING]
        used = [_word(frame, classify(frame)[2]) for frame in mains[:1]]
    if not used:
        used = [_word(f, None) for f in islice(frames, BARE_FRAMES) if f.image and f.offset]
    return used, skipped


def _round(frames: Sequence[Frame], start: int, length: int) -> list[str]:
    """A recursion's round, turned so that it starts the same wherever the stack was full."""
    turn = [_word(f, classify(f)[2]) for f in frames[start : start + length]]
    return min(turn[n:] + turn[:n] for n in range(length))


def _word(frame: Frame, name: str | None) -> str:
    """How a frame stands in the key: image and function, or image, its UUID and the offset."""
    image = (frame.image or "???").removesuffix(".debug.dylib")
    if name is not None:
        return f"{image}!{name}"
    return f"u:{image}!{(frame.image_uuid or '')[:8]}+{frame.offset or 0:x}"


def _app_key(report: CrashReport) -> str:
    """What names the app: its bundle id; the executable where the id is none."""
    bundle = report.bundle_id or ""
    return bundle if "." in bundle else report.app_image or report.process or bundle


def _made(
    report: CrashReport,
    family: str,
    used: Sequence[str],
    skipped: Sequence[SkippedFrame],
    *,
    confident: bool,
) -> Fingerprint:
    words = [word for word, following in pairwise([*used, None]) if word and word != following]
    text = "\n".join(("v1", _app_key(report), family, *words))
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Fingerprint(
        key=f"v1:{digest[:16]}", used=tuple(words), skipped=tuple(skipped), confident=confident
    )
