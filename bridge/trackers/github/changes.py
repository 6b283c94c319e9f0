"""Which issues changed: one conditional request a repository.

The list comes newest change first. Oldest first, an issue that changes while pages are read moves
the others up across a page's end, where they are missed; and news would be on the last page, while
the first one's ETag, which is all that we ask with, stays as it was.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, cast

from bridge.clock import Clock
from bridge.errors import Forbidden, Gone
from bridge.model import IssueRef
from bridge.trackers.base import Changes
from bridge.trackers.github.client import Client, entries
from bridge.trackers.github.documents import Issue
from bridge.trackers.github.repositories import path_of

SKEW = timedelta(minutes=10)
"""So much may our clock be ahead of GitHub's, from which the first look starts."""
OVERLAP = timedelta(minutes=2)
"""So much is looked at again: the list can come from a replica that is behind."""
MOST_PAGES = 10
"""Of a hundred issues; after more changes than that all count as changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a repository was looked at."""

    since: datetime
    """All changes before were seen."""
    etag: str | None = None
    """Of the list's first page since then."""

    @classmethod
    def read(cls, data: object) -> "Mark | None":
        """Return a mark that `table` wrote, None if it is anything else."""
        if not isinstance(data, dict):
            return None
        table = cast("Mapping[str, Any]", data)
        etag = table.get("etag")
        try:
            since = datetime.fromisoformat(str(table.get("since")))
        except ValueError:
            return None
        if since.tzinfo is None:
            return None
        return cls(since=since, etag=etag if isinstance(etag, str) else None)

    @property
    def table(self) -> dict[str, str | None]:
        """What is kept of it."""
        return {"since": f"{self.since:%Y-%m-%dT%H:%M:%SZ}", "etag": self.etag}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a look at a repository found."""

    numbers: frozenset[int] | None
    """The issues that changed; None stands for all."""
    mark: Mark


class Watcher:
    """Asks what changed."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def changed(
        self, home: str, issues: Sequence[tuple[IssueRef, str, int]], mark: str
    ) -> Changes:
        """Return which of these issues (with repository and number) changed since the mark.

        A repository that an issue was moved to may be out of sight; `home` may not.
        """
        marks = read_marks(mark)
        found: dict[str, frozenset[int] | None] = {}
        for repository in dict.fromkeys([home, *(place for _, place, _ in issues)]):
            try:
                news = await self._look(repository, marks.get(repository))
            except (Gone, Forbidden):
                if repository == home:
                    raise
                found[repository] = frozenset()
            else:
                found[repository], marks[repository] = news.numbers, news.mark
        changed = [
            issue
            for issue, repository, number in issues
            if (numbers := found[repository]) is None or number in numbers
        ]
        return Changes(issues=tuple(changed), mark=write_marks(marks))

    async def _look(self, repository: str, mark: Mark | None) -> News:
        """Return what changed in a repository since the mark; all, without a request, if None."""
        if mark is None:
            return News(numbers=None, mark=Mark(since=self._clock.now().astimezone(UTC) - SKEW))
        query = f"state=all&sort=updated&direction=desc&per_page=100&since={mark.table['since']}"
        doing = f"the changed issues of {repository}"
        path = f"{path_of(repository, 'issues')}?{query}"
        answer = await self._client.get(path, doing=doing, expect={304}, etag=mark.etag)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return News(numbers=frozenset(), mark=mark)
        etag = answer.headers.get("etag")
        found = [Issue.read(entry) for entry in entries(answer, doing=doing)]
        following, n_pages = self._client.following(answer), 1
        while following and n_pages < MOST_PAGES:
            answer = await self._client.get(following, doing=doing)
            found += [Issue.read(entry) for entry in entries(answer, doing=doing)]
            following, n_pages = self._client.following(answer), n_pages + 1
        since = max([mark.since, *(issue.updated_at - OVERLAP for issue in found)])
        numbers = None if following else frozenset(issue.number for issue in found)
        # An ETag belongs to one address, and `since` is part of it.
        kept = etag if since == mark.since else None
        return News(numbers=numbers, mark=Mark(since=since, etag=kept))


def read_marks(mark: str) -> dict[str, Mark]:
    """Return what is kept of each repository; nothing where the mark is empty or strange."""
    try:
        table = json.loads(mark)
    except ValueError:
        return {}
    if not isinstance(table, dict):
        return {}
    found = {name: Mark.read(data) for name, data in cast("dict[str, Any]", table).items()}
    return {name: kept for name, kept in found.items() if kept is not None}


def write_marks(marks: Mapping[str, Mark]) -> str:
    """Return the marks as text."""
    return json.dumps({name: mark.table for name, mark in marks.items()}, separators=(",", ":"))
