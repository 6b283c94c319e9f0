"""What the simulated GitHub takes as an issue's fields, and how it refuses the rest."""

from typing import Any, cast

from aiohttp import web

from bridge.simulators.github.access import Refusal, invalid
from bridge.simulators.github.state import Repository

TITLE_LIMIT = 256
BODY_LIMIT = 65_536
LABEL_LIMIT = 50
MOST_ASSIGNEES = 10


async def json_object(request: web.Request) -> dict[str, Any]:
    """Return a request's body; raises Refusal (400) if it is no JSON object."""
    try:
        value = await request.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refusal(400, "Problems parsing JSON")
    return cast("dict[str, Any]", value)


def check_title(title: object) -> str:
    """Return a title; raises Refusal (422)."""
    text = "" if title is None else str(title)
    if not text.strip():
        raise invalid("Issue", "title", "missing_field")
    if len(text) > TITLE_LIMIT:
        raise _too_long("Issue", "title", TITLE_LIMIT)
    return text


def check_body(resource: str, body: object) -> str | None:
    """Return a body; raises Refusal (422)."""
    if body is None:
        return None
    if len(str(body)) > BODY_LIMIT:
        raise _too_long(resource, "body", BODY_LIMIT)
    return str(body)


def checked_fields(repository: Repository, asked: dict[str, Any]) -> dict[str, Any]:
    """Return labels, assignees and milestone as far as they are asked for; raises Refusal (422)."""
    fields: dict[str, Any] = {}
    if asked.get("labels") is not None:
        fields["labels"] = [label_name(entry) for entry in asked["labels"]]
    if asked.get("assignees") is not None:
        unknown = [n for n in asked["assignees"] if n not in repository.assignable]
        if unknown:
            raise invalid("Issue", "assignees", "invalid", value=unknown)
        fields["assignees"] = list(asked["assignees"])[:MOST_ASSIGNEES]
    if asked.get("milestone") is not None:
        number = int(asked["milestone"])
        if number not in repository.milestones:
            raise invalid("Issue", "milestone", "invalid", value=number)
        fields["milestone"] = number
    return fields


def label_name(entry: object) -> str:
    """Return the name in a string or an object; raises Refusal (422)."""
    name = str(cast("dict[str, Any]", entry)["name"] if isinstance(entry, dict) else entry)
    if len(name) > LABEL_LIMIT:
        raise invalid("Label", "name", "invalid")
    return name


def _too_long(resource: str, field: str, limit: int) -> Refusal:
    message = f"{field} is too long (maximum is {limit} characters)"
    return invalid(resource, field, "custom", message=message)
