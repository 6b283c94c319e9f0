"""Frames and images while they are read: they can still be changed, and become the model's own.

A report has thousands of frames, and a frozen dataclass's constructor takes five times as long as
a plain one. So a parser fills an object with the very same slots, and turns it, in place, into
the frozen one when nothing is left to be filled in.
"""

from collections.abc import Callable, Sequence
from typing import cast

from bridge.model import BinaryImage, Frame


class RawFrame:
    """A frame as its line has it, before the list of binary images is known."""

    __slots__ = (
        "address",
        "file",
        "image",
        "image_uuid",
        "in_app",
        "index",
        "inlined",
        "line",
        "offset",
        "symbol",
        "symbol_offset",
    )  # fmt: skip

    def __init__(
        self,
        index: int,
        image: str | None,
        address: int | None = None,
        symbol: str | None = None,
        offset: int | None = None,
        symbol_offset: int | None = None,
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        self.index = index
        self.image = image
        self.symbol = symbol
        self.file = file
        self.line = line
        self.address = address
        self.offset = offset
        self.symbol_offset = symbol_offset
        self.image_uuid: str | None = None
        self.in_app = False
        self.inlined = False


class _BlankFrame(RawFrame):
    __slots__ = ()
    __init__ = object.__init__  # pyright: ignore[reportAssignmentType]  # it takes nothing


class RawImage:
    """A binary image as its line has it, before it is known which are the app's own."""

    __slots__ = ("arch", "base", "in_app", "name", "path", "size", "uuid")

    def __init__(
        self,
        name: str,
        uuid: str | None = None,
        base: int | None = None,
        size: int | None = None,
        arch: str | None = None,
        path: str | None = None,
    ) -> None:
        self.name = name
        self.uuid = uuid
        self.base = base
        self.size = size
        self.arch = arch
        self.path = path
        self.in_app = False


class _BlankImage(RawImage):
    __slots__ = ()
    __init__ = object.__init__  # pyright: ignore[reportAssignmentType]  # it takes nothing


blank_frame = cast("Callable[[], RawFrame]", _BlankFrame)
"""Makes a frame whose every slot is yet to be set: the cheapest way to many."""
blank_image = cast("Callable[[], RawImage]", _BlankImage)
"""Makes an image whose every slot is yet to be set."""


def frozen(raws: Sequence[RawFrame]) -> tuple[Frame, ...]:
    """These very objects, as the `Frame`s that they are from now on."""
    for raw in raws:
        raw.__class__ = Frame  # pyright: ignore[reportAttributeAccessIssue]  # the slots are the same
    return tuple(cast("Sequence[Frame]", raws))


def frozen_images(raws: Sequence[RawImage]) -> tuple[BinaryImage, ...]:
    """These very objects, as the `BinaryImage`s that they are from now on."""
    for raw in raws:
        raw.__class__ = BinaryImage  # pyright: ignore[reportAttributeAccessIssue]  # the same slots
    return tuple(cast("Sequence[BinaryImage]", raws))
