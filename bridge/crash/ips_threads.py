"""The threads, frames, images and registers in an .ips body."""

from typing import Any, cast

from bridge.crash.draft import Draft, DraftThread, Stack
from bridge.crash.json_body import Table, number, table, tables, text
from bridge.crash.raw import RawFrame, RawImage
from bridge.crash.text_frame import source_place
from bridge.crash.words import known, last_part

_BEYOND = 1 << 65
"""No number of a 64-bit process is as large."""
_REGISTERS = 128


def fill_threads(draft: Draft, body: Table) -> None:
    """Put the body's threads, images, exception backtrace and registers into the draft."""
    draft.images.extend(_image(entry) for entry in tables(body, "usedImages"))
    draft.claimed = _claimed(body)
    frames = _FrameReader(draft.images)
    for index, entry in enumerate(tables(body, "threads")):
        thread = DraftThread(index, crashed=entry.get("triggered") is True)
        thread.name, thread.queue = text(entry, "name"), text(entry, "queue")
        frames.read(entry.get("frames"), draft.open_thread(thread))
        if not draft.registers and (thread.crashed or index == draft.claimed):
            draft.registers = _registers(table(entry, "threadState"))
    exception = Stack()
    frames.read(body.get("lastExceptionBacktrace"), exception)
    draft.last_exception = exception if exception.count else None


def _claimed(body: Table) -> int | None:
    """The faulting thread; in a report that no exception is behind, the highlighted one."""
    claimed = number(body, "faultingThread")
    if claimed is None:
        claimed = number(table(body, "legacyInfo"), "threadHighlighted")
    return claimed if claimed is not None and claimed >= 0 else None


def _image(entry: Table) -> RawImage:
    path = text(entry, "path")
    return RawImage(
        text(entry, "name") or last_part(path) or "???",
        uuid=(text(entry, "uuid") or "").replace("-", "").lower() or None,
        base=number(entry, "base"),
        size=number(entry, "size"),
        arch=text(entry, "arch"),
        path=path,
    )


def _registers(state: Table) -> dict[str, int]:
    """`threadState`: a list `x`, and an object each for the registers with names of their own."""
    found: dict[str, int] = {}
    for name, value in list(state.items())[:_REGISTERS]:
        if isinstance(value, list):
            for place, entry in enumerate(tables(state, name)[:_REGISTERS]):
                _add_register(found, f"{name}{place}", entry)
        else:
            _add_register(found, name, table(state, name))
    return found


def _add_register(found: dict[str, int], name: str, entry: Table) -> None:
    value, label = number(entry, "value"), known(name)
    if value is not None and label:
        found[label] = value


class _FrameReader:
    """Reads lists of frames; one string a symbol and file, however many frames have it."""

    def __init__(self, images: list[RawImage]) -> None:
        self._bases = [image.base for image in images]
        self._names: dict[str, str | None] = {}

    def read(self, entries: object, stack: Stack) -> None:
        """Put the frames of a list into a stack; what isn't an object is an empty frame."""
        if not isinstance(entries, list):
            return
        listed = cast("list[Any]", entries)
        stack.count = len(listed)
        for index, entry in enumerate(listed[: stack.limit]):
            if isinstance(entry, dict):
                self._add(stack, cast("Table", entry), index)
            else:
                stack.frames.append(RawFrame(index, None))
                stack.places.append(None)

    def _add(self, stack: Stack, entry: Table, index: int) -> None:
        get = entry.get
        place, offset, location = get("imageIndex"), get("imageOffset"), get("symbolLocation")
        # `type` and not `isinstance`: a bool is no number, and this is where the time goes.
        if type(place) is not int or not 0 <= place < len(self._bases):
            place = None
        if type(offset) is not int or not -_BEYOND < offset < _BEYOND:
            offset = None
        if type(location) is not int or not -_BEYOND < location < _BEYOND:
            location = None
        base = self._bases[place] if place is not None else None
        address = base + offset if base is not None and offset is not None else None
        frame = RawFrame(index, None, address, self._name(get("symbol")), offset, location)
        if "sourceFile" in entry:
            line = number(entry, "sourceLine")
            frame.file, frame.line = source_place(self._name(entry["sourceFile"]), line)
        if "inline" in entry:
            frame.inlined = entry["inline"] is True
        stack.frames.append(frame)
        stack.places.append(place)

    def _name(self, value: object) -> str | None:
        if not isinstance(value, str):
            return None
        try:
            return self._names[value]
        except KeyError:
            found = self._names[value] = known(value)
            return found
