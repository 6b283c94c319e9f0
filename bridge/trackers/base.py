"""What a tracker is: the protocol, its limits, and how one is declared and opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol

from bridge.clock import Clock
from bridge.markup import Markup
from bridge.model import (
    Attachment,
    AttachmentResult,
    CommentDraft,
    Fence,
    IssueBlock,
    IssueDraft,
    IssueRef,
    IssueState,
    Marker,
    UpdateOutcome,
)
from bridge.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one issue of a tracker can hold, and how often it may be rewritten."""

    title: int
    """Characters."""
    body: int
    """Characters that our block may have; the tracker's own additions are already taken off.

    UTF-16 units where the markup is Jira's.
    """
    attachment: int
    """Bytes of one file."""
    update_gap: float
    """Seconds between two rewrites of one issue's block."""


class Level(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `check`: what was looked at, what is wrong, what to do."""

    level: Level
    text: str
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed in a tracker since somebody last asked."""

    issues: tuple[IssueRef, ...]
    mark: str
    """To be handed to the next call; only the tracker knows what it means."""


class Tracker(Protocol):
    """Where issues live.

    Raises only `Transient` and `Permanent`. Every method may be called again after a crash and
    must then not double its effect; `create` alone can't promise that, so it is sent at most once
    a call and raises `LostAnswer` when its outcome is unknown. The caller (`bridge.filing`)
    records the intent before and settles it by `find`. Callers write to one tracker one at a time.
    """

    name: str
    """Its name in the configuration."""
    attach_when: Literal["before", "after"]
    """Whether files go up before the issue is created (their links are in its text) or after."""
    markup: Markup
    limits: Limits

    async def fence(self, fields: Mapping[str, Any]) -> Fence:
        """Return what exists now where an issue with these fields would be created."""
        ...

    async def find(self, marker: Marker, since: Fence) -> IssueRef | None:
        """Return the issue above the fence that holds `marker.key`; the lowest if several.

        Looks at the tracker's list by creation and at the numbers above the fence, never at a
        search index, which lags.
        """
        ...

    async def create(self, draft: IssueDraft) -> IssueRef:
        """Create the issue, sending the request once.

        Optional fields that the tracker refuses are left out and named in `IssueRef.notes`.
        Raises `LostAnswer` if the outcome is unknown (time-out, dropped connection, 5xx), other
        errors only when nothing was created.
        """
        ...

    async def attach(
        self, issue: IssueRef | None, files: Sequence[Attachment]
    ) -> Sequence[AttachmentResult]:
        """Put the files where the issue can show them, skipping those that are there already.

        A file that is refused is a result with `error`, not an exception. `issue` is None exactly
        where `attach_when` is `before` and the issue isn't there yet.
        """
        ...

    async def update(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        """Rewrite our own part of the body, and the title if it is still ours."""
        ...

    async def comment(self, issue: IssueRef, comment: CommentDraft) -> None:
        """Add the comment, unless one with its marker is there."""
        ...

    async def state(self, issue: IssueRef) -> IssueState:
        """Return whether the issue is open, closed (and why), moved or gone."""
        ...

    async def reopen(self, issue: IssueRef, comment: CommentDraft) -> None:
        """Reopen the issue and say why.

        Raises `Refused` if no transition of its workflow leads back; nothing was said then.
        """
        ...

    async def close_as_duplicate(self, issue: IssueRef, of: IssueRef) -> None:
        """Close the issue as a duplicate of another one of the same tracker."""
        ...

    async def unlabel(self, issue: IssueRef, label: str) -> None:
        """Take a label off, written as `IssueState.labels` has it; nothing happens without it."""
        ...

    async def changed(self, issues: Sequence[IssueRef], mark: str) -> Changes:
        """Return which of these issues changed since the mark that an earlier call gave.

        One conditional or bounded request for all of them where the service has such; `mark` is
        empty the first time, and then all issues count as changed. An issue too many is harmless.
        """
        ...

    async def check(self, fields: Mapping[str, Any]) -> Sequence[Finding]:
        """Look whether an issue with these fields could be filed: rights, project, fields.

        Changes nothing in the tracker.
        """
        ...

    async def aclose(self) -> None:
        """Give back threads and connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a tracker is given when it is opened."""

    name: str
    settings: Any
    """An instance of the type's own settings class."""
    path_of: Callable[[Attachment], Path]
    """Where the attachment store keeps a file."""
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerType:
    """What an entry point in the group `feedback_bridge.trackers` names."""

    settings: type[Settings]
    """Its table under `trackers:` without `type`."""
    open: Callable[[Opening], Tracker]
    """Builds the tracker; does no I/O yet."""
