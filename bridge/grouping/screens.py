"""Where screenshot feedback belongs: it follows another, is nearly one we know, or is new. Pure.

A picture alone never says that two feedbacks are one problem: the screens of an app look alike,
and one screen has many problems. Thresholds and how they were chosen: docs/decisions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.grouping.words import Comment, alike, normalise, say_the_same
from bridge.model import KeptLook, Likeness, Look, PictureHashes, Place, ScreenshotFeedback

SUGGEST = 0.8
"""From this score on an issue says which other one it is possibly the same as."""
JOIN = 0.9
"""From this score on, a feedback joins where the route says so; see `Comparison.joins` for more."""
FOLLOWS_WITHIN = timedelta(minutes=10)
LONGEST_CHAIN = timedelta(hours=1)
"""From a chain's first feedback to its last; a tester who goes on all day opens new issues."""
AROUND = LONGEST_CHAIN + FOLLOWS_WITHIN
"""How far off in time the other members of a chain can be that a feedback is the end of."""
MOST_IN_CHAIN = 20
MOST_PICTURES = 10
"""Of one feedback, that are compared."""
MOST_LIKE = 3
"""Other issues that a new one names."""

SAME_SCREEN = 4  # bits of 64 by which both hashes may differ
OTHER_SCREEN = 14  # bits from which on pictures have nothing in common
_SAME_WORDS = 0.85
_WORDS, _PICTURE, _SETTING = 0.5, 0.3, 0.2  # what each counts for in the score


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How alike two screenshot feedbacks are; each figure from 0 to 1."""

    score: float
    words: float
    picture: float
    common: tuple[str, ...]
    """What they have in common, in phrases."""
    joins: bool
    """Whether they may be one issue without anybody looking: the same screen and the same words."""


def look_of(
    feedback: ScreenshotFeedback,
    *,
    tester_key: str | None,
    pictures: Iterable[PictureHashes] = (),
) -> Look:
    """Return what a feedback is compared by."""
    return Look(
        app=feedback.app,
        feedback_id=feedback.id,
        at=feedback.created_at,
        tester_key=tester_key,
        build=feedback.build.id if feedback.build else None,
        locale=feedback.device.locale,
        family=feedback.device.family,
        words=normalise(feedback.comment),
        pictures=tuple(dict.fromkeys(pictures))[:MOST_PICTURES],
    )


def followed(look: Look, others: Iterable[KeptLook]) -> KeptLook | None:
    """Return the feedback that this one follows up, or that came in later though sent before it.

    The same tester sent both of the same build within 10 minutes; of several it is the last one
    before, else the first one after. Chains of these are one issue, up to an hour and 20 long.
    """
    if look.tester_key is None or look.build is None:
        return None
    kin = [kept for kept in others if _same_sender(look, kept.look)]
    by_time = sorted(kin, key=lambda kept: (kept.look.at, kept.look.feedback_id))
    near = [kept for kept in by_time if abs(kept.look.at - look.at) <= FOLLOWS_WITHIN]
    before = [kept for kept in near if kept.look.at <= look.at]
    after = [kept for kept in near if kept.look.at > look.at]
    for kept in (*reversed(before), *after):
        if _has_room(look, [k.look for k in by_time if k.group_id == kept.group_id]):
            return kept
    return None


def place(look: Look, others: Iterable[KeptLook], *, tracker: str, join: bool) -> Place:
    """Return where a feedback belongs that follows no other: near a known one, or by itself.

    With `join` it goes to the nearest group of the same tracker, if it is near enough.
    """
    nearest: dict[str, tuple[Comparison, KeptLook]] = {}
    comment = Comment(look.words)
    if not comment.enough:
        return Place(how="new")
    for kept in others:
        if kept.look.app != look.app or kept.look.feedback_id == look.feedback_id:
            continue
        found = _compared(look, comment, kept.look)
        best = nearest.get(kept.group_id)
        if found.score >= SUGGEST and (best is None or _rank(found) > _rank(best[0])):
            nearest[kept.group_id] = (found, kept)
    ranked = sorted(nearest.values(), key=lambda pair: (_rank(pair[0]), pair[1].number))[::-1]
    for found, kept in ranked if join else ():
        if found.joins and kept.tracker == tracker:
            return Place(how="near", into=kept.group_id)
    like = [
        Likeness(group_id=kept.group_id, score=found.score, common=found.common)
        for found, kept in ranked[:MOST_LIKE]
    ]
    return Place(how="new", like=tuple(like))


def with_later(found: Place, later: Place) -> Place:
    """Return where a feedback belongs by both: what was found first, and what came meanwhile."""
    if found.into is not None or later.into is not None:
        return found if found.into is not None else later
    nearest = {like.group_id: like for like in sorted((*found.like, *later.like), key=_by_score)}
    ranked = sorted(nearest.values(), key=_by_score, reverse=True)
    return Place(how="new", like=tuple(ranked[:MOST_LIKE]))


def compare(one: Look, other: Look) -> Comparison:
    """Return how alike two feedbacks are; the order doesn't matter."""
    return _compared(one, Comment(one.words), other)


