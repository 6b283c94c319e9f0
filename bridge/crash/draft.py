"""What a parser has found so far, and the `CrashReport` made of it."""

import re
from dataclasses import dataclass, field

from bridge.crash.images import AppCode, ImageTable
from bridge.crash.raw import RawFrame, RawImage
from bridge.crash.words import last_part
from bridge.model import CrashReport, Frame, ReportKind, Thread

FRAMES_KEPT = 512
"""Frames kept a thread; deeper ones are counted. Apple's own reporter stops there too."""
THREADS_KEPT = 1024
"""Threads kept beside the crashed one."""
_THREADS_LOOKED_AT = 16_384
"""Threads beyond are counted; the crashed one is taken in wherever it stands."""
FRAMES_KEPT_IN_ALL = 65_536
"""Frames kept of all threads beside the crashed one: no real report comes near."""


_PROGRAM = re.compile(r"\.app/(?:Contents/MacOS/)?[^/]+$")


class Stack:
    """A backtrace as it is read: its first frames, and how many there are."""

    __slots__ = ("count", "frames", "limit", "places")

    def __init__(self, limit: int = FRAMES_KEPT) -> None:
        self.frames: list[RawFrame] = []
        self.places: list[int | None] = []
        """The frames' images by their places in the list; empty where the report doesn't say."""
        self.count = 0
        self.limit = limit

    def add(self, frame: RawFrame) -> None:
        """Count a frame, and keep it if it is one of the first."""
        self.count += 1
        if self.count <= self.limit:
            self.frames.append(frame)


@dataclass(slots=True)
class DraftThread:
    """A thread as it is read."""

    index: int
    name: str | None = None
    queue: str | None = None
    crashed: bool = False
    stack: Stack = field(default_factory=Stack)


@dataclass(slots=True)
class Draft:
    """A report as it is read; every part may be missing."""

    format: str
    kind: ReportKind = ReportKind.CRASH
    fields: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """Fields of `CrashReport` by name, strings as written."""
    path: str | None = None
    """The executable's."""
    application_info: list[str] = field(default_factory=list[str])
    termination_details: list[str] = field(default_factory=list[str])
    claimed: int | None = None
    """The crashed thread as the report's head has it."""
    threads: list[DraftThread] = field(default_factory=list[DraftThread])
    last_exception: Stack | None = None
    other_backtrace: Stack | None = None
    images: list[RawImage] = field(default_factory=list[RawImage])
    report_notes: list[str] = field(default_factory=list[str])
    registers: dict[str, int] = field(default_factory=dict[str, int])
    warnings: list[str] = field(default_factory=list[str])
    cut: bool = False
    """Whether it is known to end before the report does."""
    n_threads: int = 0
    _frames: int = 0
    """Frames kept of the threads before the newest."""

    def open_thread(self, thread: DraftThread) -> Stack:
        """Take in another thread; its stack, which keeps none where too many are kept already."""
        self.n_threads += 1
        if self.threads:
            self._frames += len(self.threads[-1].stack.frames)
        if not thread.crashed and thread.index != self.claimed:
            if self.n_threads > _THREADS_LOOKED_AT:
                return Stack(limit=0)
            if self._frames >= FRAMES_KEPT_IN_ALL:
                thread.stack.limit = 0
        self.threads.append(thread)
        return thread.stack

    def finish(self) -> CrashReport:
        """The report, frames resolved against the images."""
        crashed = self._crashed_thread()
        table = ImageTable(self.images, self._app())
        exception = self.last_exception
        return CrashReport(
            format=self.format,
            kind=self.kind,
            **{k: v for k, v in self.fields.items() if v is not None},  # pyright: ignore[reportArgumentType]  # the keys are string fields only
            application_info=tuple(self.application_info),
            termination_details=tuple(self.termination_details),
            report_notes=tuple(dict.fromkeys(self.report_notes)),
            registers=self.registers,
            crashed_thread=crashed,
            threads=self._finished_threads(table, crashed),
            last_exception=_resolved(exception, table) if exception else None,
            n_last_exception=exception.count if exception else 0,
            other_backtrace=_resolved(self.other_backtrace, table) if self.other_backtrace else (),
            images=table.all,
            app_image=last_part(self.path),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )

    def completed(self, other: "Draft") -> "Draft":
        """The draft itself, its gaps filled from another reading of the same report."""
        for name, value in other.fields.items():
            mine = self.fields.get(name)
            # Of a body that was cut, the newest value may be a part only.
            better = self.cut and mine and value and value.startswith(mine)
            self.fields[name] = value if better else mine or value
        self.path = self.path or other.path
        self.kind = other.kind if self.kind is ReportKind.CRASH else self.kind
        self.application_info = self.application_info or other.application_info
        self.termination_details = self.termination_details or other.termination_details
        self.report_notes = self.report_notes or other.report_notes
        self.registers = self.registers or other.registers
        self.claimed = other.claimed if self.claimed is None else self.claimed
        if not self.threads or (self.cut and other.threads):
            self.threads, self.images = other.threads, other.images
            self.n_threads = other.n_threads
            self.last_exception = other.last_exception
        self.last_exception = self.last_exception or other.last_exception
        self.other_backtrace = self.other_backtrace or other.other_backtrace
        self.warnings.extend(other.warnings)
        return self

    def _app(self) -> AppCode:
        if self.path is None and not self.fields.get("process"):
            # The head was cut off: the app is the program that lies in a bundle.
            paths = (image.path for image in self.images if image.path)
            self.path = next((path for path in paths if _PROGRAM.search(path)), None)
        return AppCode(
            executable_path=self.path,
            process=self.fields.get("process"),
            bundle_id=self.fields.get("bundle_id"),
        )

    def _crashed_thread(self) -> int | None:
        marked = [thread.index for thread in self.threads if thread.crashed]
        if len(marked) > 1:
            names = ", ".join(str(index) for index in marked[:5])
            self.warnings.append(f"Several threads are marked as crashed: {names}.")
        if self.claimed is not None:
            return self.claimed
        if not marked and self.threads and self.kind is ReportKind.CRASH:
            self.warnings.append("No thread is marked as crashed.")
        return marked[0] if marked else None

    def _finished_threads(self, table: ImageTable, crashed: int | None) -> tuple[Thread, ...]:
        kept = [t for n, t in enumerate(self.threads) if n < THREADS_KEPT or t.index == crashed]
        if len(kept) < self.n_threads:
            self.warnings.append(f"Of {self.n_threads} threads {len(kept)} were kept.")
        if any(not thread.stack.limit for thread in kept):
            self.warnings.append(
                f"The threads have too many frames; {self._frames} of them were kept."
            )
        return tuple(
            Thread(
                index=thread.index,
                name=thread.name,
                queue=thread.queue,
                crashed=thread.index == crashed,
                frames=_resolved(thread.stack, table),
                n_frames=thread.stack.count,
            )
            for thread in kept
        )


def _resolved(stack: Stack, table: ImageTable) -> tuple[Frame, ...]:
    return table.frames(stack.frames, stack.places)
