"""Which builds a Mach-O file is of: the UUID of each architecture in it. Reads headers alone.

The layouts are those of Apple's `mach-o/loader.h` and `mach-o/fat.h`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_THIN = {
    b"\xcf\xfa\xed\xfe": ("<", 32),
    b"\xce\xfa\xed\xfe": ("<", 28),
    b"\xfe\xed\xfa\xcf": (">", 32),
    b"\xfe\xed\xfa\xce": (">", 28),
}
"""The byte order and the header's size, by the magic number."""
_FAT = {b"\xca\xfe\xba\xbe": ">8xII4x", b"\xca\xfe\xba\xbf": ">8xQQ8x"}
"""The layout of an architecture's entry, by the magic number; gives its place and size."""
_ARCHITECTURES = 32
"""More than any file has; a Java class starts as a fat file does, with a larger number."""
_COMMANDS = 4 << 20
"""Bytes of load commands that are read; large apps have some ten thousand."""
_LC_UUID, _LC_SEGMENT, _LC_SEGMENT_64 = 0x1B, 0x1, 0x19
_MH_DSYM = 0xA
_MAGIC = 4


class Damaged(ValueError):
    """A Mach-O file that can't be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Build:
    """One architecture of a Mach-O file."""

    uuid: str
    """Lower case, without dashes."""
    debug: bool
    """Whether it has debug information; otherwise only the names of its symbol table."""


def is_macho(head: bytes) -> bool:
    """Whether a file that starts so is a Mach-O file."""
    if head[:_MAGIC] in _FAT:
        return len(head) >= _MAGIC + 4 and int.from_bytes(head[4:8], "big") <= _ARCHITECTURES
    return head[:_MAGIC] in _THIN


def builds(file: BinaryIO) -> tuple[Build, ...]:
    """The architectures of a Mach-O file that have a UUID. Raises Damaged, OSError."""
    head = file.read(8)
    if not is_macho(head):
        raise Damaged("it is no Mach-O file")
    if head[:_MAGIC] not in _FAT:
        return tuple(_thin(file, 0))
    layout = _FAT[head[:_MAGIC]]
    size = struct.calcsize(layout)
    table = _exactly(file, size * int.from_bytes(head[4:8], "big"))
    return tuple(
        build for place, _ in struct.iter_unpack(layout, table) for build in _thin(file, place)
    )


def _thin(file: BinaryIO, place: int) -> Iterator[Build]:
    file.seek(place)
    magic = _exactly(file, _MAGIC)
    if magic not in _THIN:
        raise Damaged("one of its architectures is no Mach-O")
    order, size = _THIN[magic]
    filetype, count, length = struct.unpack_from(f"{order}8xIII", _exactly(file, size - _MAGIC))
    if length > _COMMANDS:
        raise Damaged(f"it claims to have {length} bytes of load commands")
    uuid, dwarf = _commands(_exactly(file, length), count, order)
    if uuid:
        yield Build(uuid.hex(), filetype == _MH_DSYM or dwarf)


def _commands(data: bytes, count: int, order: str) -> tuple[bytes, bool]:
    """The UUID in load commands, and whether there is a segment of debug information."""
    at, uuid, dwarf = 0, b"", False
    for _ in range(count):
        if at + 8 > len(data):
            raise Damaged("its load commands are cut off")
        command, size = struct.unpack_from(f"{order}II", data, at)
        if size < 8:  # noqa: PLR2004  # the size of these two numbers
            raise Damaged("its load commands are broken")
        if command == _LC_UUID:
            uuid = data[at + 8 : at + 24]
        elif command in {_LC_SEGMENT, _LC_SEGMENT_64}:
            dwarf = dwarf or data[at + 8 : at + 24].rstrip(b"\0") == b"__DWARF"
        at += size
    return uuid if any(uuid) else b"", dwarf


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise Damaged("it is cut off")
    return data