def _compared(one: Look, comment: Comment, other: Look) -> Comparison:
    comment_there = Comment(other.words)
    words = alike(comment, comment_there)
    bits = _bits_apart(one.pictures, other.pictures)
    picture = 0.0 if bits is None else _likeness(bits)
    setting = (
        _same(one.build, other.build),
        _same(one.locale, other.locale),
        _same(one.family, other.family),
    )
    score = _score(words, None if bits is None else picture, sum(setting) / len(setting))
    return Comparison(
        score=score,
        words=words,
        picture=picture,
        common=tuple(_common(words, bits, setting)),
        joins=score >= JOIN
        and words >= _SAME_WORDS
        and bits is not None
        and bits <= SAME_SCREEN
        and say_the_same(comment, comment_there),
    )


def _score(words: float, picture: float | None, setting: float) -> float:
    if not words:
        return 0.0  # whatever the picture says
    if picture is None:  # one has none that can be compared: words and setting have to do
        return round((_WORDS * words + _SETTING * setting) / (_WORDS + _SETTING), 3)
    return round(_WORDS * words + _PICTURE * picture + _SETTING * setting, 3)


def _common(words: float, bits: int | None, setting: Sequence[bool]) -> Iterable[str]:
    if words:
        yield "the same words" if words >= _SAME_WORDS else "similar words"
    if bits is not None and bits < OTHER_SCREEN:
        yield "the same screen" if bits <= SAME_SCREEN else "a similar screen"
    build, _, family = setting
    if build:
        yield "the same build"
    if family:
        yield "the same kind of device"


def _bits_apart(mine: Sequence[PictureHashes], theirs: Sequence[PictureHashes]) -> int | None:
    """Return by how many bits the most alike two pictures differ; None if there are no two."""
    return min(
        (
            max((a.dhash ^ b.dhash).bit_count(), (a.phash ^ b.phash).bit_count())
            for a in mine
            for b in theirs
        ),
        default=None,
    )


def _likeness(bits: int) -> float:
    share = (OTHER_SCREEN - bits) / (OTHER_SCREEN - SAME_SCREEN)
    return max(0.0, min(share, 1.0))


def _same(mine: str | None, theirs: str | None) -> bool:
    return mine is not None and mine == theirs


def _same_sender(look: Look, other: Look) -> bool:
    return (
        other.feedback_id != look.feedback_id
        and (other.app, other.tester_key, other.build) == (look.app, look.tester_key, look.build)
        and abs(other.at - look.at) <= AROUND
    )


def _has_room(look: Look, chain: Sequence[Look]) -> bool:
    times = [look.at, *(other.at for other in chain)]
    return len(chain) < MOST_IN_CHAIN and max(times) - min(times) <= LONGEST_CHAIN


def _rank(found: Comparison) -> tuple[bool, float]:
    return (found.joins, found.score)


def _by_score(like: Likeness) -> float:
    return like.score
