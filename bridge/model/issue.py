"""What a tracker holds, how we point at it, and what we know of the problem behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bridge.model.feedback import Attachment, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The hidden text by which we recognise our own issue again.

    `key` is enough to recognise it; `op` tells one attempt to create from the next.
    """

    group_id: str
    mac: str
    """A keyed hash of the group's id, so that a tester who types a marker forges nothing."""
    op: str

    @property
    def key(self) -> str:
        """The part that all attempts for one group share."""
        return f"feedback-bridge:v1 group={self.group_id} mac={self.mac}"

    @property
    def text(self) -> str:
        """The whole marker, as it stands in the issue."""
        return f"{self.key} op={self.op}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What existed in a tracker just before a create: only what is newer can be that create's."""

    scope: str
    """The repository, project or folder it speaks of."""
    number: int
    """The highest issue number there; a value that is too low is harmless."""
    at: datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRef:
    """How we point at an issue."""

    tracker: str
    """The tracker's name in the configuration."""
    key: str
    """What people call it: `#12`, `SUN-211`, a folder's name."""
    url: str
    id: str = ""
    """What the tracker's API wants: a number, a key, a path."""
    notes: tuple[str, ...] = ()
    """What could not be set when it was created, in sentences."""


class IssueStatus(StrEnum):
    """Whether an issue is there and open."""

    OPEN = "open"
    CLOSED = "closed"
    MOVED = "moved"
    GONE = "gone"


class CloseReason(StrEnum):
    """Why an issue is closed."""

    COMPLETED = "completed"
    NOT_PLANNED = "not planned"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueState:
    """An issue as the tracker has it now."""

    status: IssueStatus
    reason: CloseReason | None = None
    closed_at: datetime | None = None
    duplicate_of: str | None = None
    moved_to: IssueRef | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentResult:
    """What became of an attachment."""

    attachment: Attachment
    url: str | None = None
    """How the issue's text refers to it: a link, a file's name. None if it is not there."""
    error: str | None = None
    """Why it is not there, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDraft:
    """An issue to be created. The tracker adds the marker and the marks around our block."""

    title: str
    block: str
    """Our part of the body, in the tracker's markup."""
    marker: Marker
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The route's fields, rendered: labels, assignees, project, …; each tracker knows its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueBlock:
    """Our part of an issue, rewritten. What people wrote outside it, or changed, stays."""

    block: str
    marker: Marker
    title: str | None = None
    """A new title; set only if the issue still has `was_title`."""
    was_title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDraft:
    """A comment in the tracker's markup."""

    text: str
    marker: Marker
    """Kept in the comment, so that it is not posted twice."""


class NewsKind(StrEnum):
    """What is worth a comment; all else only changes our block."""

    REGRESSION = "regression"
    NEW_VERSION = "new version"
    TESTERS = "testers"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that a comment says."""

    kind: NewsKind
    value: str
    """The build that it is back in, the marketing version, or the number of testers."""
    since: str | None = None
    """A regression's: when the issue was closed, as `2026-11-24`."""

    @property
    def op(self) -> str:
        """The operation id of a comment that says it: equal each time, so it is said once."""
        return f"{self.kind.value.replace(' ', '-')}:{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Another group that a group is possibly the same as."""

    group_id: str
    score: float
    """From 0 to 1."""
    common: tuple[str, ...] = ()
    """What they have in common: frames of a stack, or sentences such as `the same screen`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What we did with an issue, so that it is not done again."""

    told: tuple[str, ...] = ()
    """`News.op` of what we have said, or found to be so when the issue was new."""
    told_at: datetime | None = None
    """When we last commented."""
    telling: tuple[News, ...] = ()
    """What a comment says that we began to post; kept before, so that it is posted once."""
    reopening: bool = False
    """Whether that comment is posted by opening the issue again."""
    closing: datetime | None = None
    """The closing after which a regression was handled."""
    succeeded_by: str | None = None
    """The group that a regression was filed as, instead of opening this one's issue again."""
    muted: bool = False
    """Whether the label that silences us was there when we last looked."""
    undone: bool = False
    """Whether the label that takes the newest occurrence out was acted on; ends with the label."""
    apart_from: str | None = None
    """The group that people took this one out of."""
    back_from: str | None = None
    """The group whose closed issue this one's follows, because the problem came back."""
    seen: IssueStatus | None = None
    """The issue's status when we last looked."""
    seen_reason: CloseReason | None = None
    seen_at: datetime | None = None
    """When we first saw it so."""


class UpdateOutcome(StrEnum):
    """What an update of our block met."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    BLOCK_GONE = "block gone"
    """Somebody took our block out; we stop editing this issue."""
    ISSUE_GONE = "issue gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All feedback of one app that is one problem."""

    id: str
    app: str
    kind: Kind
    tracker: str
    created_at: datetime
    opened_by: str = ""
    """The submission that made it a group."""
    issue: IssueRef | None = None
    """None until it is filed."""
    title: str | None = None
    """The title as we set it last."""
    notes: tuple[str, ...] = ()
    """What could not be set or attached, in sentences."""
    frozen: str | None = None
    """Why we no longer edit the issue; None while we do."""
    merged_into: str | None = None
    """The group that took over; this one's issue is closed as its duplicate."""
    updated_at: datetime | None = None
    """When we last wrote our block."""
    like: tuple[Likeness, ...] = ()
    """Groups that were near, but not near enough to join, when this one was opened."""
    history: History = History()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One feedback's membership of a group, with what a summary needs of it."""

    group_id: str
    app: str
    feedback_id: str
    at: datetime
    comment: str | None = None
    version: str | None = None
    build: str | None = None
    build_uploaded_at: datetime | None = None
    os_version: str | None = None
    platform: str | None = None
    device_model: str | None = None
    tester_key: str | None = None
    """A keyed hash; equal means the same tester."""
    log: Attachment | None = None
    incident: str | None = None
    """The key of the crash itself; two submissions of one incident are one crash."""
    exact: str | None = None
    """The finer fingerprint key, by which its kin can follow it into another group."""
    how: str = ""
    """How it came in: `new`, `exact`, `near`, `incident`, `follow-up`, `apart`, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBuild:
    """A build that some feedback of an app came from."""

    version: str | None
    """The marketing version."""
    build: str | None
    platform: str | None
    uploaded_at: datetime
    """By Apple's clock; builds are ordered by this alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCount:
    """One line of a group's table."""

    version: str | None
    build: str | None
    occurrences: int
    testers: int
    os_versions: tuple[str, ...]
    device_models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a tester wrote, and when."""

    text: str
    at: datetime
    build: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """A group in figures, for the top of its issue."""

    occurrences: int
    testers: int
    """Different testers; 0 if none could be told apart."""
    first_at: datetime
    last_at: datetime
    builds: tuple[BuildCount, ...] = ()
    """Newest first."""
    words: tuple[Words, ...] = ()
    """The newest testers' words, newest first, at most five."""
