"""The binary images of a process: which one an address lies in, and which are the app's own."""

from bisect import bisect_right
from collections.abc import Sequence

from bridge.crash.raw import RawFrame, RawImage
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
        if name is None or is_swift_runtime(name):
            return False
        if not path or not path.startswith("/"):
            return self.has_name(name)
        path = _public(path)
        if path == self._path:
            return True
        if self._bundle is not None:
            return self._bundle in path and not self._is_system(path)
        return False

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
        for image in images:
            image.in_app = app.has(image.name, image.path)
        self._all = tuple([image.frozen() for image in images])
        # macOS lists `???` as an image that reaches from 0 to the end.
        ranges = sorted(
            (image.base, image.base + image.size if image.size and image.name != "???" else 0, n)
            for n, image in enumerate(self._all)
            if image.base is not None
        )
        self._bases = [base for base, _, _ in ranges]
        self._ends = [end for _, end, _ in ranges]
        self._sorted = [self._all[n] for _, _, n in ranges]
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
        by_name = self._by_name
        for index, raw in enumerate(raws):
            raw.index = index
            if places:
                place = places[index]
                image = self._all[place] if place is not None else None
            else:
                image = self.at(raw.address) or by_name.get(raw.image or "")
            if image is not None:
                _settle(raw, image)
            elif raw.image:
                raw.in_app = self._app.has(raw.image, None)
        return tuple([raw.frozen() for raw in raws])


def _settle(raw: RawFrame, image: BinaryImage) -> None:
    raw.image = image.name
    raw.image_uuid = image.uuid
    raw.in_app = image.in_app
    if raw.offset is None and image.base is not None and raw.address is not None:
        raw.offset = max(raw.address - image.base, 0)
