"""Regressions: whether a problem is back after its issue was closed as completed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.grouping.versions import newest, order
from bridge.model import (
    CloseReason,
    History,
    IssueState,
    IssueStatus,
    KnownBuild,
    News,
    NewsKind,
    Occurrence,
)

LONG_AGO = timedelta(days=90)
"""After a closing that old an issue is not opened again: the problem gets a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A problem that came back."""

    closing: datetime
    """When its issue was closed."""
    occurrences: tuple[Occurrence, ...]
    """Those in newer builds, oldest first."""

    @property
    def news(self) -> News:
        """What a comment says of it: the first newer build that it was met in."""
        first = self.occurrences[0]
        return News(
            kind=NewsKind.REGRESSION,
            value=first.build or first.version or "a newer build",
            since=f"{self.closing:%Y-%m-%d}",
        )


def closing_of(state: IssueState, history: History) -> datetime | None:
    """Return when an issue was closed as completed; None if it wasn't.

    Where the tracker doesn't say when, it is when we first saw it closed.
    """
    if state.status is not IssueStatus.CLOSED:
        return None
    if state.reason not in (None, CloseReason.COMPLETED):
        return None
    return state.closed_at or history.seen_at


def regression(
    closing: datetime, occurrences: Sequence[Occurrence], builds: Sequence[KnownBuild]
) -> Regression | None:
    """Return what came back since an issue was closed, by these occurrences, oldest first.

    Back is what occurs in a build that was uploaded after the closing, unless its marketing
    version is lower than that of the newest build of then: an old line that is still looked after
    never had the fix. A build whose upload date nobody knows tells nothing.
    """
    back = tuple(o for o in occurrences if _is_newer(o, closing, builds))
    return Regression(closing=closing, occurrences=back) if back else None


def dated(occurrence: Occurrence, builds: Sequence[KnownBuild]) -> Occurrence:
    """Return the occurrence with its build's upload date, if another one of the app knows it."""
    if occurrence.build_uploaded_at is not None or occurrence.build is None:
        return occurrence
    same = (
        known.uploaded_at
        for known in builds
        if (known.version, known.build) == (occurrence.version, occurrence.build)
        and known.platform in (None, occurrence.platform)
    )
    return replace(occurrence, build_uploaded_at=min(same, default=None))


def _is_newer(occurrence: Occurrence, closing: datetime, builds: Sequence[KnownBuild]) -> bool:
    uploaded = dated(occurrence, builds).build_uploaded_at
    if uploaded is None or uploaded <= closing:
        return False
    then = newest(builds, platform=occurrence.platform, until=closing)
    if then is None or occurrence.version is None:
        return True
    return order(occurrence.version) >= order(then.version)
