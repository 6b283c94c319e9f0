"""A piece of feedback as it is put into the simulated App Store Connect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One tester's feedback, and how the service is to behave about it.

    The device fields may all be None, as the real service's may.
    """

    app: str
    """The app's name, as it was given to `add_app`."""
    kind: Literal["screenshot", "crash"]
    bug: str
    """Which bug it is about; samples with the same one belong to one issue."""
    comment: str | None = None
    email: str | None = None
    tester: str | None = None
    """Anything that tells testers apart; the address if it is None, else a tester of its own."""
    public_link: bool = False
    """The tester came by a public link: only the submission may have an address."""
    device_model: str | None = "iPhone17_1"
    device_family: str | None = "IPHONE"
    platform: str | None = "IOS"
    os_version: str | None = "26.1"
    locale: str | None = "en-US"
    time_zone: str | None = "America/Chicago"
    architecture: str | None = "arm64e"
    connection: str | None = "WIFI"
    paired_watch: str | None = None
    app_uptime_ms: int | None = 184_213
    disk_available: int | None = 73_388_951_552
    disk_total: int | None = 255_937_040_384
    battery_percent: int | None = 83
    screen_width: int | None = 402
    screen_height: int | None = 874
    build: str = "143"
    """CFBundleVersion."""
    version: str = "2.4.1"
    """The marketing version."""
    uploaded_at: datetime | None = None
    """When the build was uploaded; two days before the feedback if None."""
    created_at: datetime | None = None
    """When the tester sent it; now if None."""
    images: Sequence[tuple[bytes, int | None, int | None]] = ()
    """Bytes, width and height of each screenshot; the bytes are served as they are."""
    crash_log: str | None = None
    """What `logText` says; None: there never is a log."""
    log_after: int = 0
    """So many requests for the log are answered 404 before it is there."""
    log_after_seconds: float = 0.0
    """So long after the feedback was made the log is still missing."""
    expired_urls: int = 0
    """So many answers about this feedback carry screenshot URLs that are expired already."""
    redirect_images_to: str | None = None
    """Screenshots are answered with a redirect to this address."""
