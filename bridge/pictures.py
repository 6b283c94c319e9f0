"""Pictures, checked by their content: what the first bytes are, never what a name or header says.

Pure, and never decodes pixels: only the header is read, so that a small file that would unpack
to gigabytes costs nothing.
"""

import io
import re
import warnings
from dataclasses import dataclass

from PIL import Image

from bridge.errors import Unreadable

MOST_PIXELS = 80_000_000  # below Pillow's own warning; the largest screenshots have 20 million
_HEAD = 512  # bytes that are looked at to name what isn't a picture
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MEDIA = {
    "PNG": ("image/png", ".png"),
    "JPEG": ("image/jpeg", ".jpg"),
    "GIF": ("image/gif", ".gif"),
    "WEBP": ("image/webp", ".webp"),
    "HEIC": ("image/heic", ".heic"),
}
_OTHERS = (
    (re.compile(rb"<!doctype\s+html|<html|<head|<body", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"<svg|<\?xml[^>]*>\s*(<!--.*?-->\s*)?<svg", re.DOTALL), "an SVG drawing"),
    (re.compile(rb"<\?xml|<Error>"), "an XML document"),
    (re.compile(rb"[{\[]"), "JSON or the like"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
    (re.compile(rb"\x1f\x8b"), "gzip data"),
    (re.compile(rb".{4}ftyp(isom|mp4|qt  |M4V)", re.DOTALL), "a video"),
    (re.compile(rb"[\t\n\r\x20-\x7e]+\Z"), "plain text"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a picture's header says of it."""

    format: str
    """`PNG`, `JPEG`, `GIF`, `WEBP` or `HEIC`."""
    width: int | None
    """Pixels; None for HEIC, whose header we don't read."""
    height: int | None
    media_type: str
    suffix: str
    """With its dot, as a file's name should end."""


def check(data: bytes) -> Picture:
    """Return what kind of picture this is.

    Raises `Unreadable` with a sentence that says what was found instead: an empty file, a page, a
    damaged header, or more than 80 million pixels.
    """
    if not data:
        raise Unreadable("an empty file, not a picture")
    kind = _signature(data)
    if kind is None:
        raise Unreadable(f"{_what(data)}, not a picture")
    width, height = (None, None) if kind == "HEIC" else _size(data, kind)
    media_type, suffix = _MEDIA[kind]
    return Picture(format=kind, width=width, height=height, media_type=media_type, suffix=suffix)


def _signature(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "HEIC"
    return None


def _size(data: bytes, kind: str) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(kind,)) as image:
                width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb(kind) from error
    except Exception as error:  # what hostile bytes do to a parser has no one class
        raise Unreadable(f"a {kind} picture whose header is damaged or cut off") from error
    if width * height > MOST_PIXELS:
        raise _bomb(kind)
    if width < 1 or height < 1:
        raise Unreadable(f"a {kind} picture without any pixels")
    return width, height


def _bomb(kind: str) -> Unreadable:
    most = MOST_PIXELS // 1_000_000
    return Unreadable(f"a {kind} picture that says it has more than {most} million pixels")


def _what(data: bytes) -> str:
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, name in _OTHERS:
        if pattern.match(head):
            return name
    return "data of an unknown kind"
