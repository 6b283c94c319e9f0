"""One line of a backtrace in Apple's text format, and one line of its list of binary images.

Both are read without a pattern that could run away: each step looks for one thing and goes on
behind it, so that a line costs time in proportion to its length.
"""

import re

from bridge.crash.raw import RawFrame, RawImage
from bridge.crash.words import LONGEST, clean, last_part

_FRAME = re.compile(
    r"\s{0,16}(\d{1,9})\s++(\S++(?: (?!0x)\S++)*+)\s++0x([0-9a-fA-F]{1,32}+)(?![^\s])"
)
_NUMBER = re.compile(r"\s{0,16}(\d{1,9})\s")
# 18 zeros without `0x` is how old reports print a null address.
_ADDRESS = re.compile(r"\s(0x[0-9a-fA-F]{1,32}+|0{18})(?=\s|$)")
_NAMELESS = re.compile(r"\s{0,16}(\d{1,5})\s++(\S++(?: \S++)*+)(?:\s*+\t\s*+|\s{2,}+)(\S)")
_BASE = re.compile(r"(0x[0-9a-fA-F]{1,32}+|0) \+ (0x[0-9a-fA-F]{1,32}+|\d{1,24}+)(?=\s|$)")
_OFFSET = re.compile(r"-?(?:0x[0-9a-fA-F]{1,32}+|\d{1,24}+)$")
_SOURCE = re.compile(r"(.{0,1024}):(-?\d{1,9})$", re.DOTALL)
_RANGE = re.compile(r"\s*+(0x[0-9a-fA-F]{1,32}+)\s*+-\s*+(0x[0-9a-fA-F]{1,32}+)\s++(?:\+\s*+)?")
_IMAGE = re.compile(
    r"\s*+0x([0-9a-fA-F]{1,32}+)\s*+-\s*+0x([0-9a-fA-F]{1,32}+)\s++(?:\+\s*+)?"
    r"([^<]++)<([0-9a-fA-F-]{32,36}+)>\s*+(.*)$",
    re.DOTALL,
)
_UUID = re.compile(r"<([0-9a-fA-F-]{32,36}+)>")
_ARCHITECTURE = re.compile(r"(?:arm64e?|arm64_32|armv\d\w?|x86_64h?|i386|ppc\w{0,6}|unknown)$")
USUAL = frozenset({"arm64", "arm64e", "x86_64"})
"""The architectures of most images."""
_STACK_ENTRY = re.compile(r"\s*+(\d{1,9})\s++(\S.*)$", re.DOTALL)
_PLACE = re.compile(r"\((.{1,512}?) \+ (\d{1,24})\)(?: \[(0x[0-9a-fA-F]{1,32})\])?$", re.DOTALL)
_DIGITS = 24


def is_frame(line: str) -> bool:
    """Whether `read_frame` would read the line, told without reading it in the common case."""
    return _FRAME.match(line) is not None or read_frame(line) is not None


def read_frame(line: str) -> RawFrame | None:
    """The frame in a line such as `1   App   0x1029a8 CartView.total + 120 (CartView.swift:88)`.

    None where the line is no frame. Image names may hold spaces and be cut; the address is
    followed by nothing, a symbol, or the image's base and the offset in it.
    """
    found = _FRAME.match(line)
    if found is None:
        return _read_odd_frame(line)
    number, image, address = found.groups()
    frame = RawFrame(int(number), image, int(address, 16))
    if len(line) > LONGEST:
        frame.image = clean(image)
        read_rest(frame, line[found.end() :].strip())
        return frame
    rest = line[found.end() :].strip()
    head, plus, tail = rest.rpartition(" + ")
    if plus and tail.isdecimal() and len(tail) <= _DIGITS:
        if head[:2] == "0x":
            frame.offset = int(tail)
        else:
            frame.symbol, frame.symbol_offset = head, int(tail)
        return frame
    read_rest(frame, rest)
    return frame


