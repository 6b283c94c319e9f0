"""What screenshot feedback is compared by, kept in place of its pictures and its words."""

from dataclasses import dataclass
from datetime import datetime

from bridge.model.issue import Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHashes:
    """Two perceptual hashes of 64 bits: the fewer bits differ, the more alike are two pictures."""

    dhash: int
    """Whether each part of the picture is darker than its neighbour."""
    phash: int
    """Which of its lowest frequencies are strong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One screenshot feedback, as others are compared with it."""

    app: str
    feedback_id: str
    at: datetime
    """When the tester sent it; aware, UTC."""
    tester_key: str | None = None
    """A keyed hash; equal means the same tester."""
    build: str | None = None
    """The build's id at App Store Connect."""
    locale: str | None = None
    family: str | None = None
    """The kind of device: `IPHONE`, `IPAD`, …"""
    words: str = ""
    """The comment, normalised and cut."""
    pictures: tuple[PictureHashes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLook:
    """A look in the store, and where its feedback belongs now."""

    look: Look
    group_id: str
    tracker: str
    number: int
    """Looks are numbered in the order in which they came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a feedback belongs: in the group `into`, or in one of its own that is `like` others."""

    how: str
    """`follow-up`, `near` or `new`."""
    into: str | None = None
    like: tuple[Likeness, ...] = ()
