import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash.text_frame import read_frame, read_heavy_frame, read_image

UUID = "0d1c2b3a49586776859403a2b1c0dfee"


@pytest.mark.parametrize(
    ("line", "name", "arch", "path"),
    [
        (f"0x10 - 0x1f App arm64  <{UUID}> /a/App", "App", "arm64", "/a/App"),
        (f"  0x10 -  0x1f +a.example.app (1 - 1) <{UUID}> /a/App", "App", None, "/a/App"),
        (f"0x10 - 0x1f + T.dylib arm64e <{UUID}> /a/T {{\"a\":1}}", "T", "arm64e", "/a/T"),
        (f"0x10 - 0x1f My App armv7  <{UUID}> /a/My App", "My App", "armv7", "/a/My App"),
        (f"0x10 - 0x1f App (*) <{UUID}> ???", "App", None, None),
        ("0x10 - 0x1f App arm64 /a/App", "App", "arm64", "/a/App"),
    ],
)  # fmt: skip
def test_images_are_read_in_every_layout(
    line: str, name: str, arch: str | None, path: str | None
) -> None:
    image = read_image(line)

    assert image is not None
    assert (image.name, image.arch, image.path) == (name, arch, path)
    assert (image.base, image.size) == (16, 16)
    assert image.uuid in {UUID, None}


def test_a_uuid_with_dashes_is_written_without() -> None:
    image = read_image("0x1 - 0x2 A (1) <0D1C2B3A-4958-6776-8594-03A2B1C0DFEE> /A")

    assert image is not None
    assert image.uuid == UUID


@pytest.mark.parametrize(
    "line", ["", "Model: Mac", "0x10", "0x10 - x", "rax: 0x10 - 0x20", "   x0: 0x00", "0 1 2", "12"]
)
def test_other_lines_are_neither_frame_nor_image(line: str) -> None:
    assert read_frame(line) is None
    assert read_image(line) is None
    assert read_heavy_frame(line, 0) is None


@given(st.text(max_size=300))
def test_any_line_is_read_or_passed_over(line: str) -> None:
    for text in (line, f"0   App 0x1 {line}", f"3  {line} (App + 12) [0x1]", f"0x1 - 0x2 {line}"):
        read_frame(text)
        read_image(text)
        read_heavy_frame(text, 0)
