"""The binary images of a process: which one an address lies in, and which are the app's own."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import cast

from bridge.crash.raw import RawFrame, RawImage, frozen, frozen_images
from bridge.crash.words import last_part
from bridge.model import BinaryImage, Frame

_BUNDLES = (".app/", ".appex/", ".xpc/")
_SYSTEM = ("/System/", "/usr/lib/", "/usr/libexec/", "/Library/Apple/", "/private/preboot/")
_SIMULATOR_RUNTIME = "/RuntimeRoot/"


def is_swift_runtime(name: str) -> bool:
    """Whether an image is a part of Swift that older apps carry in their bundle."""
    return name.startswith("libswift") and name.endswith(".dylib")


class AppCode:
    """Tells the app's own images from the system's.

    The app's own are its executable and what lies in the same bundle: frameworks, plug-ins. The
    Swift runtime that older apps carry is not. Where paths are masked or the list of images was
    cut off, names decide.
    """

    def __init__(
        self, *, executable_path: str | None, process: str | None, bundle_id: str | None
    ) -> None:
        self._path = _public(executable_path or "")
        self._bundle = _bundle_of(self._path)
        names = {last_part(executable_path), process, bundle_id} - {None, "", "???"}
        self._names = {name for name in names if name}

    def has(self, name: str | None, path: str | None) -> bool:
        """Whether the image of this name and path is the app's own."""
        if not path or not path.startswith("/"):
            return name is not None and not is_swift_runtime(name) and self.has_name(name)
        if self._bundle is not None and self._bundle not in path:
            return False
        if name is None or is_swift_runtime(name):
            return False
        path = _public(path)
        return path == self._path or (self._bundle is not None and not self._is_system(path))

    def mark(self, images: Iterable[RawImage]) -> None:
        """Say of each image whether it is the app's own."""
        bundle, own = self._bundle or "", {self._path, f"/private{self._path}"}
        for image in images:
            path = image.path
            # Most images are the system's, and this tells them without a call.
            if path and path[0] == "/" and not (bundle in path if bundle else path in own):
                continue
            image.in_app = self.has(image.name, path)

    def has_name(self, name: str) -> bool:
        """Whether a name alone, as text reports have it, is the app's executable."""
        if name in self._names or name.removesuffix(".debug.dylib") in self._names:
            return True
        return name.startswith("...") and any(n.endswith(name[3:]) for n in self._names)

    def _is_system(self, path: str) -> bool:
        return (
            path.startswith(_SYSTEM) and not self._path.startswith(_SYSTEM)
        ) or _SIMULATOR_RUNTIME in path


def _public(path: str) -> str:
    """The path without `/private`, which iOS writes or leaves out for one place."""
    return path.removeprefix("/private") if path.startswith("/private/var/") else path


def _bundle_of(path: str) -> str | None:
    """`/Sunrise.app/`: the outermost bundle that a path lies in.

    Its name alone, since the folders above it may be masked in one place and not in another.
    """
    for ending in _BUNDLES:
        end = path.find(ending)
        if end > 0:
            start = path.rfind("/", 0, end)
            return path[start : end + len(ending)]
    return None


class ImageTable:
    """The images of one report, found by place, by address or by name."""

    def __init__(self, images: Sequence[RawImage], app: AppCode) -> None:
        self._app = app
        app.mark(images)
        self._all = frozen_images(images)
        self._by_name: dict[str, BinaryImage] | None = None
        self._bases: list[int] = []
        self._rows: list[_Row] | None = None

    def _sort(self) -> list["_Row"]:
        """The images in the order of their addresses; made when one is first looked up.

        A row more than there are bases stands first, for the addresses below all of them.
        """
        if self._rows is None:
            placed = [(image.base, image) for image in self._all if image.base is not None]
            placed.sort(key=_first)
            self._bases = [base for base, _ in placed]
            self._rows = [
                _NOWHERE,
                *[
                    # macOS lists `???` as an image that reaches from 0 to the end.
                    (
                        base,
                        base + image.size if image.size and image.name != "???" else 0,
                        image,
                        image.name,
                        image.uuid,
                        image.in_app,
                    )
                    for base, image in placed
                ],
            ]
        return self._rows

    @property
    def all(self) -> tuple[BinaryImage, ...]:
        """The images as the report lists them."""
        return self._all

    def at(self, address: int | None) -> BinaryImage | None:
        """The image that an address lies in."""
        rows = self._sort()
        if address is None:
            return None
        _, end, image, *_ = rows[bisect_right(self._bases, address)]
        return image if address < end else None

    def frames(self, raws: Sequence[RawFrame], places: Sequence[int | None]) -> tuple[Frame, ...]:
        """The frames of a backtrace, numbered from its top, their images looked up.

        `places` are the images' places in the list, where the report says them; else it is empty.
        """
        if not places:
            return self._looked_up(raws)
        for raw, place in zip(raws, places, strict=True):
            if place is not None:
                image = self._all[place]
                raw.image, raw.image_uuid, raw.in_app = image.name, image.uuid, image.in_app
        return frozen(raws)

    def _named(self, name: str | None) -> BinaryImage | None:
        if self._by_name is None:
            self._by_name = {image.name: image for image in reversed(self._all)}
        return self._by_name.get(name or "")

    def _looked_up(self, raws: Sequence[RawFrame]) -> tuple[Frame, ...]:
        """Frames of text with their images: one loop without calls, since the time goes here."""
        rows, bases, find, made = self._sort(), self._bases, bisect_right, Frame
        for index, raw in enumerate(raws):
            raw.index = index
            address = raw.address
            start, end, _, name, uuid, in_app = rows[0 if address is None else find(bases, address)]
            if address is None or address >= end:
                self._look_up_name(raw)
            else:
                raw.image, raw.image_uuid, raw.in_app = name, uuid, in_app
                if raw.offset is None:
                    raw.offset = address - start
            raw.__class__ = made  # pyright: ignore[reportAttributeAccessIssue]  # as in `frozen`
        return tuple(cast("Sequence[Frame]", raws))

    def _look_up_name(self, raw: RawFrame) -> None:
        """Give a frame that lies in no image's range the image of its name."""
        image = self._named(raw.image)
        if image is None:
            raw.in_app = bool(raw.image) and self._app.has(raw.image, None)
            return
        raw.image, raw.image_uuid, raw.in_app = image.name, image.uuid, image.in_app
        if raw.offset is None and image.base is not None and raw.address is not None:
            raw.offset = max(raw.address - image.base, 0)


def _first(placed: tuple[int, BinaryImage]) -> int:
    return placed[0]


_Row = tuple[int, int, BinaryImage | None, str | None, str | None, bool]
"""Where an image starts and ends, the image, and what a frame takes over of it."""
_NOWHERE: _Row = (0, 0, None, None, None, False)
