"""Milestones: what is worth a comment while an issue is open. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.grouping.summary import crashes, testers
from bridge.grouping.versions import order
from bridge.model import History, News, NewsKind, Occurrence

TESTERS = (10, 50, 100)
PAUSE = timedelta(days=1)
"""Between two comments on milestones."""
_BEGUN = "begun"  # in `History.told` once its issue's first state was noted


def begun(history: History, occurrences: Sequence[Occurrence]) -> History:
    """Note what is so when an issue is new, which is never news. May be said again."""
    return _told(history, _BEGUN, *(news.op for news in _reached(occurrences)))


def has_begun(history: History) -> bool:
    """Return whether it was noted what was so when the issue was new."""
    return _BEGUN in history.told


def untold(history: History, occurrences: Sequence[Occurrence]) -> tuple[News, ...]:
    """Return the milestones that were reached since we last said any; the highest of each kind.

    A version is news only if it is higher than all that were met before.
    """
    known = max((order(version) for version in _versions_told(history)), default=())
    highest: dict[NewsKind, News] = {}
    for news in _reached(occurrences):
        if news.kind is NewsKind.NEW_VERSION:
            is_new = order(news.value) > known
        else:
            is_new = news.op not in history.told
        if is_new:
            highest[news.kind] = news
    return tuple(highest.values())


def said(history: History, occurrences: Sequence[Occurrence], *, at: datetime | None) -> History:
    """Note that the comment in `history.telling` was posted then, and all that it makes old.

    `at` is None if it could not be posted, and is not to be tried again.
    """
    ops = [news.op for news in (*_reached(occurrences), *history.telling)]
    if at is not None:
        history = replace(history, told_at=at)
    return replace(_told(history, *ops), telling=(), reopening=False)


def may_tell_at(history: History) -> datetime | None:
    """Return when the next comment on milestones may be posted; None if there was none yet."""
    return None if history.told_at is None else history.told_at + PAUSE


def _reached(occurrences: Sequence[Occurrence]) -> Iterator[News]:
    """Yield every milestone of a group, lower ones first."""
    versions = {o.version for o in occurrences if o.version}
    for version in sorted(versions, key=lambda version: (order(version), version)):
        yield News(kind=NewsKind.NEW_VERSION, value=version)
    count = testers(crashes(occurrences))
    for number in TESTERS:
        if count >= number:
            yield News(kind=NewsKind.TESTERS, value=str(number))


def _versions_told(history: History) -> Iterable[str]:
    start = News(kind=NewsKind.NEW_VERSION, value="").op
    return (op.removeprefix(start) for op in history.told if op.startswith(start))


def _told(history: History, *ops: str) -> History:
    return replace(history, told=tuple(dict.fromkeys((*history.told, *ops))))
