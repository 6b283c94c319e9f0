"""What an issue's group does next, by what people did in the tracker and what testers met. Pure.

One step at a time: each changes the ledger, the tracker or both so that, done again after a
process died in it, nothing is doubled; then the next is asked for, of what is there then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.grouping.milestones import begun, has_begun, may_tell_at, untold
from bridge.grouping.regression import LONG_AGO, closing_of, regression
from bridge.model import (
    CloseReason,
    Group,
    History,
    IssueRef,
    IssueState,
    IssueStatus,
    KnownBuild,
    News,
    NewsKind,
    Occurrence,
)
from bridge.routes import OnRegression

DELETED = "the issue was deleted in the tracker"
NOT_THE_SAME = "testflight: not the same"
MUTE = "testflight: mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a step is chosen by."""

    group: Group
    occurrences: Sequence[Occurrence]
    """Oldest first."""
    state: IssueState
    """The issue as the tracker has it now."""
    builds: Sequence[KnownBuild]
    """Of the app."""
    on_regression: OnRegression
    duplicated: str | None = None
    """The group of ours whose issue this one was closed as a duplicate of, if it is another."""
    unlabel: bool = True
    """Whether labels can be taken off; one that can't is passed over once it was acted on."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep what was seen of the issue."""

    history: History


@dataclass(frozen=True, slots=True)
class Freeze:
    """Leave the issue alone from now on; feedback is counted."""

    why: str


@dataclass(frozen=True, slots=True)
class Follow:
    """The issue is elsewhere now."""

    to: IssueRef


@dataclass(frozen=True, slots=True)
class TakeApart:
    """Let these occurrences be a group of their own."""

    occurrences: tuple[Occurrence, ...]
    keys: tuple[str, ...]
    """By which what is like them will find them, and not the group that they were in."""


@dataclass(frozen=True, slots=True)
class Unlabel:
    """Take a label off, because it was acted on."""

    label: str


@dataclass(frozen=True, slots=True)
class MergeInto:
    """Let another group take over this one, whose issue people closed as its duplicate."""

    group_id: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Begin a comment: keep what it says. What is kept is then `Post`ed."""

    history: History


@dataclass(frozen=True, slots=True)
class Post:
    """Post the comment that was begun."""

    news: tuple[News, ...]
    reopen: bool
    """Whether by opening the issue again."""


@dataclass(frozen=True, slots=True)
class Renew:
    """Let the group be filed anew, with these occurrences, and its old issue stay closed."""

    occurrences: tuple[Occurrence, ...]
    closing: datetime


@dataclass(frozen=True, slots=True)
class Write:
    """Nothing is to be done but to write our block."""

    again_at: datetime | None = None
    """When something that must wait may be said."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Do nothing: the issue may not be edited now."""


Step = (
    Remember
    | Freeze
    | Follow
    | TakeApart
    | Unlabel
    | MergeInto
    | Tell
    | Post
    | Renew
    | Write
    | Rest
)


def next_step(now: Situation) -> Step:
    """Return what is to be done first; `Write` and `Rest` are the last."""
    return _of_its_place(now) or _of_what_is_new(now) or _of_people(now) or _of_testers(now)


def _of_its_place(now: Situation) -> Step | None:
    if now.state.status is IssueStatus.GONE:
        return Rest() if now.group.frozen else Freeze(DELETED)
    if now.state.moved_to is not None:
        return Follow(now.state.moved_to)
    return None


def _of_what_is_new(now: Situation) -> Step | None:
    seen = looked(now.group.history, now.state, at=now.now)
    if not has_begun(seen):  # filed by a version that knew no milestones
        seen = begun(seen, now.occurrences)
    return Remember(seen) if seen != now.group.history else None


def _of_people(now: Situation) -> Step | None:
    """Return what people asked for by closing and labels."""
    if now.duplicated is not None and now.state.reason is CloseReason.DUPLICATE:
        return MergeInto(now.duplicated)
    apart = _apart(now)
    if apart is not None:
        return apart
    if now.group.frozen or now.group.history.muted:
        return Rest()
    undone = label_like(NOT_THE_SAME, now.state.labels)
    return Unlabel(undone) if undone is not None and now.unlabel else None


