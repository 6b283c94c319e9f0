"""The threads, frames, images and registers in an .ips body."""

from collections.abc import Callable
from typing import Any, cast

from bridge.crash.draft import Draft, DraftThread, Stack
from bridge.crash.json_body import Table, number, table, tables, text
from bridge.crash.raw import RawFrame, RawImage
from bridge.crash.text_frame import source_place
from bridge.crash.words import LONGEST, known, last_part

_BEYOND = 1 << 65
"""No number of a 64-bit process is as large."""
_REGISTERS = 128


def fill_threads(draft: Draft, body: Table, *, plain: bool = False) -> None:
    """Put the body's threads, images, exception backtrace and registers into the draft.

    `plain` where the document is known to hold ASCII without NULs only, which saves a look at
    each of its strings.
    """
    text_of = _plain_text if plain else _any_text
    draft.images.extend([_image(entry, text_of) for entry in tables(body, "usedImages")])
    draft.claimed = _claimed(body)
    bases = [image.base for image in draft.images]
    for index, entry in enumerate(tables(body, "threads")):
        thread = DraftThread(index, crashed=entry.get("triggered") is True)
        thread.name, thread.queue = text(entry, "name"), text(entry, "queue")
        _fill_stack(draft.open_thread(thread), entry.get("frames"), bases, text_of)
        if not draft.registers and (thread.crashed or index == draft.claimed):
            draft.registers = _registers(table(entry, "threadState"))
    exception = Stack()
    _fill_stack(exception, body.get("lastExceptionBacktrace"), bases, text_of)
    draft.last_exception = exception if exception.count else None


def _plain_text(value: object) -> str | None:
    return (
        (value if len(value) <= LONGEST else known(value)) or None if type(value) is str else None
    )


def _any_text(value: object) -> str | None:
    return known(value) if type(value) is str else None


def _claimed(body: Table) -> int | None:
    """The faulting thread; in a report that no exception is behind, the highlighted one."""
    claimed = number(body, "faultingThread")
    if claimed is None:
        claimed = number(table(body, "legacyInfo"), "threadHighlighted")
    return claimed if claimed is not None and claimed >= 0 else None


def _image(entry: Table, text_of: Callable[[object], str | None]) -> RawImage:
    get = entry.get
    path, uuid = text_of(get("path")), text_of(get("uuid"))
    return RawImage(
        text_of(get("name")) or last_part(path) or "???",
        uuid.replace("-", "").lower() if uuid else None,
        _whole(get("base")),
        _whole(get("size")),
        text_of(get("arch")),
        path,
    )


def _whole(value: object) -> int | None:
    # `type` and not `isinstance`: a bool is no number.
    return value if type(value) is int and -_BEYOND < value < _BEYOND else None


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


def _fill_stack(
    stack: Stack,
    entries: object,
    bases: list[int | None],
    text_of: Callable[[object], str | None],
) -> None:
    """Put the frames of a list into a stack; what isn't an object is an empty frame."""
    if not isinstance(entries, list):
        return
    listed = cast("list[Any]", entries)
    stack.count = len(listed)
    for index, item in enumerate(listed[: stack.limit]):
        entry = cast("Table", item) if type(item) is dict else _NOTHING
        frame, place = _frame(entry, index, bases, text_of)
        stack.frames.append(frame)
        stack.places.append(place)


_NOTHING: Table = {}


def _frame(
    entry: Table,
    index: int,
    bases: list[int | None],
    text_of: Callable[[object], str | None],
) -> tuple[RawFrame, int | None]:
    """The frame, and its image's place in the list; this is where the time goes."""
    get = entry.get
    place, offset, location = get("imageIndex"), get("imageOffset"), get("symbolLocation")
    address = None
    if type(offset) is not int or not -_BEYOND < offset < _BEYOND:
        offset = None
    if type(location) is not int or not -_BEYOND < location < _BEYOND:
        location = None
    if type(place) is not int or not 0 <= place < len(bases):
        place = None
    elif offset is not None and (base := bases[place]) is not None:
        address = base + offset
    frame = RawFrame(index, None, address, text_of(get("symbol")), offset, location)
    if "sourceFile" in entry or "inline" in entry:
        file, line = text(entry, "sourceFile"), number(entry, "sourceLine")
        frame.file, frame.line = source_place(file, line)
        frame.inlined = entry.get("inline") is True
    return frame, place
