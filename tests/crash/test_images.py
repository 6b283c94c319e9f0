import pytest

from bridge.crash.images import AppCode, ImageTable
from bridge.crash.raw import RawFrame, RawImage

SIRI = "/System/Library/CoreServices/Siri.app"
BUNDLE = "/private/var/containers/Bundle/Application/1F/Sunrise.app"


def app(path: str | None) -> AppCode:
    return AppCode(executable_path=path, process="Sunrise", bundle_id="com.example.sunrise")


@pytest.mark.parametrize(
    ("executable", "image", "own"),
    [
        (f"{BUNDLE}/Sunrise", f"{BUNDLE}/Sunrise", True),
        (f"{BUNDLE}/Sunrise", f"{BUNDLE.removeprefix('/private')}/Sunrise", True),
        (f"{BUNDLE}/Sunrise", f"{BUNDLE}/Frameworks/Kit.framework/Kit", True),
        (f"{BUNDLE}/PlugIns/Widget.appex/Widget", f"{BUNDLE}/Frameworks/Kit.framework/Kit", True),
        (f"{BUNDLE}/Sunrise", "/System/Library/Frameworks/UIKit.framework/UIKit", False),
        (f"{BUNDLE}/Sunrise", "/usr/lib/libobjc.A.dylib", False),
        (f"{BUNDLE}/Sunrise", f"{BUNDLE}/Frameworks/libswiftCore.dylib", False),
        ("/Users/USER/*/Sunrise.app/Sunrise", "/Applications/Sunrise.app/Contents/X", True),
        ("/bin/sleep", "/bin/sleep", True),
        ("/bin/sleep", "/bin/ls", False),
        (f"{SIRI}/Contents/Siri", "/System/Library/A/A", False),
        (f"{SIRI}/Contents/Siri", f"{SIRI}/B", True),
    ],
)  # fmt: skip
def test_the_bundle_is_the_apps_own(executable: str, image: str, own: bool) -> None:
    assert app(executable).has(image.rpartition("/")[2], image) is own


def test_names_decide_where_there_are_no_paths() -> None:
    assert app(None).has("Sunrise", None)
    assert app(None).has("com.example.sunrise", None)
    assert app(None).has("...mple.sunrise", None)
    assert app(None).has("Sunrise.debug.dylib", None)
    assert not app(None).has("UIKitCore", None)
    assert not app(None).has("???", None)


def test_an_address_is_looked_up_in_ranges_of_any_order() -> None:
    images = [
        RawImage("B", base=200, size=50),
        RawImage("???", base=0, size=1 << 60),
        RawImage("A", base=100, size=50),
        RawImage("none"),
    ]
    table = ImageTable(images, app(None))

    found = [getattr(table.at(place), "name", None) for place in (99, 100, 149, 150, 200, 250)]

    assert found == [None, "A", "A", None, "B", None]
    assert table.at(None) is None
    assert [image.name for image in table.all] == ["B", "???", "A", "none"]


def test_a_frame_with_an_image_that_is_not_listed_keeps_its_name() -> None:
    [frame] = ImageTable([], app(None)).frames([RawFrame(7, "Sunrise", 5, "f")], [])

    assert (frame.index, frame.image, frame.in_app, frame.offset) == (0, "Sunrise", True, None)
