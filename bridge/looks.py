"""How a picture looks: two perceptual hashes, which stay when it is compressed or scaled anew.

Pure, and never raises: bytes that can't be decoded within bounds have no hashes. What changes on
one screen without being the app's is left out: the clock above, the home indicator below, and,
by turning dark pictures into light ones, the appearance.
"""

import io
import itertools
import math
import warnings
from collections.abc import Sequence
from operator import add, mul, sub

from PIL import Image, ImageOps

from bridge.model import PictureHashes
from bridge.pictures import MOST_PIXELS

MOST_DECODED = 24_000_000  # pixels, about 100 MB; the largest screenshots have 20 million
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")  # not HEIC, which Pillow can't decode

_SAMPLES = 65_536  # pixels that are looked at, of the millions there are
_SIDE = 32  # of the picture whose frequencies are looked at
_LOW = 8  # the lowest so many frequencies each way; 8 x 8 = 64 bits
_STEP = 2  # levels of grey by which neighbours must differ: less is compression
_FLAT = 8  # levels of grey; a picture of fewer has no look, and all such would be alike
_MIDDLE = 128

# Shares of the height that iOS draws in: portrait 59 of 852 points and 34, landscape 0 and 21.
_PORTRAIT = (0.07, 0.05)
_LANDSCAPE = (0.06, 0.06)

_HALF = _SIDE // 2
_WAVES = tuple(
    tuple(math.cos(math.pi * (2 * x + 1) * u / (2 * _SIDE)) for x in range(_HALF))
    for u in range(_LOW)
)


def hashes(data: bytes) -> PictureHashes | None:
    """Return the hashes of a picture, of its first frame if it moves.

    None for what is no picture that we can decode, is damaged, has too many pixels, or shows
    nothing but one colour. Takes some 30 ms for a phone's screenshot.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # damaged EXIF, of which one bit is used
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _hashes(image)
    except Exception:  # noqa: BLE001 - what hostile bytes do to a decoder has no one class
        return None


def _hashes(image: Image.Image) -> PictureHashes | None:
    width, height = image.size
    if width * height > min(MOST_DECODED, MOST_PIXELS):
        return None
    image.draft("L", (width // 8, height // 8))  # a JPEG can be decoded small at once
    grey = _content(ImageOps.exif_transpose(_grey(_sampled(image))))
    pixels = _levels(grey, _SIDE, _SIDE)
    ordered = sorted(pixels)
    if ordered[-1] - ordered[0] < _FLAT:
        return None
    gradient = _levels(grey, 9, 8)
    if ordered[len(ordered) // 2] < _MIDDLE:
        pixels, gradient = [255 - p for p in pixels], [255 - p for p in gradient]
    return PictureHashes(dhash=_dhash(gradient), phash=_phash(pixels))


def _sampled(image: Image.Image) -> Image.Image:
    """Return every n-th pixel each way: all that later steps would average, at a fraction of it."""
    width, height = image.size
    every = max(math.isqrt(width * height // _SAMPLES), 1)
    size = (max(width // every, 1), max(height // every, 1))
    sampled = _resized(image, size, Image.Resampling.NEAREST)
    sampled.info = image.info
    return sampled


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip and not scale
        deep = image.convert("I")
        return deep.point(lambda level: level * (1 / 256)).convert("L")  # pyright: ignore[reportUnknownMemberType]
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("L")
    return image.convert("L")


def _content(image: Image.Image) -> Image.Image:
    """Cut off what the system draws above and below the app."""
    width, height = image.size
    above, below = _PORTRAIT if height > width else _LANDSCAPE
    return image.crop((0, round(height * above), width, height - round(height * below)))


def _levels(image: Image.Image, width: int, height: int) -> list[int]:
    return list(_resized(image, (width, height), Image.Resampling.BOX).tobytes())


def _resized(image: Image.Image, size: tuple[int, int], how: Image.Resampling) -> Image.Image:
    # Pillow's own types name NumPy's, which isn't installed.
    return image.resize(size, how)  # pyright: ignore[reportUnknownMemberType]


def _dhash(levels: Sequence[int]) -> int:
    bits = 0
    for row in range(0, len(levels), 9):
        for left, right in zip(levels[row : row + 8], levels[row + 1 : row + 9], strict=True):
            bits = bits << 1 | (left - right > _STEP)
    return bits


def _phash(levels: Sequence[int]) -> int:
    rows = [_strengths(levels[start : start + _SIDE]) for start in range(0, _SIDE * _SIDE, _SIDE)]
    columns = [_strengths(column) for column in zip(*rows, strict=True)]
    # The first is the mean level, which says nothing of what is where.
    strengths = [0.0, *list(itertools.chain.from_iterable(columns))[1:]]
    middle = sorted(strengths)[len(strengths) // 2]
    bits = 0
    for strength in strengths:
        bits = bits << 1 | (strength > middle)
    return bits


def _strengths(levels: Sequence[float]) -> list[float]:
    """Return how strong the lowest frequencies are in a line of levels (DCT-II).

    A wave is symmetric about the middle or turned over there, so half the products will do.
    """
    left, right = levels[:_HALF], levels[: _HALF - 1 : -1]
    even, odd = list(map(add, left, right)), list(map(sub, left, right))
    return [sum(map(mul, odd if u % 2 else even, wave)) for u, wave in enumerate(_WAVES)]
