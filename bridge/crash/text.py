"""Apple's text format: what TestFlight, devices and macOS write, and other reporters imitate.

A report is a head of `Key: value` lines with a few blocks between them, backtraces, registers,
and the list of binary images. The reader goes through its lines once; what it doesn't know it
passes over.
"""

import re
from collections.abc import Iterable

from bridge.crash.draft import Draft, DraftThread, Stack
from bridge.crash.heads import BLOCKS, HEAD, fill_head
from bridge.crash.images import last_part
from bridge.crash.text_frame import RawFrame, RawImage, read_frame, read_heavy_frame, read_image
from bridge.crash.words import clean, known
from bridge.model import BinaryImage

_THREAD = re.compile(r"Thread (\d{1,9})(.*)$", re.DOTALL)
_MARKS = ("crashed", "attributed", "highlighted", "triggered")
_BARE_LIST = re.compile(r"\(?(0x[0-9a-fA-F]{1,32}+(?:\s++0x[0-9a-fA-F]{1,32}+)*+)\s*+\)?\s*+$")
_SECOND_REPORT = ("Incident Identifier:", "Process:")
_LONGEST_KEY = 64
_BLOCK_LINES = 200
"""Lines kept of a block such as the application-specific information."""
_NO_INFORMATION = {"", "None found"}


class TextReader:
    """Reads one report's lines into a draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.head: dict[str, str] = {}
        self._blocks: dict[str, list[str]] = {}
        self._block: str | None = None
        self._stack: Stack | None = None
        self._heavy: Stack | None = None
        self._in_images = False
        self._names: dict[int, tuple[str | None, str | None]] = {}
        self._over = False

    def read(self, lines: Iterable[str]) -> None:
        """Read the lines of a report and fill the draft's fields."""
        for line in lines:
            self._line(line)
            if self._over:
                break
        fill_head(self.draft, self.head, self._blocks)
        self._name_threads()

    def _line(self, line: str) -> None:
        if not line or line.isspace():
            self._end_section()
        elif self._in_images:
            self._image_line(line)
        elif line[0] in "TLAHB" and self._starts_section(line):
            return
        elif self._stack is not None:
            self._stack_line(line)
        elif self._heavy is not None:
            self._heavy_line(line)
        else:
            self._head_line(line)

    def _end_section(self) -> None:
        self._block = None
        self._heavy = None
        # An empty thread is one line and a blank; so a blank ends a stack, whatever it held.
        self._stack = None

    def _starts_section(self, line: str) -> bool:
        """Whether the line opens a thread, another backtrace or the list of images."""
        if line.startswith("Thread "):
            return self._thread_line(line)
        if line.startswith("Last Exception Backtrace:"):
            self._block, self._stack = None, Stack()
            self.draft.last_exception = self.draft.last_exception or self._stack
        elif line.startswith("Application Specific Backtrace"):
            self._block, self._stack = None, Stack()
            self.draft.other_backtrace = self.draft.other_backtrace or self._stack
        elif line.startswith("Heaviest stack for the target process"):
            self._block, self._heavy = None, Stack()
        elif line.startswith("Binary Images") and line.rstrip().endswith(":"):
            self._block, self._stack, self._in_images = None, None, True
        else:
            return False
        return True

    def _thread_line(self, line: str) -> bool:
        found = _THREAD.match(line)
        if found is None:
            return False
        self._block, self._stack = None, None
        index, rest = int(found[1]), found[2].strip()
        if rest.startswith("name:"):
            self._names[index] = _label(rest[len("name:") :])
            return True
        mark, colon, label = rest.partition(":")
        words = mark.lower().split()
        # `Thread 0 crashed with ARM Thread State (64-bit):` opens the registers.
        if not colon or len(words) > 1 or (words and words[0] not in _MARKS):
            return True
        thread = DraftThread(index, crashed=bool(words))
        thread.name, thread.queue = _label(label.removeprefix(":"))
        self.draft.threads.append(thread)
        self._stack = thread.stack
        return True

    def _name_threads(self) -> None:
        for thread in self.draft.threads:
            name, queue = self._names.get(thread.index, (None, None))
            thread.name, thread.queue = thread.name or name, thread.queue or queue

    def _stack_line(self, line: str) -> None:
        stack = self._stack
        if stack is None:
            return
        frame = read_frame(line)
        if frame is not None:
            stack.add(frame)
            return
        bare = _BARE_LIST.match(line.strip())
        if bare is not None:
            for address in bare[1].split():
                stack.add(RawFrame(stack.count, None, int(address, 16)))
            return
        self._stack = None
        self._head_line(line)

    def _heavy_line(self, line: str) -> None:
        if self._heavy is None:
            return
        found = read_heavy_frame(line, self._heavy.count)
        if found is not None:
            self._heavy.add(found[1])
            # Listed from the outside in; a backtrace is read the other way.
            self.draft.other_backtrace = Stack(self._heavy.frames[::-1], self._heavy.count)

    def _image_line(self, line: str) -> None:
        raw = read_image(line)
        if raw is not None:
            self.draft.images.append(_image(raw))
        elif line.startswith(_SECOND_REPORT) and self.head:
            self._over = True
            self.draft.warnings.append("Another report follows in the file; the first was read.")
        elif line.startswith("Model:"):
            self.head.setdefault("Model", line[len("Model:") :].partition(", ")[0].strip())

    def _head_line(self, line: str) -> None:
        key, colon, value = line.partition(":")
        key = key.strip() if len(key) < _LONGEST_KEY else ""
        if key.startswith("VM Regions Near"):
            key, value = "VM Regions Near", key[len("VM Regions ") :]
        if colon and not line[0].isspace() and key in HEAD:
            if key == "Incident Identifier" and self.draft.threads:
                self._over = True
                self.draft.warnings.append(
                    "Another report follows in the file; the first was read."
                )
                return
            self.head.setdefault(key, clean(value.strip()))
            self._open_block(key, value)
        elif self._block is not None:
            lines = self._blocks.setdefault(self._block, [])
            if len(lines) < _BLOCK_LINES and line.strip() not in _NO_INFORMATION:
                lines.append(clean(line.strip()))

    def _open_block(self, key: str, value: str) -> None:
        self._block = key if key in BLOCKS and key not in self._blocks else None
        if self._block is not None and key.startswith("Application Specific"):
            text = known(value)
            self._blocks[key] = [text] if text else []


def _label(text: str) -> tuple[str | None, str | None]:
    """A thread's name and queue, from `com.example.work  Dispatch queue: com.apple.main-thread`."""
    name, _, queue = text.partition("Dispatch queue:")
    return known(name), known(queue)


def _image(raw: RawImage) -> BinaryImage:
    return BinaryImage(
        # macOS writes the bundle's identifier; the executable's name is what .ips has too.
        name=last_part(raw.path) or raw.name,
        uuid=raw.uuid,
        base=raw.base,
        size=max(raw.end - raw.base + 1, 0),
        arch=raw.arch,
        path=raw.path,
    )
