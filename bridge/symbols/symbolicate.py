"""Giving a report's frames their names, files and lines. Pure over whatever has the symbols."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bridge.crash.demangle import demangled
from bridge.crash.rules import SHIPPED
from bridge.model import CrashReport, Frame, ReportKind, Thread

_TRAMPOLINES = {"_sigtramp", "__sigtramp"}
_TOLD = 5
"""Images without symbols that are told of one by one."""
_LONGEST = 4096
"""Characters of a name or file that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is at a place in a build: a function, whole or inlined into the next one."""

    symbol: str | None
    """As the linker knows it."""
    file: str | None = None
    line: int | None = None
    start: int | None = None
    """Bytes from the start of the image to the function's; None where it is inlined."""


class Source(Protocol):
    """Whatever has symbols."""

    def places(self, uuid: str, offset: int, /) -> Sequence[Place] | None:
        """Return what is at an offset in a build, innermost first; None for an unknown build."""
        ...


def symbolicated(report: CrashReport, source: Source) -> CrashReport:
    """The report with names, files and lines for all frames of builds that `source` knows.

    Functions that were inlined become frames of their own above the one they were inlined into,
    with its index; `n_frames` goes on counting the frames in the report. Names that a report has
    stay. Each of the app's builds without symbols is one of the warnings. A report for which
    there is nothing to do is returned as it is.
    """
    naming = _Naming(source)
    threads = tuple(naming.thread(thread) for thread in report.threads)
    exception = report.last_exception
    if exception is not None:
        exception = naming.stack(exception, first_is_exact=False)
    # A heaviest stack begins with where a thread was; an exception's with where it was thrown.
    sampled = report.kind is ReportKind.RESOURCE
    other = naming.stack(report.other_backtrace, first_is_exact=sampled)
    if not naming.changed and not naming.missing:
        return report
    return replace(
        report,
        threads=threads,
        last_exception=exception,
        other_backtrace=other,
        warnings=(*report.warnings, *_warnings(naming.missing)),
    )


class _Naming:
    """One report's frames on their way to names."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[tuple[str, int], Sequence[Place] | None] = {}
        self.changed = False
        self.missing: dict[str, str] = {}
        """Image names by UUID."""

    def thread(self, thread: Thread) -> Thread:
        frames = self.stack(thread.frames, first_is_exact=True)
        return thread if frames is thread.frames else replace(thread, frames=frames)

    def stack(self, frames: tuple[Frame, ...], *, first_is_exact: bool) -> tuple[Frame, ...]:
        """A backtrace, innermost frame first; the same one where nothing changes."""
        named: list[Frame] = []
        above: Frame | None = None
        called: Frame | None = None
        """The frame that the next one called, which functions inlined into it are not."""
        for frame in frames:
            # Others hold where they go on after a call, which may be the next function already.
            first = called is None and first_is_exact
            exact = first or (called is not None and called.symbol in _TRAMPOLINES)
            expanded = self._frame(frame, 0 if exact else 1)
            # The report may have what was inlined here already.
            named += expanded[-1:] if above is not None and above.inlined else expanded
            above = frame
            called = called if frame.inlined else frame
        if len(named) == len(frames) and all(a is b for a, b in zip(named, frames, strict=True)):
            return frames
        self.changed = True
        return tuple(named)

    def _frame(self, frame: Frame, back: int) -> tuple[Frame, ...]:
        uuid, offset = frame.image_uuid, frame.offset
        if frame.inlined or uuid is None or offset is None or offset < back:
            return (frame,)
        kept = _is_named(frame, returned_to=back > 0)
        if kept and frame.file:
            return (frame,)
        places = self._places(uuid, offset - back)
        if places is None and frame.in_app and not kept:
            self.missing[uuid] = frame.image or "???"
        if not places or _says_nothing(places[-1]):
            return (frame,)
        *inlined, outer = places
        above = [_named(frame, place, inlined=True) for place in inlined]
        return (*above, _placed(frame, outer) if kept else _named(frame, outer, inlined=False))

    def _places(self, uuid: str, offset: int) -> Sequence[Place] | None:
        key = (uuid, offset)
        if key not in self._known:
            self._known[key] = self._source.places(uuid, offset)
        return self._known[key]


def _is_named(frame: Frame, *, returned_to: bool) -> bool:
    """Whether the report's name for a frame is one, and that of its function."""
    if not frame.symbol or SHIPPED.nameless(frame.symbol) is not None:
        return False
    return not (returned_to and frame.symbol_offset == 0)


def _says_nothing(place: Place) -> bool:
    """Whether it only says in which image it is, as symbol tables do between functions."""
    return not place.file and (not place.symbol or SHIPPED.nameless(place.symbol) is not None)


def _named(frame: Frame, place: Place, *, inlined: bool) -> Frame:
    """The frame with a name, file and line; without a name there, its own."""
    start = place.start if not inlined else None
    file, line = _source(frame, place)
    return replace(
        frame,
        symbol=demangled(place.symbol)[:_LONGEST] if place.symbol else frame.symbol,
        symbol_offset=None if start is None else (frame.offset or 0) - start,
        file=file,
        line=line,
        inlined=inlined,
    )


def _placed(frame: Frame, place: Place) -> Frame:
    """The frame with file and line."""
    file, line = _source(frame, place)
    return replace(frame, file=file, line=line) if file else frame


def _source(frame: Frame, place: Place) -> tuple[str | None, int | None]:
    """The file and line. Only the file's name: its path tells whose machine it was built on."""
    name = (place.file or "").replace("\\", "/").rpartition("/")[2][:_LONGEST]
    if not name or name.startswith("<"):
        return frame.file, frame.line
    return name, place.line


def _warnings(missing: dict[str, str]) -> list[str]:
    told = [
        f"No symbols for {name}: no dSYM with the UUID {as_written(uuid)} was found."
        for uuid, name in list(missing.items())[:_TOLD]
    ]
    if len(missing) > _TOLD:
        told.append(f"No symbols for {len(missing) - _TOLD} more of the app's images.")
    return told


def as_written(uuid: str) -> str:
    """A UUID as Apple's tools show it: upper case, with dashes."""
    digits = uuid.upper()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
