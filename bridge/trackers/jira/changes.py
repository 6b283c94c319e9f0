"""Which issues changed: one search for all projects, by the time of their last update.

Jira has no ETags. JQL's times are whole minutes in the account's time zone, so the time is told as
minutes before Jira's own now. The index lags by "a few seconds to minutes"
(developer.atlassian.com, "Search and reconcile"), so each look reaches back before the last one,
and what the last one told of already is left out.
"""

import json
import math
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, cast

import structlog

from bridge.model import IssueRef
from bridge.trackers.base import Changes
from bridge.trackers.jira.answers import text
from bridge.trackers.jira.failures import JiraRefused
from bridge.trackers.jira.looking import Search

OVERLAP = 3  # minutes, of the whole minutes' rounding one
MOST = 1000  # after more changes than that all count as changed

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def changed(
    search: Search, issues: Sequence[IssueRef], mark: str, *, now: datetime
) -> Changes:
    """Return which of the issues were updated since the mark.

    The mark is a time of our clock, and which updates shortly before it were told of.
    """
    since, told = _read(mark)
    if since is None or not issues:
        return Changes(issues=tuple(issues), mark=_written(now, {}))
    minutes = math.ceil(max(0.0, (now - since).total_seconds()) / 60) + OVERLAP
    projects = sorted({issue.key.rpartition("-")[0] for issue in issues})
    found: dict[str, str] = {}
    news: set[str] = set()
    async for issue in _updated(search, projects, minutes):
        id_, key, at = text(issue.get("id")), text(issue.get("key")), _updated_at(issue)
        found[id_] = at
        if not at or told.get(id_) != at:
            news |= {id_, key}
        if len(found) >= MOST:
            return Changes(issues=tuple(issues), mark=_written(now, {}))
    touched = (issue for issue in issues if {issue.id, issue.key} & news)
    return Changes(issues=tuple(touched), mark=_written(now, found))


async def _updated(
    search: Search, projects: Sequence[str], minutes: int
) -> AsyncIterator[dict[str, Any]]:
    """Yield the updated issues of the projects; if Jira refuses, of each that it doesn't refuse.

    One project that is gone, or out of the account's sight, makes a query that names it invalid.
    """
    names = ", ".join(f'"{project}"' for project in projects)
    jql = f'project in ({names}) AND updated >= "-{minutes}m" ORDER BY updated DESC'
    try:
        async for issue in search.query(jql, most=MOST, fields=["updated"], properties=()):
            yield issue
    except JiraRefused as refused:
        if len(projects) == 1:
            log.warning("a jira project can't be searched", project=projects[0], why=str(refused))
            return
        for project in projects:
            async for issue in _updated(search, [project], minutes):
                yield issue


def _updated_at(issue: dict[str, Any]) -> str:
    fields = issue.get("fields")
    return text(cast("dict[str, Any]", fields).get("updated")) if isinstance(fields, dict) else ""


def _read(mark: str) -> tuple[datetime | None, dict[str, str]]:
    """Return the time in a mark (None if it is strange), and each update that was told of."""
    try:
        table = cast("dict[str, Any]", json.loads(mark))
        at = datetime.fromisoformat(str(table["at"]))
        told = {str(id_): str(when) for id_, when in table["told"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, {}
    return (at, told) if at.tzinfo else (None, {})


def _written(now: datetime, told: dict[str, str]) -> str:
    return json.dumps({"at": now.isoformat(), "told": told}, separators=(",", ":"))
