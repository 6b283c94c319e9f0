"""What is rendered and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bridge.markup import cut
from bridge.model import (
    AttachmentResult,
    Diagnosis,
    Feedback,
    GroupSummary,
    Kind,
    Occurrence,
)
from bridge.render.public import public

LONG_COMMENT = 2000  # characters; more than anybody reads while triaging
LONG_COMMENT_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFacts:
    """An app, as the configuration has it."""

    name: str
    bundle_id: str | None = None
    app_id: str
    tags: tuple[str, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another issue that an issue speaks of."""

    key: str
    """What people call it, such as `#12`."""
    url: str
    title: str | None = None
    score: float | None = None
    """From 0 to 1; None where nothing was compared."""
    common: tuple[str, ...] = ()
    """What they have in common."""
    closed_at: datetime | None = None
    """When it was closed, where that matters and is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueContext:
    """All that an issue is written from."""

    app: AppFacts
    feedback: Feedback
    """The newest one."""
    diagnosis: Diagnosis | None
    """What the crash log says; None if there is none, or it can't be read."""
    summary: GroupSummary
    feedbacks: Sequence[Occurrence] = ()
    """Its newest feedbacks, newest first: who said what of a screenshot. May be left out."""
    files: Sequence[AttachmentResult] = ()
    """Newest first."""
    notes: Sequence[str] = ()
    """What could not be set or attached, in sentences."""
    tester: str | None = None
    """What may be shown of who sent it."""
    link: str | None = None
    """The page in App Store Connect."""
    show_app: bool = False
    """Whether the title starts with `[App]`."""
    log_missing: bool = False
    """Whether the crash log hasn't come yet."""
    possibly: Sequence[Neighbour] = ()
    """Issues that this one is possibly the same as, nearest first."""
    back_from: Neighbour | None = None
    """The closed issue of the same problem, which came back."""
    apart_from: Neighbour | None = None
    """The issue that people took this one out of."""
    newest_build: str | None = None
    """The number of the newest build that any feedback of this app came from."""
    now: datetime | None = None
    """When this is written, for dates of other years; the newest occurrence's time if None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldContext:
    """What a route's fields may be made of: nothing that a tester typed."""

    app: AppFacts
    kind: Kind
    build: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An issue's text."""

    title: str
    block: str
    """Our part of the body."""
    notes: tuple[str, ...] = ()
    """Which templates failed, and why; without any of the feedback's text."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What an issue shows of a tester's words."""

    text: str
    """Redacted and cleaned."""
    is_cut: bool
    """Whether there is more of it."""


def excerpt(words: str | None) -> Excerpt | None:
    """Return the part of the words that an issue shows; None if there are none."""
    text = public(words or "").strip()
    if not text:
        return None
    start = "\n".join(text.split("\n")[:LONG_COMMENT_LINES])
    shown = cut(start, LONG_COMMENT)
    return Excerpt(text=shown, is_cut=shown != text)


def long_comment(feedback: Feedback) -> bytes | None:
    """Return the whole comment, redacted, as UTF-8, if an issue shows only its start; else None."""
    shown = excerpt(feedback.comment)
    if shown is None or not shown.is_cut:
        return None
    return (public(feedback.comment or "").strip() + "\n").encode()
