"""A tracker with a real backend around it, as the shared contract needs it."""

import abc
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.model import (
    Attachment,
    AttachmentResult,
    AttachmentRole,
    CloseReason,
    CommentDraft,
    IssueDraft,
    IssueRef,
    Marker,
)
from bridge.trackers.base import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An issue as the backend has it, seen past the tracker."""

    key: str
    """Equal to `IssueRef.key`."""
    title: str
    body: str
    open: bool
    labels: Sequence[str] = ()
    comments: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name (its last part) → SHA-256 of the bytes that the issue shows or holds."""


class Harness(abc.ABC):
    """A tracker, opened, and ways to act on its backend as people and accidents do.

    The first group is needed by all classes; each later one by the class that it names.
    """

    tracker: Tracker
    fields: Mapping[str, Any] = {}
    """A route's fields with which an ordinary issue is created."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(
        self,
        data: bytes,
        *,
        suffix: str = ".png",
        role: AttachmentRole = AttachmentRole.SCREENSHOT,
        feedback_id: str = "AK7Uv_2-x",
    ) -> Attachment:
        """Put bytes where the attachment store would have them."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._folder.joinpath(sha256).write_bytes(data)
        media = "image/png" if role is AttachmentRole.SCREENSHOT else "text/plain"
        return Attachment(
            role=role,
            name=f"{role.value}-{sha256[:12]}{suffix}",
            sha256=sha256,
            size=len(data),
            media_type=media,
            feedback_id=feedback_id,
        )

    def path_of(self, attachment: Attachment) -> Path:
        """What `Opening.path_of` is in the tests."""
        return self._folder / attachment.sha256

    @abc.abstractmethod
    async def issues(self) -> Sequence[Held]:
        """Return the backend's issues, oldest first."""

    def show(self, results: Sequence[AttachmentResult]) -> str:
        """Return markup that shows or links the attached files, as a template would."""
        return "\n".join(f"![{r.attachment.name}]({r.url})" for r in results if r.url)

    # LostAnswers
    async def lose_next_create(self, *, done: bool) -> None:
        """Let the next create's connection drop, with its work done or not."""
        raise NotImplementedError

    # Editing
    async def write_below(self, issue: IssueRef, text: str) -> None:
        """As a person: add text below our block."""
        raise NotImplementedError

    async def rename(self, issue: IssueRef, title: str) -> None:
        """As a person: give the issue another title."""
        raise NotImplementedError

    async def take_block_out(self, issue: IssueRef) -> None:
        """As a person: replace the whole body by `Mine.`."""
        raise NotImplementedError

    async def delete(self, issue: IssueRef) -> None:
        """As a person: delete the issue."""
        raise NotImplementedError

    # Attaching
    async def refuse_attachments(self) -> None:
        """Let the backend refuse every file until `recover`, for want of a right."""
        raise NotImplementedError

    # Closing, Watching
    async def close(
        self,
        issue: IssueRef,
        reason: CloseReason = CloseReason.COMPLETED,
        *,
        of: IssueRef | None = None,
    ) -> None:
        """As a person: close the issue for a reason; a duplicate with or without the other one."""
        raise NotImplementedError

    # Labelling, Watching
    typed_label: str = "testflight: not the same"
    """How people write the label where the backend takes it with or without spaces."""

    async def label(self, issue: IssueRef, label: str) -> None:
        """As a person: put a label on the issue."""
        raise NotImplementedError

    # Remarks
    async def lose_next_comment(self) -> None:
        """Let the next comment be posted, and its answer be lost."""
        raise NotImplementedError

    # Refusals
    refused_fields: Sequence[tuple[Mapping[str, Any], str]] = ()
    """Fields beside `fields` that the backend won't have, and a word that the note must hold."""
    misspelt: tuple[Mapping[str, Any], str] = ({}, "")
    """Fields with a name that doesn't exist, and the right name."""

    # Statuses
    secret: str = ""
    """What must never be in an error."""

    async def answer_all(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        """Let the backend answer every request so, without doing its work, until `recover`."""
        raise NotImplementedError

    async def recover(self) -> None:
        """End what was asked of the backend before."""
        raise NotImplementedError


def marker(group: str = "g1", *, op: str = "1") -> Marker:
    """Return a group's marker."""
    return Marker(group_id=group, mac=hashlib.sha256(group.encode()).hexdigest()[:32], op=op)


def draft(harness: Harness, group: str = "g1", *, op: str = "1", **changes: Any) -> IssueDraft:
    """Return an issue to be created with the harness's ordinary fields."""
    plain = IssueDraft(
        title="Crash: index out of range in CartView.total",
        block="14 crashes, 6 testers\n\nSwift trap: array index out of range.",
        marker=marker(group, op=op),
        fields=harness.fields,
    )
    return replace(plain, **changes)


def comment(text: str, *, op: str) -> CommentDraft:
    """Return a comment on group g1's issue."""
    return CommentDraft(text=text, marker=marker(op=op))


async def held(harness: Harness, issue: IssueRef) -> Held:
    """Return what the backend has of an issue."""
    return next(h for h in await harness.issues() if h.key == issue.key)
