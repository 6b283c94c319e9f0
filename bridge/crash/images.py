"""The binary images of a process: which one an address lies in, and which are the app's own."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

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
        placed = [image for image in self._all if image.base is not None]
        placed.sort(key=_base)
        self._sorted = placed
        self._bases = [image.base or 0 for image in placed]
        # macOS lists `???` as an image that reaches from 0 to the end.
        self._ends = [
            (image.base or 0) + image.size if image.size and image.name != "???" else 0
            for image in placed
        ]
        self._by_name = {image.name: image for image in reversed(self._all)}

    @property
    def all(self) -> tuple[BinaryImage, ...]:
        """The images as the report lists them."""
        return self._all

    def at(self, address: int | None) -> BinaryImage | None:
        """The image that an address lies in."""
        if address is None:
            return None
        found = bisect_right(self._bases, address) - 1
        return self._sorted[found] if found >= 0 and address < self._ends[found] else None

    def frames(self, raws: Sequence[RawFrame], places: Sequence[int | None]) -> tuple[Frame, ...]:
        """The frames of a backtrace, numbered from its top, their images looked up.

        `places` are the images' places in the list, where the report says them; else it is empty.
        """
        for index, raw in enumerate(raws):
            raw.index = index
        if places:
            images = [None if place is None else self._all[place] for place in places]
        else:
            images = self._images_of(raws)
        # The loop has no call in it: it is where a third of a report's time would go.
        for raw, image in zip(raws, images, strict=True):
            if image is not None:
                raw.image = image.name
                raw.image_uuid = image.uuid
                raw.in_app = image.in_app
                if raw.offset is None and image.base is not None and raw.address is not None:
                    raw.offset = max(raw.address - image.base, 0)
            elif raw.image:
                raw.in_app = self._app.has(raw.image, None)
        return frozen(raws)

    def _images_of(self, raws: Sequence[RawFrame]) -> list[BinaryImage | None]:
        bases, ends, images, by_name = self._bases, self._ends, self._sorted, self._by_name
        found: list[BinaryImage | None] = []
        for raw in raws:
            address = raw.address
            place = -1 if address is None else bisect_right(bases, address) - 1
            if place >= 0 and address is not None and address < ends[place]:
                found.append(images[place])
            else:
                found.append(by_name.get(raw.image or ""))
        return found


def _base(image: BinaryImage) -> int:
    return image.base or 0
