"""Backtraces and image lists read a block at a time, where each line is as plain as most are.

A block is what stands between two blank lines. One pass of a pattern over it costs half of what
its lines cost one by one; a block with any other line in it is left to the reader of lines.
"""

import re

from bridge.crash.raw import RawFrame, RawImage, blank_frame, blank_image
from bridge.crash.text_frame import image_of, read_rest
from bridge.crash.words import LONGEST

_FRAME = r"^\d{1,9}[ \t]++(\S++(?: (?!0x)\S++)*+)[ \t]++0x([0-9a-fA-F]{1,32}+)"
_FRAMES = re.compile(_FRAME + r"(?: (.*)|)$", re.MULTILINE)
_PLAIN_FRAMES = re.compile(
    r"^\d{1,9} {1,8}(\S++)[ \t]++0x([0-9a-f]{1,16}) ([^0].{0,4000}) \+ ([0-9]{1,24})$", re.MULTILINE
)
_RANGE = r"^[ \t]*+0x([0-9a-fA-F]{1,32}+)[ \t]*+-[ \t]*+0x([0-9a-fA-F]{1,32}+)[ \t]++(?:\+[ \t]*+)?"
# Each part has a bound, so that no line costs more than so much.
_PLAIN_IMAGES = re.compile(
    r"^ {0,20}0x([0-9a-f]{1,16}) {1,20}- {1,20}0x([0-9a-f]{1,16}) "
    r"\+?\S{1,200}(?: \S{1,200}){0,8}? (arm64e?|x86_64) {1,2}<([0-9a-f]{32})> "
    r"(/.{0,1000}/([^/\n{.?\s][^/\n{]{0,255}))(?<!\s)$",
    re.MULTILINE,
)
_IMAGES = re.compile(_RANGE + r"([^<\n]++)<([0-9a-fA-F-]{32,36}+)>[ \t]*+(.*)$", re.MULTILINE)
_DIGITS = 24
_LARGEST = 1 << 16
"""Characters of a block: longer ones are read by the line, so that what is not kept costs less."""


def frames_in(block: str, limit: int) -> list[RawFrame] | None:
    """The frames of a backtrace, not numbered yet; None if it must be read by the line."""
    if len(block) > _LARGEST:
        return None
    lines = block.count("\n") + 1
    if lines > limit:
        return None
    plain: list[tuple[str, str, str, str]] = _PLAIN_FRAMES.findall(block)
    if len(plain) == lines:
        return _plain_frames(plain)
    found: list[tuple[str, str, str]] = _FRAMES.findall(block)
    if len(found) != lines:
        return None
    frames: list[RawFrame] = []
    for image, address, rest in found:
        name, plus, digits = rest.rpartition(" + ")
        if plus and digits.isdecimal() and len(digits) <= _DIGITS and len(name) < LONGEST:
            if name[:2] == "0x":
                frame = RawFrame(0, image, int(address, 16), None, int(digits))
            else:
                frame = RawFrame(0, image, int(address, 16), name.strip(), None, int(digits))
        else:
            frame = RawFrame(0, image, int(address, 16))
            read_rest(frame, rest.strip())
        frames.append(frame)
    return frames


def _plain_frames(found: list[tuple[str, str, str, str]]) -> list[RawFrame]:
    # A constructor with arguments would take half of the loop's time.
    frames: list[RawFrame] = []
    for image, address, symbol, offset in found:
        frame = blank_frame()
        frame.image = image
        frame.address = int(address, 16)
        frame.symbol = symbol
        frame.symbol_offset = int(offset)
        frame.offset = frame.file = frame.line = frame.image_uuid = None
        frame.in_app = frame.inlined = False
        frame.index = 0
        frames.append(frame)
    return frames


def images_in(block: str) -> list[RawImage] | None:
    """The images of a list; None if it must be read by the line."""
    lines = block.count("\n") + 1
    plain: list[tuple[str, str, str, str, str, str]] = _PLAIN_IMAGES.findall(block)
    if len(plain) == lines:
        return _plain_images(plain)
    found: list[tuple[str, str, str, str, str]] = _IMAGES.findall(block)
    return [image_of(*parts) for parts in found] if len(found) == lines else None


def _plain_images(found: list[tuple[str, str, str, str, str, str]]) -> list[RawImage]:
    images: list[RawImage] = []
    for start, end, arch, uuid, path, name in found:
        image = blank_image()
        image.name = name
        image.uuid = uuid
        image.base = base = int(start, 16)
        image.size = int(end, 16) - base + 1
        image.arch = arch
        image.path = path
        image.in_app = False
        images.append(image)
    return images
