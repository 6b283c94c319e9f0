"""A device in words: what it is called, and the state it was in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.devices import device_name
from bridge.model import CrashReport, Device
from bridge.render.filters import duration, size

_FAMILIES = {
    "IPHONE": "iPhone", "IPAD": "iPad", "MAC": "Mac", "APPLE_TV": "Apple TV",
    "APPLE_WATCH": "Apple Watch", "VISION": "Apple Vision",
}  # fmt: skip
_SYSTEMS = {"IOS": "iOS", "MAC_OS": "macOS", "TV_OS": "tvOS", "VISION_OS": "visionOS"}
_NETWORKS = {"WIFI": "Wi-Fi", "MOBILE_DATA": "mobile data", "WIRE": "wired", "NONE": "offline"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a device's state."""

    label: str
    value: str
    short: str
    """The value in words that need no label."""


def name(device: Device, report: CrashReport | None) -> str | None:
    """Return `iPhone 16 Pro`; what the crash log says if the feedback doesn't."""
    model = device.model or (report.hardware if report else None)
    if model:
        return device_name(model)
    return _FAMILIES.get(device.family or "")


def system(device: Device, report: CrashReport | None) -> str | None:
    """Return `iPadOS 26.1`; what the crash log says if the feedback doesn't."""
    if not device.os_version:
        said = report.os_version if report else None
        return said.replace("iPhone OS", "iOS") if said else None
    is_pad = device.family == "IPAD" or (device.model or "").startswith("iPad")
    platform = _SYSTEMS.get(device.platform or "")
    return " ".join(p for p in ("iPadOS" if is_pad else platform, device.os_version) if p)


def state(device: Device) -> Sequence[Fact]:
    """Return what is known of the device when the feedback was sent."""
    network = _NETWORKS.get(device.connection or "")
    screen = _screen(device)
    facts = [
        Fact("Locale", device.locale, device.locale) if device.locale else None,
        Fact("Time zone", device.time_zone, device.time_zone) if device.time_zone else None,
        Fact("Network", network, network) if network else None,
        _battery(device.battery_percent),
        _disk(device.disk_available, device.disk_total),
        _uptime(device.app_uptime_ms),
        Fact("Screen", screen, screen) if screen else None,
        _plain("Architecture", device.architecture),
        _plain("Paired watch", device_name(device.paired_watch) if device.paired_watch else None),
    ]
    return [fact for fact in facts if fact]


def _plain(label: str, value: str | None) -> Fact | None:
    return Fact(label, value, f"{label.lower()} {value}") if value else None


def _battery(percent: int | None) -> Fact | None:
    return None if percent is None else Fact("Battery", f"{percent}%", f"battery {percent}%")


def _uptime(milliseconds: int | None) -> Fact | None:
    if milliseconds is None:
        return None
    words = duration(milliseconds)
    return Fact("App open for", words, f"app open {words}")


def _disk(available: int | None, total: int | None) -> Fact | None:
    if available is None:
        return None
    free = f"{size(available)} free"
    return Fact("Disk", f"{free} of {size(total)}" if total else free, free)


def _screen(device: Device) -> str | None:
    if not (device.screen_width and device.screen_height):
        return None
    return f"{device.screen_width} × {device.screen_height} points"
