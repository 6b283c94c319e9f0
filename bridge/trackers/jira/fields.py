"""A route's fields as Jira's, and which of them can be left out when Jira refuses them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from bridge.errors import Misconfigured
from bridge.trackers.jira.failures import Complaint, quotable

TITLE_LIMIT = 254  # Jira: "Summary must be less than 255 characters."
LABEL_LIMIT = 255
NEEDED = ("project", "issuetype", "summary", "description")
_ROUTE = (
    "project", "issue_type", "priority", "components", "labels", "assignee", "affects_versions",
    "fix_versions", "custom",
)  # fmt: skip
_SYSTEM = (
    "duedate", "environment", "fixVersions", "parent", "reporter", "security", "timetracking",
    "versions",
)  # fmt: skip
_CUSTOM = re.compile(r"customfield_\d+")
_OURS = {"summary": "title", "title": "title", "description": "body"}
_LISTS = {"components": "components", "affects_versions": "versions", "fix_versions": "fixVersions"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a new issue should be, in Jira's terms."""

    project: str
    issue_type: str
    optional: Mapping[str, Any]
    """By Jira's field id: what the issue may also do without."""

    def fields(self, *, title: str, description: str) -> dict[str, Any]:
        """Return the `fields` of a create."""
        return {
            "project": {"key": self.project},
            "issuetype": _named(self.issue_type),
            "summary": title,
            "description": description,
            **self.optional,
        }


def project_of(fields: Mapping[str, Any]) -> str:
    """Return the project's key; `Misconfigured` if the route doesn't name a possible one."""
    key = _required(fields, "project", "the key of a Jira project, such as SUN")
    if not _PROJECT.fullmatch(key):
        raise Misconfigured(
            f"The route's field `project` is {quotable(key)!r}; it must be a project's key, such "
            "as SUN, not its name."
        )
    return key


def read_fields(fields: Mapping[str, Any], *, cloud: bool) -> Wanted:
    """Return a route's rendered fields in Jira's terms. Empty values are left out.

    Raises `Misconfigured`, naming the field, if `project` or `issue_type` is missing or a field
    is one that the templates own.
    """
    optional: dict[str, Any] = {}
    custom = _custom(fields.get("custom"))
    for name, value in {**fields, **custom}.items():
        if name in _OURS or name not in custom:
            _known(name)
        if name in ("project", "issue_type", "custom") or _empty(value):
            continue
        field_id, wanted = _field(name, value, cloud=cloud)
        if not _empty(wanted):
            optional[field_id] = wanted
    return Wanted(
        project=project_of(fields),
        issue_type=_required(fields, "issue_type", "the name of an issue type, such as Bug"),
        optional=optional,
    )


def give_way(wanted: Wanted, complaint: Complaint) -> tuple[Wanted, tuple[str, ...]] | None:
    """Return what is left without the fields that Jira refused, and a note on each.

    Of a list only the values that Jira names are left out. None if Jira complains of anything that
    an issue can't do without.
    """
    if not complaint.errors or not set(complaint.errors) <= set(wanted.optional):
        return None
    optional = dict(wanted.optional)
    notes: list[str] = []
    for name, why in complaint.errors.items():
        kept, refused = _without(optional.pop(name), why)
        if kept:
            optional[name] = kept
        notes.append(f"Left out: {name} {_shown(refused)}. Jira: {quotable(why)}")
    left = Wanted(project=wanted.project, issue_type=wanted.issue_type, optional=optional)
    return left, tuple(notes)


def title_line(title: str) -> str:
    """Return the title on one line, cut to what Jira takes, which counts UTF-16 units."""
    line = " ".join(_CONTROL.sub(" ", title).split())
    if _units(line) <= TITLE_LIMIT:
        return line
    while _units(line) > TITLE_LIMIT - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _units(line: str) -> int:
    return len(line.encode("utf-16-le", "surrogatepass")) // 2


def _known(name: str) -> None:
    """Raise `Misconfigured` unless the name is a route's field or one of Jira's field ids."""
    if name in _OURS:
        raise Misconfigured(
            f"The route's field `{name}` is not allowed: the issue's {_OURS[name]} comes from the "
            "template."
        )
    if name in (*_ROUTE, *_SYSTEM) or _CUSTOM.fullmatch(name):
        return
    near = get_close_matches(name, (*_ROUTE, *_SYSTEM), n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    raise Misconfigured(
        f"The route's field `{name}` is not known.{hint} A Jira tracker knows {', '.join(_ROUTE)}, "
        "and any of Jira's field ids below `custom`."
    )


def _required(fields: Mapping[str, Any], name: str, what: str) -> str:
    value = fields.get(name)
    if isinstance(value, str | int) and str(value).strip():
        return str(value).strip()
    raise Misconfigured(f"The route's field `{name}` is missing: a Jira tracker needs {what}.")


def _custom(value: object) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    raise Misconfigured("The route's field `custom` must be a table, {customfield_10010: …}.")


def _field(name: str, value: Any, *, cloud: bool) -> tuple[str, Any]:
    """Return a field's id and its value as Jira wants it; unknown names go through as they are."""
    if name in _LISTS:
        return _LISTS[name], [_named(item) for item in _list(value)]
    if name == "labels":
        return name, _labels(value)
    if name == "priority" and isinstance(value, str | int):
        return name, _named(str(value))
    if name == "assignee" and isinstance(value, str):
        return name, {"accountId" if cloud else "name": value.strip()}
    return name, value


def _named(value: Any) -> Any:
    """Return how Jira refers to a thing: by id if it is a number, else by name."""
    if not isinstance(value, str | int):
        return value
    words = str(value).strip()
    return {"id": words} if words.isascii() and words.isdigit() else {"name": words}


def _list(value: Any) -> list[Any]:
    items = list(cast("Sequence[Any]", value)) if isinstance(value, list | tuple) else [value]
    return [item for item in items if not _empty(item)]


def _labels(value: Any) -> list[str]:
    """Return the labels, each once; Jira allows no spaces in them."""
    labels = ["-".join(str(item).split())[:LABEL_LIMIT] for item in _list(value)]
    return list(dict.fromkeys(label for label in labels if label))


def _empty(value: Any) -> bool:
    return value is None or value in ([], {}, ()) or (isinstance(value, str) and not value.strip())


def _without(value: Any, why: str) -> tuple[list[Any], Any]:
    """Split a list into the values that a refusal doesn't name, and those that it does."""
    if not isinstance(value, list):
        return [], value
    items = cast("list[Any]", value)
    refused = [item for item in items if _name(item) and f"'{_name(item)}'" in why]
    return ([item for item in items if item not in refused], refused) if refused else ([], items)


def _name(item: Any) -> str:
    if isinstance(item, Mapping):
        found = cast("Mapping[str, Any]", item)
        return str(next(iter(found.values()), ""))
    return str(item)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(quotable(_name(item)) for item in cast("list[Any]", value))
    if isinstance(value, Mapping) and len(cast("Mapping[str, Any]", value)) == 1:
        return quotable(_name(value))
    return quotable(value if isinstance(value, str) else json.dumps(value, default=str))
