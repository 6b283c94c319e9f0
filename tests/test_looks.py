"""Pictures of one screen have hashes that are near, pictures of others have not."""

import io
import itertools
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bridge.looks import MOST_DECODED, hashes
from bridge.model import PictureHashes
from bridge.simulators.samples import screens
from bridge.simulators.samples.drawing import DARK, LIGHT, Canvas

SCREENS = ("cart", "login", "store_map", "catalogue", "search", "order", "scanner", "profile")
SAME, OTHER = 4, 14


class Screen(Canvas):
    """A canvas on which the clock can say another time."""

    clock = "9:41"

    def text(self, left: float, top: float, words: str, **how: Any) -> None:
        super().text(left, top, self.clock if words == "9:41" else words, **how)


@cache
def drawn(name: str, *, dark: bool = False, clock: str = "9:41", scale: int = 3) -> Image.Image:
    canvas = Screen(390, 844, scale=scale, colours=DARK if dark else LIGHT)
    canvas.clock = clock
    getattr(screens, name)(canvas, random.Random(1))
    return canvas._image


def encoded(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **({"compress_level": 1} if kind == "PNG" else how))
    return out.getvalue()


def found(image: Image.Image, kind: str = "PNG", **how: Any) -> PictureHashes:
    answer = hashes(encoded(image, kind, **how))
    assert answer is not None
    return answer


def apart(one: PictureHashes, other: PictureHashes) -> int:
    return max((one.dhash ^ other.dhash).bit_count(), (one.phash ^ other.phash).bit_count())


@cache
def original(name: str) -> PictureHashes:
    return found(drawn(name))


def clear(image: Image.Image) -> Image.Image:
    """Return the picture with its paper taken out, as white where nothing is drawn."""
    see_through = image.convert("RGBA")
    paper = [0 if level > 250 else 255 for level in range(256)]
    see_through.putalpha(image.convert("L").point(paper))
    return see_through


SAME_SCREENS: dict[str, Callable[[str], PictureHashes]] = {
    "another clock": lambda name: found(drawn(name, clock="23:59")),
    "a JPEG": lambda name: found(drawn(name), "JPEG", quality=60),
    "a bad JPEG": lambda name: found(drawn(name), "JPEG", quality=20),
    "a progressive JPEG": lambda name: found(drawn(name), "JPEG", progressive=True),
    "a WebP": lambda name: found(drawn(name), "WEBP", quality=50),
    "a GIF": lambda name: found(drawn(name), "GIF"),
    "a palette": lambda name: found(drawn(name).quantize(48)),
    "an alpha channel": lambda name: found(drawn(name).convert("RGBA")),
    "half the size": lambda name: found(drawn(name).resize((585, 1266), 1)),
    "a little smaller": lambda name: found(drawn(name).resize((1135, 2456), 3)),
    "a moving picture": lambda name: found(
        drawn(name), "GIF", save_all=True, append_images=[drawn("login"), drawn("order")]
    ),
    "CMYK": lambda name: found(drawn(name).convert("CMYK"), "JPEG", quality=90),
    "16 bits": lambda name: found(
        drawn(name).convert("L").convert("I").point(lambda level: level * 257).convert("I;16")
    ),
}


@pytest.mark.parametrize("what", SAME_SCREENS)
def test_the_same_screen_is_near(what: str) -> None:
    distances = {name: apart(original(name), SAME_SCREENS[what](name)) for name in SCREENS}
    far = {name: bits for name, bits in distances.items() if bits > SAME}
    assert len(far) <= 1, distances
    assert max(distances.values()) <= 6


def test_different_screens_of_an_app_are_far_apart() -> None:
    for one, other in itertools.combinations(SCREENS, 2):
        assert apart(original(one), original(other)) >= OTHER, (one, other)


@pytest.mark.parametrize("name", ["login", "order", "scanner", "profile", "cart", "search"])
def test_a_dark_screen_is_like_the_light_one(name: str) -> None:
    assert apart(original(name), found(drawn(name, dark=True))) < OTHER


@pytest.mark.parametrize("name", SCREENS)
def test_an_inverted_picture_is_near(name: str) -> None:
    inverted = drawn(name).point(lambda level: 255 - level)
    assert apart(original(name), found(inverted)) <= SAME


def test_what_the_system_draws_above_and_below_does_not_count() -> None:
    image = drawn("cart").copy()
    image.paste("black", (0, 0, 1170, 170))
    image.paste("red", (0, 2440, 1170, 2532))
    assert apart(original("cart"), found(image)) == 0


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_a_picture_that_says_it_is_turned_is_turned_back(turn: int) -> None:
    image = drawn("cart", scale=2)
    back = {1: None, 3: 3, 6: 2, 8: 4}[turn]  # Image.Transpose: 180, 90 and 270 degrees
    exif = Image.Exif()
    exif[0x0112] = turn
    turned = image if back is None else image.transpose(Image.Transpose(back))
    assert apart(found(image, "JPEG"), found(turned, "JPEG", exif=exif)) <= SAME


def test_nothing_drawn_on_see_through_paper_is_white_paper() -> None:
    assert apart(found(drawn("profile")), found(clear(drawn("profile")))) <= SAME


@pytest.mark.parametrize("colour", ["black", "white", "red"])
def test_a_picture_of_one_colour_has_no_hashes(colour: str) -> None:
    assert hashes(encoded(Image.new("RGB", (300, 600), colour))) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (8, 16), (31, 31)])
def test_tiny_pictures_raise_nothing(size: tuple[int, int]) -> None:
    hashes(encoded(Image.effect_noise(size, 90)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 100,
        b"<svg onload='x'/>",
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 40,
        b"BM" + b"\0" * 100,
    ],
)
def test_what_is_no_picture_has_no_hashes(data: bytes) -> None:
    assert hashes(data) is None


def half_dark(width: int, height: int) -> bytes:
    """A small PNG of any size, black at the left and white at the right."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    row = b"\0" + b"\0" * (width // 2) + b"\xff" * (width - width // 2)
    chunks = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, b"IDAT" + zlib.compress(row * height, 1), b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_a_picture_that_would_unpack_to_too_much_is_not_decoded() -> None:
    assert hashes(half_dark(1_000, 4_000)) is not None
    assert hashes(half_dark(MOST_DECODED // 4_000 + 1, 4_000)) is None


@cache
def whole(kind: str) -> bytes:
    return encoded(drawn("cart", scale=1), kind)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(("PNG", "JPEG", "GIF", "WEBP")), st.data())
def test_damaged_pictures_raise_nothing(kind: str, data: st.DataObject) -> None:
    picture = bytearray(whole(kind))
    for _ in range(data.draw(st.integers(0, 4))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    hashes(bytes(picture[: data.draw(st.integers(0, len(picture)))]))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF0000WEBP")),
    st.binary(),
)
def test_rubbish_has_no_hashes(head: bytes, rubbish: bytes) -> None:
    assert hashes(head + rubbish) is None


def test_a_truncated_picture_has_no_hashes() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        data = whole(kind)
        assert hashes(data[: len(data) // 2]) is None, kind
