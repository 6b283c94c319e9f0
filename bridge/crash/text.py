"""Apple's text format: what TestFlight, devices and macOS write, and other reporters imitate.

A report is a head of `Key: value` lines with a few blocks between them, backtraces, registers,
and the list of binary images. The reader goes through its lines once; what it doesn't know it
passes over.
"""

import re
from collections.abc import Iterable

from bridge.crash.draft import Draft, DraftThread, Stack
from bridge.crash.heads import BLOCKS, HEAD, NOTES, fill_head
from bridge.crash.raw import RawFrame
from bridge.crash.text_blocks import frames_in, images_in
from bridge.crash.text_frame import (
    is_frame,
    read_frame,
    read_frame_without_address,
    read_heavy_frame,
    read_image,
)
from bridge.crash.words import LONGEST, clean, known

ANOTHER = "Another report follows in the file; the first was read."
_THREAD = re.compile(r"Thread (\d{1,9})(.*)$", re.DOTALL)
_NEXT_THREAD = re.compile(r"Thread (\d{1,9})( Crashed)?:\n(?=\d)")
_MARKS = ("crashed", "attributed", "highlighted", "triggered")
_STATE = re.compile(r" crashed with .{1,40} Thread State", re.IGNORECASE)
_REGISTER = re.compile(r"\b(\w{1,12}): {1,4}0x([0-9a-fA-F]{1,16})\b")
_BARE_LIST = re.compile(r"\(?(0x[0-9a-fA-F]{1,32}+(?:\s++0x[0-9a-fA-F]{1,32}+)*+)\s*+\)?\s*+$")
_SECOND_REPORT = ("Incident Identifier:", "Process:")
_NO_FRAME = frozenset({"", "T", "L", "A", "B", "E"})
_BLANK_LINES = re.compile(r"\n++")
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
        self._last = ""
        """The newest frame's line, which may go on in the next one."""
        self._gap = False
        """Whether a blank line stands between the newest frame and here."""
        self._heavy: Stack | None = None
        self._opened = False
        """Whether a backtrace or the list of images begins with the next line."""
        self._in_images = False
        self._in_registers = False
        self._names: dict[int, tuple[str | None, str | None]] = {}
        self._over = False

    def read(self, pieces: Iterable[str]) -> None:
        """Read a report, cut into pieces at line ends, and fill the draft's fields."""
        for piece in pieces:
            self._piece(piece)
            if self._over:
                break
        fill_head(self.draft, self.head, self._blocks)
        self._name_threads()
        if self._heavy is not None and self._heavy.count:
            # Listed from the outside in; a backtrace is read the other way.
            self._heavy.frames.reverse()
            self.draft.other_backtrace = self._heavy

    def _piece(self, piece: str) -> None:
        at, end = 0, len(piece)
        while at <= end and not self._over:
            stop = piece.find("\n", at)
            line = piece[at : stop if stop >= 0 else end]
            at += len(line) + 1
            # A frame starts with a number, or with spaces before it.
            frame_like = self._stack is not None and line[:1] not in _NO_FRAME
            if not frame_like or not self._frame_line(line):
                self._line(line)
                if not line:
                    at = _end_of_blanks(piece, at)
                while self._opened:
                    at = self._whole_block(piece, at)

    def _whole_block(self, piece: str, at: int) -> int:
        """Read the block that stands at `at`, if it is plain; where to go on."""
        self._opened = False
        stop = piece.find("\n\n", at)
        block = piece[at : stop if stop >= 0 else len(piece)].rstrip("\n")
        if self._in_images:
            images = images_in(block)
            self.draft.images.extend(images or ())
            return at + len(block) + 1 if images else at
        frames = frames_in(block, self._stack.limit) if self._stack is not None else None
        if self._stack is None or frames is None:
            return at
        self._stack.frames, self._stack.count = frames, len(frames)
        # The blank line below is passed over with it.
        self._gap = stop >= 0
        at += len(block) + 1 + (stop >= 0)
        following = _NEXT_THREAD.match(piece, at)
        if following is None:
            return at
        # Most backtraces stand one below the other, which spares the look at what else a line is.
        self._close(None)
        thread = DraftThread(int(following[1]), crashed=following[2] is not None)
        self._stack, self._opened = self.draft.open_thread(thread), True
        return following.end()

    def _frame_line(self, line: str) -> bool:
        """Whether the line is the backtrace's next frame, which is then counted and kept."""
        stack = self._stack
        if stack is None:
            return False
        if stack.count >= stack.limit:
            stack.count += (found := is_frame(line))
            return found
        frame = read_frame(line)
        if frame is None or (self._gap and frame.index != stack.count):
            return False
        stack.add(frame)
        self._last, self._gap = line, False
        return True

    def _line(self, line: str) -> None:
        if not line or line.isspace():
            self._blank()
        elif self._is_taken(line):
            return
        elif self._stack is not None:
            self._odd_stack_line(self._stack, line)
        elif self._heavy is not None and not self._gap:
            self._heavy_line(self._heavy, line)
        else:
            self._head_line(line)

    def _is_taken(self, line: str) -> bool:
        """Whether the line opens a section, or belongs to the images or registers."""
        if self._in_images:
            self._image_line(line)
            return True
        if line[0] in "TLAHB" and self._starts_section(line):
            return True
        return self._in_registers and self._register_line(line)

    def _blank(self) -> None:
        # The line after a heading may be blank where each second line is.
        if self._block is not None and (self.head[self._block] or self._blocks.get(self._block)):
            self._block = None
        self._gap = True
        self._in_registers = False

    def _starts_section(self, line: str) -> bool:
        """Whether the line opens a thread, another backtrace or the list of images."""
        if line.startswith("Thread "):
            return self._thread_line(line)
        if line.startswith("Last Exception Backtrace:"):
            self._close(Stack())
            self.draft.last_exception = self.draft.last_exception or self._stack
        elif line.startswith("Application Specific Backtrace"):
            self._close(Stack())
            self.draft.other_backtrace = self.draft.other_backtrace or self._stack
        elif line.startswith("Heaviest stack for the target process"):
            self._close(None)
            self._heavy = self._heavy or Stack()
        elif line.startswith("Binary Images") and line.rstrip().endswith(":"):
            self._close(None)
            self._in_images = self._opened = True
        else:
            return False
        return True

    def _close(self, stack: Stack | None) -> None:
        """End what was open, and go on with a backtrace if there is one."""
        self._block, self._stack, self._opened = None, stack, stack is not None
        self._last, self._gap, self._in_registers = "", False, False

    def _thread_line(self, line: str) -> bool:
        found = _THREAD.match(line)
        if found is None:
            return False
        self._close(None)
        index, rest = int(found[1]), found[2].strip()
        if rest.startswith("name:"):
            self._names[index] = _label(rest[len("name:") :])
            return True
        if rest == ":":
            self._stack, self._opened = self.draft.open_thread(DraftThread(index)), True
            return True
        mark, colon, label = rest.partition(":")
        words = mark.lower().split()
        if not colon or len(words) > 1 or (words and words[0] not in _MARKS):
            self._in_registers = not self.draft.registers and bool(_STATE.match(found[2]))
            return True
        thread = DraftThread(index, crashed=bool(words))
        thread.name, thread.queue = _label(label.removeprefix(":"))
        self._stack, self._opened = self.draft.open_thread(thread), True
        return True

    def _name_threads(self) -> None:
        for thread in self.draft.threads:
            name, queue = self._names.get(thread.index, (None, None))
            thread.name, thread.queue = thread.name or name, thread.queue or queue

    def _odd_stack_line(self, stack: Stack, line: str) -> None:
        """A line within or below a backtrace that is no frame by itself."""
        if not self._gap and self._is_shortened_frame(stack, line):
            return
        bare = _BARE_LIST.match(line.strip())
        if bare is not None:
            for address in bare[1].split():
                stack.add(RawFrame(stack.count, None, int(address, 16)))
            return
        key = line.partition(":")[0]
        if key.strip() in HEAD:
            self._stack = None
            self._head_line(line)
        elif self._gap or not self._goes_on(stack, line):
            # It may be a frame broken in the middle, or prose below; what goes on is told by its
            # number.
            self._gap = True

    def _is_shortened_frame(self, stack: Stack, line: str) -> bool:
        frame = read_frame_without_address(line)
        if frame is None or frame.index < stack.count:
            return False
        stack.add(frame)
        self._last = ""
        return True

    def _goes_on(self, stack: Stack, line: str) -> bool:
        """Whether the line is the rest of the frame above, broken to fit a mail or a page."""
        joined = f"{self._last.rstrip()} {line.strip()}"
        if not self._last or len(joined) > LONGEST or stack.count > len(stack.frames):
            return False
        above, frame = stack.frames[-1], read_frame(joined)
        if frame is None or (not line[0].isspace() and (above.symbol or above.offset is not None)):
            return False
        stack.frames[-1], self._last = frame, joined
        return True

    def _register_line(self, line: str) -> bool:
        """Whether the line is one of the crashed thread's registers."""
        found = _REGISTER.findall(line)
        self.draft.registers.update((name, int(value, 16)) for name, value in found)
        self._in_registers = bool(found)
        return self._in_registers

    def _heavy_line(self, heavy: Stack, line: str) -> None:
        found = read_heavy_frame(line, heavy.count)
        if found is not None:
            heavy.add(found[1])

    def _image_line(self, line: str) -> None:
        image = read_image(line)
        if image is not None:
            self.draft.images.append(image)
        elif line.startswith(_SECOND_REPORT) and self.head:
            self._end()
        elif line.startswith("Model:"):
            self.head.setdefault("Model", line[len("Model:") :].partition(", ")[0].strip())
        elif self._block is not None or line.partition(":")[0] in NOTES:
            self._head_line(line)

    def _end(self) -> None:
        self._over = True
        self.draft.warnings.append(ANOTHER)

    def _head_line(self, line: str) -> None:
        key, colon, value = line.partition(":")
        indented = line[0].isspace() and self._block is not None
        key = key.strip() if len(key) < _LONGEST_KEY else ""
        if key.startswith("VM Regions Near"):
            key, value = "VM Regions Near", key[len("VM Regions ") :]
        if colon and not indented and key in HEAD:
            if self.draft.threads and f"{key}:" in _SECOND_REPORT and "Process" in self.head:
                self._end()
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


def _end_of_blanks(piece: str, at: int) -> int:
    found = _BLANK_LINES.match(piece, at)
    return found.end() if found else at


def _label(text: str) -> tuple[str | None, str | None]:
    """A thread's name and queue, from `com.example.work  Dispatch queue: com.apple.main-thread`."""
    name, _, queue = text.partition("Dispatch queue:")
    return known(name), known(queue)
