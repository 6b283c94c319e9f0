"""What a crash log says, and what we make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ReportKind(StrEnum):
    """What sort of Apple report a file is."""

    CRASH = "crash"
    HANG = "hang"
    JETSAM = "jetsam"
    PANIC = "panic"
    STACKSHOT = "stackshot"
    RESOURCE = "resource"
    """CPU, wake-up or disk-write limits."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One line of a backtrace, strings as written."""

    index: int
    image: str | None
    """The binary image's name."""
    symbol: str | None = None
    file: str | None = None
    line: int | None = None
    address: int | None = None
    """The absolute address."""
    offset: int | None = None
    """Bytes from the start of the image."""
    symbol_offset: int | None = None
    """Bytes from the start of the symbol."""
    image_uuid: str | None = None
    in_app: bool = False
    """Whether the image is the app's own code."""
    inlined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread and its frames, innermost first."""

    index: int
    name: str | None = None
    queue: str | None = None
    crashed: bool = False
    frames: tuple[Frame, ...] = ()
    n_frames: int = 0
    """How many frames the report has, which may be more than were kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryImage:
    """A loaded image."""

    name: str
    uuid: str | None = None
    """Lower case, without dashes."""
    base: int | None = None
    size: int | None = None
    arch: str | None = None
    path: str | None = None
    in_app: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashReport:
    """A parsed crash log. Strings are as written in it; None is what it doesn't say."""

    format: str
    """`crash-text`, `ips-json`, `ips-text`, `translated-json` or `translated-text`."""
    kind: ReportKind = ReportKind.CRASH
    bug_type: str | None = None
    process: str | None = None
    bundle_id: str | None = None
    app_version: str | None = None
    build: str | None = None
    os_name: str | None = None
    """`iOS`, `iPadOS`, `macOS`, `watchOS`, `tvOS`, `visionOS`, `bridgeOS`, …"""
    os_version: str | None = None
    """As written: `iPhone OS 18.6 (22G86)`."""
    hardware: str | None = None
    """Apple's identifier, such as `iPhone17,1`."""
    incident_id: str | None = None
    captured_at: str | None = None
    launched_at: str | None = None
    role: str | None = None
    exception_type: str | None = None
    """`EXC_CRASH (SIGABRT)`."""
    exception_subtype: str | None = None
    exception_codes: str | None = None
    signal: str | None = None
    termination: str | None = None
    termination_details: tuple[str, ...] = ()
    """The lines that explain the termination: which watchdog, which limit."""
    application_info: tuple[str, ...] = ()
    """Application-specific information: Swift's failure message, an exception's reason."""
    vm_region: str | None = None
    report_notes: tuple[str, ...] = ()
    """What the system's crash reporter remarked on the report itself."""
    registers: Mapping[str, int] = field(default_factory=dict[str, int])
    """The crashed thread's registers, by their names there."""
    crashed_thread: int | None = None
    threads: tuple[Thread, ...] = ()
    last_exception: tuple[Frame, ...] | None = None
    n_last_exception: int = 0
    other_backtrace: tuple[Frame, ...] = ()
    """macOS's application-specific backtrace, or the heaviest stack of a resource report."""
    images: tuple[BinaryImage, ...] = ()
    app_image: str | None = None
    """The executable's name."""
    warnings: tuple[str, ...] = ()
    """What could not be read, in sentences."""

    @property
    def crashed(self) -> Thread | None:
        """The thread that crashed, was triggered or was attributed; None if there is none."""
        if self.crashed_thread is None:
            return None
        return next((t for t in self.threads if t.index == self.crashed_thread), None)

    @property
    def stack(self) -> tuple[Frame, ...] | None:
        """The last exception backtrace where there is one, else the crashed thread's frames."""
        if self.last_exception:
            return self.last_exception
        return self.crashed.frames if self.crashed else None

    @property
    def n_stack(self) -> int | None:
        """How many frames `stack` has in the report; None where there is no stack."""
        if self.last_exception:
            return self.n_last_exception
        return self.crashed.n_frames if self.crashed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The family a crash belongs to, and what it usually means."""

    id: str
    """`swift.bounds`, `watchdog.launch`, `memory`, …; part of the fingerprint."""
    title: str
    """The first words of a title: `Crash: index out of range`."""
    explanation: str
    """One or two sentences."""
    link: str | None = None
    """Apple's page about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFrame:
    """A frame that the fingerprint passed over, and why."""

    frame: Frame
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A versioned key: two reports with the same key are the same problem."""

    key: str
    """Starts with its version: `v1:3f5a…`."""
    used: tuple[str, ...] = ()
    """The normalised frames that went into the key."""
    skipped: tuple[SkippedFrame, ...] = ()
    confident: bool = True
    """False where the stack says little: system frames only, or nothing symbolicated."""
    exact: str | None = None
    """A finer key, of more frames. Only a group that people took apart from another owns any."""
    older: tuple[str, ...] = ()
    """The keys by earlier versions and rules, newest first; groups of that time own them."""
    aliases: tuple[str, ...] = ()
    """More keys that prove the same problem: the incident, the same places in the same build."""
    wider: tuple[str, ...] = ()
    """Keys of reports that show more or less of the same stack; asked last, and never owned."""
    shown: tuple[str, ...] = ()
    """Keys for reports that show less of this stack; owned, and never asked."""

    @property
    def asked(self) -> tuple[str, ...]:
        """The keys by which its group is looked for; who owns an earlier one has the say."""
        finer = (self.exact,) if self.exact else ()
        incident = tuple(key for key in self.aliases if key.startswith("incident:"))
        places = tuple(key for key in self.aliases if key not in incident)
        return (*incident, *finer, *self.older, self.key, *places, *self.wider)

    @property
    def owned(self) -> tuple[str, ...]:
        """The keys that its group owns from now on, where no other group does."""
        return (self.key, *self.aliases, *self.shown)

    @property
    def version(self) -> str:
        """The key's version, such as `v1`."""
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A crash's stack as it is compared with others: normal names, innermost first."""

    family: str
    """The cause's family: crashes of different families are never near each other."""
    frames: tuple[str, ...] = ()
    """`Image!function` of the app's own frames, wrappers and runtime left out; at most 40."""
    entry: str | None = None
    """The system function nearest above the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All that we make of a crash log."""

    report: CrashReport
    cause: Cause
    fingerprint: Fingerprint
    trace: Trace
    facts: tuple[str, ...] = ()
    """What is suspicious about this crash, in sentences: `It crashed 2 s after its start.`"""
    title: str
    """Cause, then place, at most 80 characters."""
    blame: Frame | None = None
    """The frame to look at first."""
