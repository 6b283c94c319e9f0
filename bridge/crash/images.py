"""The binary images of a process: which one an address lies in, and which are the app's own."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from bridge.crash.text_frame import RawFrame
from bridge.model import BinaryImage, Frame

_BUNDLES = (".app/", ".appex/", ".xpc/")
_SYSTEM = ("/System/", "/usr/lib/", "/usr/libexec/", "/Library/Apple/", "/private/preboot/")
_SIMULATOR_RUNTIME = "/RuntimeRoot/"


def last_part(path: str | None) -> str | None:
    """The last part of a path; None where there is none to speak of."""
    name = (path or "").rstrip("/").rpartition("/")[2].strip()
    return name if name and not name.startswith("...") and name != "???" else None


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
    """The images of one report, found by address or by name."""

    def __init__(self, images: Iterable[BinaryImage], app: AppCode) -> None:
        self._app = app
        self._all = tuple(
            replace(image, in_app=True) if app.has(image.name, image.path) else image
            for image in images
        )
        self._sorted = sorted((i for i in self._all if i.base is not None), key=_base)
        self._bases = [_base(image) for image in self._sorted]
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
        if found < 0:
            return None
        image = self._sorted[found]
        # macOS lists `???` as an image that reaches from 0 to the end.
        inside = image.size is not None and address < _base(image) + image.size
        return image if inside and image.name != "???" else None

    def _of(self, raw: RawFrame) -> BinaryImage | None:
        if raw.image_index is not None:
            return self._all[raw.image_index] if raw.image_index < len(self._all) else None
        return self.at(raw.address) or self._by_name.get(raw.image or "")

    def frame(self, raw: RawFrame, *, index: int) -> Frame:
        """The frame that a line of text stands for, its image looked up."""
        image = self._of(raw)
        name, offset = raw.image, raw.offset
        if image is not None:
            name = image.name
            if offset is None and image.base is not None and raw.address is not None:
                offset = max(raw.address - image.base, 0)
        return Frame(
            index=index,
            image=name,
            symbol=raw.symbol,
            file=raw.file,
            line=raw.line,
            address=raw.address,
            offset=offset,
            symbol_offset=raw.symbol_offset,
            image_uuid=image.uuid if image else None,
            in_app=image.in_app if image else bool(name) and self._app.has(name, None),
            inlined=raw.inlined,
        )


def _base(image: BinaryImage) -> int:
    return image.base or 0