def looked(history: History, state: IssueState, *, at: datetime) -> History:
    """Return the history with what a look at the issue told."""
    if (history.seen, history.seen_reason) != (state.status, state.reason):
        history = replace(history, seen=state.status, seen_reason=state.reason, seen_at=at)
    return replace(
        history,
        muted=label_like(MUTE, state.labels) is not None,
        undone=history.undone and label_like(NOT_THE_SAME, state.labels) is not None,
    )


def label_like(label: str, labels: Sequence[str]) -> str | None:
    """Return a label as the issue has it; case, spaces, hyphens and the like are no difference.

    Jira's labels hold no spaces, so that people write `testflight:not-the-same` there.
    """
    return next((each for each in labels if _letters(each) == _letters(label)), None)


def _letters(label: str) -> str:
    return re.sub(r"[\s_:-]+", "", label).casefold()


def _apart(now: Situation) -> TakeApart | None:
    """Return what people want out: the newest crash that the issue showed when we last wrote it.

    What came since can't be meant, unless the issue shows nothing else. The last one stays.
    """
    history, group = now.group.history, now.group
    if history.undone or label_like(NOT_THE_SAME, now.state.labels) is None:
        return None
    later = _others_than(now.occurrences[0], now.occurrences) if now.occurrences else ()
    if not later:
        return None
    shown = [o for o in later if group.updated_at is not None and o.at <= group.updated_at]
    newest = (shown or later)[-1]
    apart = tuple(o for o in now.occurrences if o not in _others_than(newest, now.occurrences))
    stay = [o for o in now.occurrences if o not in apart]
    keys = [key for o in apart for key in _own_keys(o)]
    theirs = {key for o in stay for key in _own_keys(o)}
    return TakeApart(apart, tuple(dict.fromkeys(key for key in keys if key not in theirs)))


def _others_than(one: Occurrence, all_: Sequence[Occurrence]) -> Sequence[Occurrence]:
    """Return those that are not the same crash."""
    return [
        other
        for other in all_
        if other.feedback_id != one.feedback_id
        and (one.incident is None or other.incident != one.incident)
    ]


def _own_keys(occurrence: Occurrence) -> Sequence[str]:
    return [key for key in (occurrence.incident, occurrence.exact) if key]


def _of_testers(now: Situation) -> Step:
    """Return what is to be said of what testers met."""
    history = now.group.history
    is_closed = now.state.status is IssueStatus.CLOSED
    if history.telling and is_closed and not _is_still_so(now):
        return Remember(replace(history, telling=(), reopening=False, closing=None))
    if history.telling:
        # Who closed it again meanwhile, for whatever reason, has the last word.
        as_it_was = not is_closed or closing_of(now.state, history) == history.closing
        return Post(history.telling, reopen=history.reopening and as_it_was)
    if is_closed:
        return _when_closed(now)
    news = untold(history, now.occurrences)
    may_at = may_tell_at(history)
    if news and may_at is not None and now.now < may_at:
        return Write(again_at=may_at)
    return Tell(replace(history, telling=news)) if news else Write()


def _when_closed(now: Situation) -> Step:
    """Return what a closed issue needs: nothing, unless it was fixed and the problem is back."""
    history = now.group.history
    closing = closing_of(now.state, history)
    found = closing and regression(closing, now.occurrences, now.builds)
    if not found:
        return Write()
    if history.closing == found.closing:
        # Feedback may still find the old group, as the follow-up of one that stayed in it.
        return Renew(found.occurrences, found.closing) if history.succeeded_by else Write()
    long_ago = now.now - found.closing >= LONG_AGO
    if now.on_regression is OnRegression.NEW_LINKED or long_ago:
        return Renew(found.occurrences, found.closing)
    reopen = now.on_regression is OnRegression.REOPEN
    began = replace(history, telling=(found.news,), closing=found.closing, reopening=reopen)
    return Tell(began)


def _is_still_so(now: Situation) -> bool:
    """Return whether what was begun to be said is still to be said of an issue that is closed.

    Milestones are for open ones, and people may have taken out what came back.
    """
    history = now.group.history
    back = history.closing and regression(history.closing, now.occurrences, now.builds)
    return bool(back) and any(n.kind is NewsKind.REGRESSION for n in history.telling)
