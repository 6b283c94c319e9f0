import pytest

from bridge.crash.platform import system_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("iPhone OS 26.1 (23B85)", "iOS"),
        ("iOS 9.3.5 (13G36)", "iOS"),
        ("iPadOS 17.0 (21A329)", "iPadOS"),
        ("macOS 14.5 (23F79)", "macOS"),
        ("Mac OS X 10.13.6 (17G65)", "macOS"),
        ("Watch OS 11.1 (22R585)", "watchOS"),
        ("Apple TVOS 18.1 (22J580)", "tvOS"),
        ("xrOS 2.1 (22N581)", "visionOS"),
        ("visionOS 26.0 (23M336)", "visionOS"),
        ("Bridge OS 2.4.1 (15P6703)", "bridgeOS"),
        ("Windows 95", None),
        (None, None),
    ],
)
def test_systems_are_named_plainly(written: str | None, name: str | None) -> None:
    assert system_name(written) == name


def test_a_path_tells_a_simulator() -> None:
    path = "/Users/user/Library/Developer/CoreSimulator/Devices/1F/data/Sunrise.app/Sunrise"

    assert system_name("macOS 26.1 (25B78)", path=path) == "iOS-simulator"
