"""The threads, frames, images and registers in an .ips body."""

from typing import Any, cast

from bridge.crash.draft import Draft, DraftThread, Stack
from bridge.crash.json_body import Table, number, table, tables, text
from bridge.crash.raw import RawFrame, RawImage
from bridge.crash.text_frame import source_place
from bridge.crash.words import LONGEST, known, last_part

_BEYOND = 1 << 65
"""No number of a 64-bit process is as large."""
_BELOW = -_BEYOND
_REGISTERS = 128


def fill_threads(draft: Draft, body: Table, *, plain: bool = False) -> None:
    """Put the body's threads, images, exception backtrace and registers into the draft.

    `plain` where the document is known to hold ASCII without NULs only, which saves a look at
    each of its strings.
    """
    draft.images.extend([_image(entry, plain=plain) for entry in tables(body, "usedImages")])
    draft.claimed = _claimed(body)
    bases = [image.base for image in draft.images]
    for index, entry in enumerate(tables(body, "threads")):
        thread = DraftThread(index, crashed=entry.get("triggered") is True)
        thread.name, thread.queue = text(entry, "name"), text(entry, "queue")
        _fill_stack(draft.open_thread(thread), entry.get("frames"), bases, plain=plain)
        if not draft.registers and (thread.crashed or index == draft.claimed):
            draft.registers = _registers(table(entry, "threadState"))
    exception = Stack()
    _fill_stack(exception, body.get("lastExceptionBacktrace"), bases, plain=plain)
    draft.last_exception = exception if exception.count else None


def _claimed(body: Table) -> int | None:
    """The faulting thread; in a report that no exception is behind, the highlighted one."""
    claimed = number(body, "faultingThread")
    if claimed is None:
        claimed = number(table(body, "legacyInfo"), "threadHighlighted")
    return claimed if claimed is not None and claimed >= 0 else None


def _image(entry: Table, *, plain: bool) -> RawImage:
    get = entry.get
    path, name, uuid, arch = get("path"), get("name"), get("uuid"), get("arch")
    base, size = get("base"), get("size")
    if not plain or not (type(path) is type(name) is type(uuid) is type(arch) is str):
        path, name = text(entry, "path"), text(entry, "name")
        uuid, arch = text(entry, "uuid"), text(entry, "arch")
    elif len(str(path)) > LONGEST or len(str(name)) > LONGEST:
        path, name = known(str(path)), known(str(name))
    return RawImage(
        name or last_part(path) or "???",
        uuid.replace("-", "").lower() if uuid else None,
        base if type(base) is int and _BELOW < base < _BEYOND else None,
        size if type(size) is int and _BELOW < size < _BEYOND else None,
        arch or None,
        path or None,
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


def _fill_stack(  # noqa: C901  # see the loop
    stack: Stack, entries: object, bases: list[int | None], *, plain: bool
) -> None:
    """Put the frames of a list into a stack; what isn't an object is an empty frame."""
    if not isinstance(entries, list):
        return
    listed = cast("list[Any]", entries)
    stack.count = len(listed)
    frames, places, n_images = stack.frames, stack.places, len(bases)
    below, beyond = _BELOW, _BEYOND
    # One loop without calls, and `type` instead of `isinstance`: the time goes here.
    for index, item in enumerate(listed[: stack.limit]):
        entry = cast("Table", item) if type(item) is dict else _NOTHING
        get = entry.get
        place, offset, symbol = get("imageIndex"), get("imageOffset"), get("symbol")
        location, address = get("symbolLocation"), None
        if type(offset) is not int or not below < offset < beyond:
            offset = None
        if type(place) is not int or not 0 <= place < n_images:
            place = None
        elif offset is not None and (base := bases[place]) is not None:
            address = base + offset
        if type(location) is not int or not below < location < beyond:
            location = None
        if type(symbol) is not str:
            symbol = None
        elif not plain or len(symbol) > LONGEST or not symbol:
            symbol = known(symbol)
        frame = RawFrame(index, None, address, symbol, offset, location)
        if "sourceFile" in entry or "inline" in entry:
            _add_source(frame, entry)
        frames.append(frame)
        places.append(place)


_NOTHING: Table = {}


def _add_source(frame: RawFrame, entry: Table) -> None:
    file, line = text(entry, "sourceFile"), number(entry, "sourceLine")
    frame.file, frame.line = source_place(file, line)
    frame.inlined = entry.get("inline") is True
