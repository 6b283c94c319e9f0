"""Finds an issue again whose create got no answer.

GitHub's search index lags by seconds to minutes, and its list can come from a replica that is
behind (seen: 15 to 30 seconds, minutes in a bad night). So the list by creation is read without
any filter, down to the fence; then the numbers that it doesn't show are asked for one by one:
they are given out in order, and shared with pull requests.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, cast

from bridge.errors import Unreadable
from bridge.model import Fence, Marker
from bridge.trackers.github.body import is_marked
from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Issue
from bridge.trackers.github.repositories import path_of

MISSES = 5
"""So many numbers in a row that don't exist mean that the newest issue was passed."""
MOST_GAPS = 100
"""At most so many numbers between listed ones are asked for; mostly they are deleted issues."""

_NEWEST_FIRST = "state=all&sort=created&direction=desc"


async def newest_number(client: Client, repository: str) -> int:
    """Return the highest issue number that the list shows; 0 where there is none."""
    path = f"{path_of(repository, 'issues')}?{_NEWEST_FIRST}&per_page=1"
    answer = await client.get(path, doing=f"the newest issue of {repository}")
    if not isinstance(answer.data, list):
        raise Unreadable(f"GitHub's list of the issues of {repository} is no list")
    listed = cast("list[Any]", answer.data)
    return Issue.read(listed[0]).number if listed else 0


async def find(client: Client, repository: str, marker: Marker, since: Fence) -> Issue | None:
    """Return the issue above the fence that starts with the marker; the lowest of several."""
    seen: set[int] = set()
    found: list[Issue] = []
    async for issue in _listed(client, repository, since):
        seen.add(issue.number)
        if _is_ours(issue, marker):
            found.append(issue)
    newest = max(seen, default=since.number)
    gaps = [n for n in range(since.number + 1, newest) if n not in seen]
    for number in gaps[-MOST_GAPS:]:
        issue, _ = await _probe(client, repository, number)
        if issue is not None and _is_ours(issue, marker):
            found.append(issue)
    later = _beyond(client, repository, newest)
    found.extend([issue async for issue in later if _is_ours(issue, marker)])
    return min(found, key=lambda issue: issue.number, default=None)


def _is_ours(issue: Issue, marker: Marker) -> bool:
    return not issue.is_pull_request and is_marked(issue.body, marker)


async def _listed(client: Client, repository: str, since: Fence) -> AsyncGenerator[Issue]:
    path = f"{path_of(repository, 'issues')}?{_NEWEST_FIRST}&per_page=100"
    async with aclosing(client.pages(path, doing=f"the issues of {repository}")) as pages:
        async for page in pages:
            for issue in map(Issue.read, page):
                if issue.number <= since.number:
                    return
                yield issue


async def _beyond(client: Client, repository: str, newest: int) -> AsyncGenerator[Issue]:
    """Yield the issues with numbers above the newest listed one."""
    number, misses = newest, 0
    while misses < MISSES:
        number += 1
        issue, there = await _probe(client, repository, number)
        misses = 0 if there else misses + 1
        if issue is not None:
            yield issue


async def _probe(client: Client, repository: str, number: int) -> tuple[Issue | None, bool]:
    """Return the issue with this number, and whether the number was given out at all."""
    answer = await client.get(
        path_of(repository, "issues", number),
        doing=f"the issue #{number} of {repository}",
        expect={404, 410},
    )
    if answer.status == HTTPStatus.OK:
        return Issue.read(answer.data), True
    return None, answer.status == HTTPStatus.GONE  # deleted, so it was there
