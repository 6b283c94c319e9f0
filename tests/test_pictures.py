"""Pictures are told by their content."""

import io
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from bridge.errors import Unreadable
from bridge.pictures import check


def picture(kind: str, width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 60)).save(out, kind)
    return out.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, pixels, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(
    ("kind", "media_type", "suffix"),
    [
        ("PNG", "image/png", ".png"),
        ("JPEG", "image/jpeg", ".jpg"),
        ("GIF", "image/gif", ".gif"),
        ("WEBP", "image/webp", ".webp"),
    ],
)
def test_a_picture_is_known_by_its_content(kind: str, media_type: str, suffix: str) -> None:
    found = check(picture(kind))
    assert (found.format, found.width, found.height) == (kind, 40, 30)
    assert (found.media_type, found.suffix) == (media_type, suffix)


def test_heic_is_taken_with_its_size_unknown() -> None:
    found = check(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 100)
    assert (found.format, found.width, found.height, found.suffix) == ("HEIC", None, None, ".heic")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "an empty file, not a picture"),
        (b"\n <!DOCTYPE html><html>", "an HTML page, not a picture"),
        (b"\xef\xbb\xbf<HTML>", "an HTML page, not a picture"),
        (b'<?xml version="1.0"?>\n<svg onload="x"/>', "an SVG drawing, not a picture"),
        (b'<?xml version="1.0"?><Error>', "an XML document, not a picture"),
        (b'{"errors": []}', "JSON or the like, not a picture"),
        (b"%PDF-1.7", "a PDF, not a picture"),
        (b"\x00\x00\x00\x20ftypmp42", "a video, not a picture"),
        (b"Not found\n", "plain text, not a picture"),
        (b"\x00\x01\x02\x03", "data of an unknown kind, not a picture"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        check(data)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_header_that_is_cut_off_is_refused(kind: str) -> None:
    with pytest.raises(Unreadable, match=f"a {kind} picture whose header is damaged or cut off"):
        check(picture(kind)[:12])


@pytest.mark.parametrize("side", [9_000, 9_900, 20_000, 65_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_by_its_header_alone(side: int) -> None:
    with pytest.raises(Unreadable, match=r"a PNG picture that says it has more than 80 million"):
        check(png_that_says(side, side))


def test_a_gif_may_not_claim_four_billion_pixels() -> None:
    data = picture("GIF")
    with pytest.raises(Unreadable, match="more than 80 million pixels"):
        check(data[:6] + b"\xff\xff\xff\xff" + data[10:])


@given(
    start=st.sampled_from(
        [picture(kind)[:n] for kind in ("PNG", "JPEG", "GIF", "WEBP") for n in (8, 30, 200)]
    ),
    rest=st.binary(max_size=300),
)
@example(start=b"GIF89a", rest=b"\0" * 10)
@example(start=b"\x89PNG\r\n\x1a\n", rest=b"\xff\xff\xff\xffIHDR")
def test_hostile_bytes_are_a_picture_or_unreadable_and_nothing_else(
    start: bytes, rest: bytes
) -> None:
    try:
        found = check(start + rest)
    except Unreadable:
        return
    assert found.width is None or found.width > 0