def _read_odd_frame(line: str) -> RawFrame | None:
    """A frame at the address that old reports print as zeros, or of an image with an odd name."""
    number = _NUMBER.match(line)
    if number is None:
        return None
    address = _ADDRESS.search(line, number.end() - 1)
    if address is None:
        return None
    image = clean(line[number.end() : address.start()].strip())
    frame = RawFrame(int(number[1]), image or None, int(address[1], 16))
    read_rest(frame, line[address.end() :].strip())
    return frame


def read_frame_without_address(line: str) -> RawFrame | None:
    """The frame in `3   Sunrise   CartView.total + 120`, as people shorten reports for others."""
    found = _NAMELESS.match(line)
    if found is None:
        return None
    frame = RawFrame(int(found[1]), clean(found[2]))
    read_rest(frame, line[found.start(3) :].strip())
    return frame if frame.symbol or frame.offset is not None else None


def read_rest(frame: RawFrame, rest: str) -> None:
    """Put into `frame` what follows the address."""
    base = _BASE.match(rest)
    if base is not None:
        frame.offset = int(base[2], 0) if base[2].startswith("0x") else int(base[2])
        # Symbolicated after the fact, by some tools, as `0x… + 0x…  // symbol + 0x8`.
        _, comment, rest = rest[base.end() :].partition("// ")
        if not comment:
            return
        rest = rest.strip()
    rest = _take_source(frame, _take_inlined(frame, rest))
    rest = _take_offset(frame, _take_inlined(frame, rest))
    # `atos` names the image again: `main (in Sunrise) (main.m:16)`.
    rest = rest.removesuffix(f" (in {frame.image})")
    # Some symbolicators repeat the address where they know no name.
    if rest and rest != "???" and not _OFFSET.match(rest):
        frame.symbol = clean(rest)


def _take_inlined(frame: RawFrame, rest: str) -> str:
    """Move ` [inlined]` from the end of `rest` into `frame`."""
    if not rest.endswith("[inlined]"):
        return rest
    frame.inlined = True
    return rest[: -len("[inlined]")].rstrip()


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
    found = _IMAGE.match(line)
    if found is not None and len(line) <= LONGEST:
        start, end, label, uuid, path = found.groups()
        return image_of(start, end, label, uuid, path)
    found = _RANGE.match(line)
    if found is None:
        return None
    rest = line[found.end() :]
    uuid = _UUID.search(rest)
    if uuid is not None:
        return image_of(
            found[1], found[2], rest[: uuid.start()], uuid[1], rest[uuid.end() :].strip()
        )
    label, slash, tail = rest.partition(" /")
    return image_of(found[1], found[2], label, None, slash.strip() + tail)


def image_of(start: str, end: str, label: str, uuid: str | None, path: str) -> RawImage:
    """The image of a line's parts; `path` is one only if it starts with a slash."""
    file = _file(path) if path[:1] == "/" else None
    name, arch = _split_label(label)
    base = int(start, 16)
    return RawImage(
        # macOS writes the bundle's identifier; the executable's name is what .ips has too.
        last_part(file) or clean(name) or "???",
        uuid.replace("-", "").lower() if uuid else None,
        base,
        max(int(end, 16) - base + 1, 0),
        arch,
        file,
    )


def _file(path: str) -> str:
    """The path without the JSON that some append, as harmless as any text."""
    if " {" in path:
        path = path.partition(" {")[0]
    return clean(path.rstrip())


def _split_label(label: str) -> tuple[str, str | None]:
    """An image's name and architecture, from `App arm64` or `com.example.app (1.0 - 1)`."""
    label = label.strip()
    head, _, tail = label.rpartition(" ")
    if head and tail in USUAL:
        return head.rstrip(), tail
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
    address = int(place[3], 16) if place[3] else None
    frame = RawFrame(index, clean(place[1]), address, offset=int(place[2]))
    symbol = _take_offset(frame, text[:start].strip())
    frame.symbol = clean(symbol) if symbol and symbol != "???" else None
    return int(entry[1]), frame
