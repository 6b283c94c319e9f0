"""A route's fields for GitHub: labels, assignees, milestone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from bridge.errors import Misconfigured

KNOWN = ("labels", "assignees", "milestone")
MOST_ASSIGNEES = 10
"""GitHub's own limit: the REST description of "Add assignees to an issue"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What an issue should get beside its title and body."""

    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    """A title or a number."""


def read_fields(fields: Mapping[str, Any]) -> Fields:
    """Return a route's fields, checked; raises `Misconfigured` naming the field that is wrong."""
    for name in fields:
        if name not in KNOWN:
            near = get_close_matches(name, KNOWN, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(KNOWN)}"
            raise Misconfigured(f"GitHub issues have no field {name!r}; {hint}")
    milestone = _strings("milestone", fields.get("milestone"))
    if len(milestone) > 1:
        raise Misconfigured("fields.milestone is one title or number")
    return Fields(
        labels=_strings("labels", fields.get("labels")),
        assignees=tuple(n.lstrip("@") for n in _strings("assignees", fields.get("assignees"))),
        milestone=milestone[0] if milestone else None,
    )


def _strings(name: str, value: object) -> tuple[str, ...]:
    """Return one or several strings, stripped, without empty ones and without repeats."""
    values = cast("Sequence[object]", value if isinstance(value, list | tuple) else (value,))
    found: dict[str, str] = {}
    for item in values:
        if item is None:
            continue
        if isinstance(item, bool) or not isinstance(item, str | int):
            raise Misconfigured(f"fields.{name} takes text, not {type(item).__name__}")
        if text := " ".join(str(item).split()):
            found.setdefault(text.lower(), text)
    return tuple(found.values())
