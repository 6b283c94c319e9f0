"""The part of JQL that finds issues by project, key, times, label and reporter."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bridge.simulators.jira.site import Issue, Project

_ORDER = re.compile(r"\s+ORDER\s+BY\s+(?P<by>.+)$", re.IGNORECASE | re.DOTALL)
_SORT = re.compile(
    r"(?P<field>key|issuekey|created|updated)(?:\s+(?P<way>ASC|DESC))?", re.IGNORECASE
)
_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_CLAUSE = re.compile(
    r"""(?P<field>\w+)\s*(?P<op>>=|<=|=|>|<)\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[\w.()-]+))"""
)
_IN = re.compile(r"project\s+in\s*\((?P<values>[^()]+)\)", re.IGNORECASE)
_AGO = re.compile(r"-(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Test = Callable[[Issue], bool]


class BadQuery(ValueError):
    """A query that the site refuses; the message is what it says."""


def run(
    query: str, issues: Sequence[Issue], *, projects: dict[str, Project], now: datetime
) -> list[Issue]:
    """Return the issues that the query finds, in its order. Raises `BadQuery`."""
    where, order = query.strip(), None
    if found := _ORDER.search(f" {where}"):
        where, order = where[: max(0, found.start() - 1)].strip(), found["by"].strip()
    if not where:
        raise BadQuery(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your "
            "query."
        )
    tests = [_test(part.strip(), projects, now) for part in _AND.split(where)]
    chosen = [issue for issue in issues if all(test(issue) for test in tests)]
    return _sorted(chosen, order)


def _test(clause: str, projects: dict[str, Project], now: datetime) -> Test:
    if listed := _IN.fullmatch(clause):
        return _in_any(listed["values"], projects)
    found = _CLAUSE.fullmatch(clause)
    if found is None:
        raise BadQuery(f"Error in the JQL Query: '{clause}' can't be read.")
    value = found["quoted"] if found["quoted"] is not None else found["bare"]
    match found["field"].lower(), found["op"]:
        case "project", "=":
            return _in_project(value, projects)
        case "labels", "=":
            return lambda issue: value in issue.fields.get("labels", [])
        case "reporter", "=" if value == "currentUser()":
            return lambda _: True
        case "created" | "updated" as name, ">=":
            # JQL has whole minutes: a time is the start of its minute.
            since = _time(value, now).replace(second=0, microsecond=0)
            return lambda issue: getattr(issue, name) >= since
        case field, op:
            raise BadQuery(f"The operator '{op}' is not supported by the '{field}' field.")


def _in_any(values: str, projects: dict[str, Project]) -> Test:
    tests = [_in_project(value.strip().strip('"'), projects) for value in values.split(",")]
    return lambda issue: any(test(issue) for test in tests)


def _in_project(value: str, projects: dict[str, Project]) -> Test:
    project = next((p for p in projects.values() if value in (p.key, p.name, p.id)), None)
    if project is None:
        raise BadQuery(f"The value '{value}' does not exist for the field 'project'.")
    return lambda issue: issue.project is project


def _time(value: str, now: datetime) -> datetime:
    if found := _AGO.fullmatch(value):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    raise BadQuery(f"Date value '{value}' is invalid.")


def _sorted(issues: list[Issue], order: str | None) -> list[Issue]:
    if order is None:
        return sorted(issues, key=lambda issue: issue.created, reverse=True)
    found = _SORT.fullmatch(order)
    if found is None:
        raise BadQuery(f"Error in the JQL Query: it can't be ordered by '{order}'.")
    field = found["field"].lower()
    down = (found["way"] or "ASC").upper() == "DESC"
    numbered = sorted(issues, key=lambda issue: issue.number, reverse=down)
    if field == "updated":
        return sorted(numbered, key=lambda issue: issue.updated, reverse=down)
    if field == "created":
        return sorted(numbered, key=lambda issue: issue.created, reverse=down)
    return numbered
