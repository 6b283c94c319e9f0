"""Frames as text: the few to look at first, and a whole stack. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.markup import cut
from bridge.model import CrashReport, Diagnosis, Frame
from bridge.render.public import public_line

FRAMES_FIRST = 12  # in-app frames shown at once; more is a scroll
FRAMES_WITHOUT_APP = 6  # if none is the app's own
FRAMES_WHOLE = 60  # of a folded stack; the rest is in the log
NAME_LONGEST = 100  # characters of a name among the first frames
SYMBOL_LONGEST = 160  # characters; C++ and generic Swift symbols run to thousands
COLUMN_WIDEST = 60  # characters; longer symbols stand out of their column


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack for the folded part."""

    title: str
    text: str
    more: int
    """Frames that are not shown."""


def symbol(frame: Frame) -> str:
    """Return what a frame is called: its symbol, else where it is in its image."""
    if frame.symbol:
        return cut(public_line(frame.symbol), SYMBOL_LONGEST)
    if frame.image and frame.offset is not None:
        return f"{public_line(frame.image)} + {frame.offset}"
    if frame.address is not None:
        return f"{public_line(frame.image or '???')} {frame.address:#x}"
    return public_line(frame.image or "???")


def place(frame: Frame) -> str:
    """Return `File.swift:88`, `File.swift`, or nothing where the log doesn't say."""
    if not frame.file:
        return ""
    file = cut(public_line(frame.file), SYMBOL_LONGEST)
    return f"{file}:{frame.line}" if frame.line else file


def _inlined(frame: Frame) -> str:
    """Say of a frame that it is one only in the source: its code is part of the next one's."""
    return " (inlined)" if frame.inlined else ""


def first_frames(diagnosis: Diagnosis) -> str:
    """Return the app's own frames with `▶` on the blamed one; the top ones if there is none."""
    stack = diagnosis.report.stack or ()
    own = [frame for frame in stack if frame.in_app]
    shown = own[:FRAMES_FIRST] if own else list(stack[:FRAMES_WITHOUT_APP])
    if not shown:
        return ""
    names = [cut(symbol(frame), NAME_LONGEST) for frame in shown]
    placed = [len(name) for frame, name in zip(shown, names, strict=True) if frame.file]
    column = min(max(placed, default=0), COLUMN_WIDEST)
    digits = len(str(max(frame.index for frame in shown)))
    lines = [
        f"{'▶' if frame == diagnosis.blame else ' '} {frame.index:>{digits}} "
        f"{name:<{column}} {place(frame)}".rstrip()
        + _inlined(frame)
        for frame, name in zip(shown, names, strict=True)
    ]
    if len(own) > len(shown):
        lines.append(f"… {len(own) - len(shown)} more frames of the app's own code")
    return "\n".join(lines)


def stacks(report: CrashReport, blame: Frame | None = None) -> Sequence[Stack]:
    """Return the last exception backtrace, if there is one, and the crashed thread.

    The blamed frame has a `▶`.
    """
    found: list[Stack] = []
    if report.last_exception:
        found.append(
            _stack(
                "Last exception backtrace", report.last_exception, report.n_last_exception, blame
            )
        )
    if (thread := report.crashed) and thread.frames:
        names = [f"Thread {thread.index}", *(n for n in (thread.name, thread.queue) if n)]
        title = cut(public_line(" · ".join(names)), SYMBOL_LONGEST)
        found.append(_stack(title, thread.frames, thread.n_frames, blame))
    return found


def _stack(title: str, frames: Sequence[Frame], total: int, blame: Frame | None) -> Stack:
    shown = frames[:FRAMES_WHOLE]
    more = max(total, len(frames)) - len(shown)
    return Stack(title=title, text="\n".join(_lines(shown, blame)), more=more)


def _lines(frames: Sequence[Frame], blame: Frame | None) -> Iterable[str]:
    images = [cut(public_line(frame.image or "???"), COLUMN_WIDEST) for frame in frames]
    column = max((len(image) for image in images), default=0)
    for frame, image in zip(frames, images, strict=True):
        name = symbol(frame)
        if frame.symbol and frame.symbol_offset is not None:
            name = f"{name} + {frame.symbol_offset}"
        where = f" ({place(frame)})" if frame.file else ""
        mark = "▶" if frame == blame else " "
        yield f"{mark} {frame.index:<3} {image:<{column}}  {name}{where}{_inlined(frame)}"
