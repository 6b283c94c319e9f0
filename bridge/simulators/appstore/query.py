"""Query parameters as the service reads them: include, fields, filter, sort, limit and cursor."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from bridge.simulators.appstore.errors import bad_parameter

MOST = 200  # the largest `limit`
_NAMED = re.compile(r"(fields|filter|limit)\[([\w.]+)\]")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The parameters of one request, checked."""

    include: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    filters: Mapping[str, tuple[str, ...]]
    sort: str | None
    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What an endpoint takes."""

    include: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    pages: bool = False


def read_query(request: web.Request, allowed: Allowed) -> Query:
    """Return the request's parameters; a 400 as the live service words it for any it won't have."""
    fields: dict[str, tuple[str, ...]] = {}
    filters: dict[str, tuple[str, ...]] = {}
    plain: dict[str, str] = {}
    for name, value in request.query.items():
        found = _NAMED.fullmatch(name)
        if found is None:
            plain[name] = value
        elif found[1] == "fields":
            fields[found[2]] = tuple(value.split(","))
        elif found[1] == "filter":
            if found[2] not in allowed.filters:
                raise bad_parameter(name, f"'{found[2]}' is not a valid filter type")
            filters[found[2]] = tuple(value.split(","))
    return Query(
        include=_include(plain.pop("include", ""), allowed),
        fields=fields,
        filters=filters,
        sort=_sort(plain.pop("sort", None), allowed),
        limit=_limit(plain.pop("limit", None)),
        cursor=_rest(plain, allowed),
    )


def _include(value: str, allowed: Allowed) -> tuple[str, ...]:
    names = tuple(name for name in value.split(",") if name)
    for name in names:
        if name not in allowed.include:
            raise bad_parameter("include", f"The relationship '{name}' cannot be included")
    return names


def _sort(value: str | None, allowed: Allowed) -> str | None:
    if value is not None and value not in allowed.sort:
        raise bad_parameter("sort", f"'{value}' is not a valid sort for this request")
    return value


def _limit(value: str | None) -> int:
    if value is None:
        return 50
    if not value.isdecimal() or not 1 <= int(value) <= MOST:
        raise bad_parameter("limit", f"'{value}' is not a limit between 1 and {MOST}")
    return int(value)


def _rest(plain: dict[str, str], allowed: Allowed) -> str | None:
    cursor = plain.pop("cursor", None) if allowed.pages else None
    for name in plain:
        raise bad_parameter(name, f"The parameter '{name}' can not be used with this request")
    return cursor


def page(items: Sequence[Item], query: Query, *, epoch: int) -> tuple[Sequence[Item], str | None]:
    """Return the items that the cursor points at, and the cursor of the next page if there is one.

    A cursor of an older `epoch` is refused as an expired one is.
    """
    start = 0
    if query.cursor is not None:
        start = _position(query.cursor, epoch)
    end = start + query.limit
    following = _cursor(end, epoch) if end < len(items) else None
    return items[start:end], following


def _cursor(position: int, epoch: int) -> str:
    return base64.urlsafe_b64encode(f"{epoch}:{position}".encode()).decode().rstrip("=")


def _position(cursor: str, epoch: int) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        made, position = (int(part) for part in text.split(":"))
    except ValueError:
        made, position = -1, 0
    if made != epoch:
        raise bad_parameter("cursor", f"'{cursor}' is not a valid cursor for this request")
    return position


def narrow(resource: dict[str, Any], query: Query) -> dict[str, Any]:
    """Return the resource with only the fields that were asked for of its type."""
    wanted = query.fields.get(resource["type"])
    if wanted is None:
        return resource
    kept = dict(resource)
    for part in ("attributes", "relationships"):
        if part in resource:
            kept[part] = {name: value for name, value in resource[part].items() if name in wanted}
    if not kept.get("relationships"):
        kept.pop("relationships", None)
    return kept
