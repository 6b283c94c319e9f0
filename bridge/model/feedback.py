"""What a tester sent: one submission, its device and build, its files."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The two kinds of feedback that TestFlight knows."""

    SCREENSHOT = "screenshot"
    CRASH = "crash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The device a feedback came from, as App Store Connect describes it; all may be unknown."""

    model: str | None = None
    """Apple's identifier, with a comma: `iPhone17,1`."""
    family: str | None = None
    """`IPHONE`, `IPAD`, `MAC`, …"""
    platform: str | None = None
    """`IOS`, `MAC_OS`, `TV_OS` or `VISION_OS`."""
    os_version: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    architecture: str | None = None
    connection: str | None = None
    """`WIFI`, `MOBILE_DATA`, `WIRE`, `UNKNOWN` or `NONE`."""
    paired_watch: str | None = None
    app_uptime_ms: int | None = None
    disk_available: int | None = None
    """Bytes."""
    disk_total: int | None = None
    """Bytes."""
    battery_percent: int | None = None
    screen_width: int | None = None
    """Points."""
    screen_height: int | None = None
    """Points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The build a feedback is about."""

    id: str
    number: str | None = None
    """CFBundleVersion, such as `143`."""
    version: str | None = None
    """The marketing version, such as `2.4.1`."""
    uploaded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tester:
    """Who sent a feedback. Personal data: it never leaves the store unless a route allows it."""

    id: str | None = None
    email: str | None = None

    def __repr__(self) -> str:
        return f"Tester(id={self.id!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteScreenshot:
    """A screenshot as App Store Connect offers it; the pre-signed URL expires and is secret."""

    url: str
    width: int | None = None
    height: int | None = None
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"RemoteScreenshot({self.width}x{self.height}, expires_at={self.expires_at!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One tester's submission, as fetched. Everything a tester typed in it is hostile."""

    app: str
    """The app's name in the configuration."""
    id: str
    """The submission's id at App Store Connect."""
    created_at: datetime
    """Aware, UTC."""
    comment: str | None = None
    device: Device = Device()
    build: Build | None = None
    tester: Tester = Tester()
    bundle_id: str | None = None

    @property
    def kind(self) -> Kind:
        """Whether this is a screenshot or a crash."""
        raise TypeError("a feedback is a ScreenshotFeedback or a CrashFeedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenshotFeedback(Feedback):
    """Feedback with pictures and, mostly, words."""

    screenshots: tuple[RemoteScreenshot, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.SCREENSHOT


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashFeedback(Feedback):
    """Feedback with a crash log, which may come later than the feedback itself."""

    @property
    def kind(self) -> Kind:
        return Kind.CRASH


class AttachmentRole(StrEnum):
    """What an attachment is for."""

    SCREENSHOT = "screenshot"
    LOG = "log"
    TEXT = "text"
    """The rest of a body that was too long for the tracker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in the attachment store, addressed by its content; its name is made by us."""

    role: AttachmentRole
    name: str
    """Safe on every file system and in every markup: `[A-Za-z0-9._-]+`, with the sha's start."""
    sha256: str
    size: int
    """Bytes."""
    media_type: str
    feedback_id: str = ""
    """The submission it came with."""
    width: int | None = None
    height: int | None = None
