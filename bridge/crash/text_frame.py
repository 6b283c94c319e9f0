"""One line of a backtrace in Apple's text format, and one line of its list of binary images.

Both are read without a pattern that could run away: each step looks for one thing and goes on
behind it, so that a line costs time in proportion to its length.
"""

import re
from dataclasses import dataclass

from bridge.crash.words import clean

_NUMBER = re.compile(r"\s{0,16}(\d{1,9})\s")
# 18 zeros without `0x` is how old reports print a null address.
_ADDRESS = re.compile(r"\s(0x[0-9a-fA-F]{1,32}+|0{18})(?=\s|$)")
_BASE = re.compile(r"(0x[0-9a-fA-F]{1,32}+|0) \+ (0x[0-9a-fA-F]{1,32}+|\d{1,24}+)(?=\s|$)")
_OFFSET = re.compile(r"-?(?:0x[0-9a-fA-F]{1,32}+|\d{1,24}+)$")
_SOURCE = re.compile(r"(.{0,1024}):(-?\d{1,9})$", re.DOTALL)
_RANGE = re.compile(r"\s*+(0x[0-9a-fA-F]{1,32}+)\s*+-\s*+(0x[0-9a-fA-F]{1,32}+)\s++(?:\+\s*+)?")
_UUID = re.compile(r"<([0-9a-fA-F-]{32,36}+)>")
_ARCHITECTURE = re.compile(r"(?:arm64e?|arm64_32|armv\d\w?|x86_64h?|i386|ppc\w{0,6}|unknown)$")
_STACK_ENTRY = re.compile(r"\s*+(\d{1,9})\s++(\S.*)$", re.DOTALL)
_PLACE = re.compile(r"\((.{1,512}?) \+ (\d{1,24})\) \[(0x[0-9a-fA-F]{1,32})\]$", re.DOTALL)


@dataclass(slots=True)
class RawFrame:
    """A frame as its line has it, before the list of binary images is known."""

    index: int
    image: str | None
    address: int | None = None
    symbol: str | None = None
    file: str | None = None
    line: int | None = None
    offset: int | None = None
    symbol_offset: int | None = None
    inlined: bool = False
    image_index: int | None = None
    """The image's place in the report's list, where the frame says it."""


@dataclass(slots=True)
class RawImage:
    """A binary image as its line has it."""

    name: str
    base: int
    end: int
    arch: str | None = None
    uuid: str | None = None
    path: str | None = None


def read_frame(line: str) -> RawFrame | None:
    """The frame in a line such as `1   App   0x1029a8 CartView.total + 120 (CartView.swift:88)`.

    None where the line is no frame. Image names may hold spaces and be cut; the address is
    followed by nothing, a symbol, or the image's base and the offset in it.
    """
    number = _NUMBER.match(line)
    if number is None:
        return None
    address = _ADDRESS.search(line, number.end() - 1)
    if address is None:
        return None
    image = clean(line[number.end() : address.start()].strip())
    frame = RawFrame(int(number[1]), image or None, int(address[1], 16))
    _read_place(frame, line[address.end() :].strip())
    return frame


def _read_place(frame: RawFrame, rest: str) -> None:
    """Put into `frame` what follows the address."""
    base = _BASE.match(rest)
    if base is not None:
        frame.offset = int(base[2], 0) if base[2].startswith("0x") else int(base[2])
        # Symbolicated after the fact, by some tools, as `0x… + 0x…  // symbol + 0x8`.
        _, comment, rest = rest[base.end() :].partition("// ")
        if not comment:
            return
        rest = rest.strip()
    if rest.endswith("[inlined]"):
        frame.inlined = True
        rest = rest[: -len("[inlined]")].rstrip()
    rest = _take_source(frame, rest)
    rest = _take_offset(frame, rest)
    # Some symbolicators repeat the address where they know no name.
    if rest and rest != "???" and not _OFFSET.match(rest):
        frame.symbol = clean(rest)


def _take_source(frame: RawFrame, rest: str) -> str:
    """Move `(File.swift:88)` from the end of `rest` into `frame`."""
    if not rest.endswith(")"):
        return rest
    start = rest.rfind("(")
    source = _SOURCE.match(rest[start + 1 : -1])
    # `load(_:)` ends in a label, not in a place.
    if source is None or (start > 0 and not rest[start - 1].isspace()):
        return rest
    frame.file, frame.line = source_place(source[1], int(source[2]))
    return rest[:start].rstrip()


def _take_offset(frame: RawFrame, rest: str) -> str:
    """Move ` + 120` from the end of `rest` into `frame`."""
    start = 0 if rest.startswith("+ ") else rest.rfind(" + ") + 1
    mark = rest[start : start + 2]
    if mark != "+ " or not _OFFSET.match(rest[start + 2 :]):
        return rest
    frame.symbol_offset = int(rest[start + 2 :], 0 if "0x" in rest[start + 2 :] else 10)
    return rest[:start].rstrip()


def source_place(file: str | None, line: int | None) -> tuple[str | None, int | None]:
    """The file and line that a person could open: compiler-made ones and line 0 are none."""
    if not file or file.lstrip("/").startswith("<"):
        return None, None
    return clean(file), line if line and line > 0 else None


def read_image(line: str) -> RawImage | None:
    """The image in a line such as `0x1024000 - 0x1029fff App arm64  <uuid> /path/App`.

    macOS marks third-party images with `+` and writes a bundle id and versions in parentheses.
    """
    found = _RANGE.match(line)
    if found is None:
        return None
    rest = line[found.end() :]
    uuid = _UUID.search(rest)
    if uuid is not None:
        label, path = rest[: uuid.start()].strip(), rest[uuid.end() :].strip()
    else:
        label, slash, tail = rest.partition(" /")
        label, path = label.strip(), slash.strip() + tail.strip()
    name, arch = _split_label(label)
    return RawImage(
        name=clean(name) or "???",
        base=int(found[1], 16),
        end=int(found[2], 16),
        arch=arch,
        uuid=uuid[1].replace("-", "").lower() if uuid else None,
        path=clean(path.partition(" {")[0]) if path.startswith("/") else None,
    )


def _split_label(label: str) -> tuple[str, str | None]:
    """An image's name and architecture, from `App arm64` or `com.example.app (1.0 - 1)`."""
    versions = label.find(" (")
    if versions > 0:
        label = label[:versions]
    head, _, tail = label.rpartition(" ")
    if head and _ARCHITECTURE.match(tail):
        return head.strip(), tail
    return label.strip(), None


def read_heavy_frame(line: str, index: int) -> tuple[int, RawFrame] | None:
    """The samples and the frame in a resource report's `18  load (App + 14340) [0x1db258804]`."""
    entry = _STACK_ENTRY.match(line)
    if entry is None:
        return None
    text = entry[2].rstrip()
    start = text.rfind(" (", 0, text.rfind(" + ")) + 1
    place = _PLACE.match(text, start)
    if place is None:
        return None
    frame = RawFrame(index, clean(place[1]), int(place[3], 16), offset=int(place[2]))
    symbol = _take_offset(frame, text[:start].strip())
    frame.symbol = clean(symbol) if symbol and symbol != "???" else None
    return int(entry[1]), frame
