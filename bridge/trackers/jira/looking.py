"""Finding our own issue again: by the keys above the fence, then by the time of creation.

Reading an issue by its key doesn't go through Jira's search index, which lags by "a few seconds to
minutes" (developer.atlassian.com, "Search and reconcile"); so the keys come first. A text search
for the marker is never made: it is tokenised, and lags as well.
"""

import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.errors import Gone, Misconfigured, Transient
from bridge.model import Fence, Marker
from bridge.trackers.jira.answers import number, rows, table, text
from bridge.trackers.jira.block import split
from bridge.trackers.jira.client import Connection
from bridge.trackers.jira.failures import JiraRefused

PROPERTY = "feedback-bridge"
PAGE = 100  # the most that bulkfetch takes
MOST_PAGES = 200
GAPS = 20  # keys in a row that lead nowhere, before we believe that there is nothing above
SKEW = 10  # minutes that Jira's clock may differ from ours, and some more
FIELDS = ("description", "created")


class Search:
    """Looks for issues on one Jira, Cloud or Data Center."""

    def __init__(self, jira: Connection, *, cloud: bool) -> None:
        self._jira = jira
        self._cloud = cloud

    async def highest(self, project: str) -> int:
        """Return the project's highest issue number that the index knows, 0 if it has none.

        Raises `Misconfigured` if there is no such project for this account.
        """
        try:
            found = [
                issue
                async for issue in self.query(f'project = "{project}" ORDER BY key DESC', most=1)
            ]
        except JiraRefused as refused:
            raise Misconfigured(
                f"Jira knows no project {project} that this account may see (route field "
                f"`project`): {refused.complaint.sentence}"
            ) from None
        return max((number_of(text(issue.get("key"))) for issue in found), default=0)

    async def by_key(self, marker: Marker, since: Fence) -> Mapping[str, Any] | None:
        """Return the first issue with a key above the fence that holds the marker."""
        pages = self._bulk(since) if self._cloud else self._singly(since)
        async for issues in pages:
            if found := first_with(marker, issues):
                return found
        return None

    async def by_time(
        self, marker: Marker, since: Fence, *, now: datetime
    ) -> Mapping[str, Any] | None:
        """Return the lowest issue created since the fence that holds the marker.

        The time is relative to Jira's now, since JQL reads dates in the account's time zone.
        """
        minutes = math.ceil(max(0.0, (now - since.at).total_seconds()) / 60) + SKEW
        jql = f'project = "{since.scope}" AND created >= "-{minutes}m" ORDER BY created ASC'
        issues = [issue async for issue in self.query(jql, most=PAGE * MOST_PAGES)]
        return first_with(marker, sorted(issues, key=lambda i: number_of(text(i.get("key")))))

    async def _bulk(self, since: Fence) -> AsyncIterator[list[dict[str, Any]]]:
        """Read a hundred keys at a time, until a whole page of them leads nowhere."""
        for page in range(MOST_PAGES):
            start = since.number + 1 + page * PAGE
            body = {
                "issueIdsOrKeys": [f"{since.scope}-{n}" for n in range(start, start + PAGE)],
                "fields": list(FIELDS),
                "properties": [PROPERTY],
            }
            answer = await self._jira.ask("issue/bulkfetch", body, doing="read issues by key")
            issues = rows(table(answer).get("issues"))
            if not issues:
                return
            yield sorted(issues, key=lambda issue: number_of(text(issue.get("key"))))
        raise _endless(since)

    async def _singly(self, since: Fence) -> AsyncIterator[list[dict[str, Any]]]:
        """Read one key after the other, until many in a row lead nowhere (Data Center)."""
        gaps = 0
        for n in range(since.number + 1, since.number + 1 + PAGE * MOST_PAGES):
            key = f"{since.scope}-{n}"
            try:
                issue = await self._jira.get(
                    f"issue/{key}",
                    params={"fields": ",".join(FIELDS), "properties": PROPERTY},
                    doing=f"read {key}",
                )
            except Gone:
                gaps += 1
                if gaps >= GAPS:
                    return
            else:
                gaps = 0
                yield [table(issue)]
        raise _endless(since)

    async def query(
        self,
        jql: str,
        *,
        most: int,
        fields: Sequence[str] = FIELDS,
        properties: Sequence[str] = (PROPERTY,),
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield what a bounded query finds, at most `most` and the rest of a page.

        Cloud has `search/jql`, whose pages are chained by tokens; its `search` answers 410 since
        2025 (CHANGE-2046). Data Center has only `search`, whose pages are counted. Raises
        `JiraRefused` for a query that Jira won't have, as one that names a project that is gone.
        """
        body: dict[str, Any] = {"jql": jql, "maxResults": min(most, PAGE), "fields": list(fields)}
        if properties:
            body["properties"] = list(properties)
        seen = 0
        while seen < most:
            path = "search/jql" if self._cloud else "search"
            answer = table(await self._jira.ask(path, body, doing="list issues"))
            issues = rows(answer.get("issues"))
            for issue in issues:
                yield issue
            seen += len(issues)
            token = text(answer.get("nextPageToken"))
            total = number(answer.get("total"))
            if not issues or (not token if self._cloud else total is not None and seen >= total):
                return
            body |= {"nextPageToken": token} if self._cloud else {"startAt": seen}


def first_with(marker: Marker, issues: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the first issue whose property or description holds the marker's key."""
    for issue in issues:
        kept = text(table(table(issue.get("properties")).get(PROPERTY)).get("marker"))
        if kept:
            # Only we can write it, so that it says whose issue this is, whatever the text holds.
            if f"{kept} ".startswith(f"{marker.key} "):
                return issue
            continue
        if split(text(table(issue.get("fields")).get("description")), marker):
            return issue
    return None


def number_of(key: str) -> int:
    """Return 211 for `SUN-211`, 0 for what is no key."""
    _, _, number = key.rpartition("-")
    return int(number) if number.isascii() and number.isdigit() else 0


def _endless(since: Fence) -> Transient:
    return Transient(
        f"Jira showed more than {PAGE * MOST_PAGES} issues above {since.scope}-{since.number} "
        "without an end; the search for our issue is tried again later."
    )
