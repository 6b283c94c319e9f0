"""GitHub's documents, as far as we read them, checked when they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, cast

from bridge.errors import Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository as it is now."""

    name: str
    """`owner/name`; another than was asked for if it was renamed."""
    url: str
    """Its page."""
    private: bool
    has_issues: bool
    archived: bool
    default_branch: str
    can_push: bool | None
    """What the user behind the token may; None where GitHub doesn't say, as for some Apps."""

    @classmethod
    def read(cls, data: Any) -> Self:
        """Return the repository in an answer; raises `Unreadable`."""
        table = _table(data, "a repository")
        permissions = table.get("permissions")
        push = (
            cast("Mapping[str, Any]", permissions).get("push")
            if isinstance(permissions, Mapping)
            else None
        )
        return cls(
            name=_text(table, "full_name"),
            url=_text(table, "html_url"),
            private=table.get("private") is True,
            has_issues=table.get("has_issues") is not False,
            archived=table.get("archived") is True,
            default_branch=_text(table, "default_branch"),
            can_push=push if isinstance(push, bool) else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue, or a pull request, which GitHub lists among them."""

    id: int
    number: int
    repository: str
    """`owner/name`."""
    url: str
    """Its page."""
    title: str
    body: str
    open: bool
    reason: str | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    milestone: int | None
    is_pull_request: bool

    @classmethod
    def read(cls, data: Any) -> Self:
        """Return the issue in an answer; raises `Unreadable`."""
        table = _table(data, "an issue")
        milestone = table.get("milestone")
        closed = table.get("closed_at")
        return cls(
            id=_number(table, "id"),
            number=_number(table, "number"),
            repository=_text(table, "repository_url").rpartition("/repos/")[2],
            url=_text(table, "html_url"),
            title=_text(table, "title"),
            body=str(table.get("body") or ""),
            open=table.get("state") == "open",
            reason=cast("str | None", table.get("state_reason")),
            closed_at=_time(closed) if closed else None,
            created_at=_time(table.get("created_at")),
            updated_at=_time(table.get("updated_at")),
            labels=_names(table.get("labels"), "name"),
            assignees=_names(table.get("assignees"), "login"),
            milestone=_number(milestone, "number") if isinstance(milestone, Mapping) else None,
            is_pull_request=table.get("pull_request") is not None,
        )


def read_sha(data: Any) -> str:
    """Return the `sha` of a git object in an answer; raises `Unreadable`."""
    return _text(_table(data, "a git object"), "sha")


def _table(data: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise Unreadable(f"GitHub answered with something that is not {what}")
    return cast("Mapping[str, Any]", data)


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        raise Unreadable(f"GitHub's answer has no {key}")
    return value


def _number(data: Any, key: str) -> int:
    value = _table(data, "what it should be").get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"GitHub's answer has no {key}")
    return value


def _time(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Unreadable("GitHub's answer has a time that can't be read")
    return at


def _names(values: object, key: str) -> tuple[str, ...]:
    """Return the names in a list of objects; labels may be plain strings, says the description."""
    if not isinstance(values, list):
        return ()
    found = [
        cast("Mapping[str, Any]", v).get(key) if isinstance(v, Mapping) else v
        for v in cast("list[object]", values)
    ]
    return tuple(name for name in found if isinstance(name, str))
