"""Backtraces and image lists read a block at a time, where each line is as plain as most are.

A block is what stands between two blank lines. One pass of a pattern over it costs half of what
its lines cost one by one; a block with any other line in it is left to the reader of lines.
"""

import re

from bridge.crash.raw import RawFrame, RawImage
from bridge.crash.text_frame import image_of, read_rest
from bridge.crash.words import LONGEST

_FRAMES = re.compile(
    r"^\d{1,9}[ \t]++(\S++(?: (?!0x)\S++)*+)[ \t]++0x([0-9a-fA-F]{1,32}+)(?: (.*)|)$", re.MULTILINE
)
_IMAGE = r"^[ \t]*+0x([0-9a-fA-F]{1,32}+)[ \t]*+-[ \t]*+0x([0-9a-fA-F]{1,32}+)[ \t]++(?:\+[ \t]*+)?"
# Each part has a bound, so that no line costs more than so much.
_PLAIN_IMAGES = re.compile(
    r"^ {0,20}0x([0-9a-f]{1,16}) {1,20}- {1,20}0x([0-9a-f]{1,16}) .{1,200} (arm64e?|x86_64) {1,2}"
    r"<([0-9a-f]{32})> (/.{0,1000}/([^/\n{.?\s][^/\n{]{0,255}))(?<!\s)$",
    re.MULTILINE,
)
_IMAGES = re.compile(_IMAGE + r"([^<\n]++)<([0-9a-fA-F-]{32,36}+)>[ \t]*+(.*)$", re.MULTILINE)
_DIGITS = 24
_LARGEST = 1 << 16
"""Characters of a block: longer ones are read by the line, so that what is not kept costs less."""


def frames_in(block: str, limit: int) -> list[RawFrame] | None:
    """The frames of a backtrace; None if it must be read by the line."""
    if len(block) > _LARGEST:
        return None
    found: list[tuple[str, str, str]] = _FRAMES.findall(block)
    if not found or len(found) > limit or len(found) != block.count("\n") + 1:
        return None
    frames: list[RawFrame] = []
    for index, (image, address, rest) in enumerate(found):
        name, plus, digits = rest.rpartition(" + ")
        if plus and digits.isdecimal() and len(digits) <= _DIGITS and len(name) < LONGEST:
            if name[:2] == "0x":
                frame = RawFrame(index, image, int(address, 16), None, int(digits))
            else:
                frame = RawFrame(index, image, int(address, 16), name.strip(), None, int(digits))
        else:
            frame = RawFrame(index, image, int(address, 16))
            read_rest(frame, rest.strip())
        frames.append(frame)
    return frames


def images_in(block: str) -> list[RawImage] | None:
    """The images of a list; None if it must be read by the line."""
    lines = block.count("\n") + 1
    plain: list[tuple[str, str, str, str, str, str]] = _PLAIN_IMAGES.findall(block)
    if len(plain) == lines:
        return [
            RawImage(name, uuid, base := int(start, 16), int(end, 16) - base + 1, arch, path)
            for start, end, arch, uuid, path, name in plain
        ]
    found: list[tuple[str, str, str, str, str]] = _IMAGES.findall(block)
    return [image_of(*parts) for parts in found] if len(found) == lines else None
