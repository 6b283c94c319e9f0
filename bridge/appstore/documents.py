"""Apple's answers, checked when they are read: nothing is used before its type is known.

Every attribute may be missing or null, whatever the API's own description says. What is there and
of the wrong type raises `Unreadable` with its path, such as `data.attributes.createdDate`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, cast

from bridge.errors import Unreadable

Json: TypeAlias = Mapping[str, object]

LARGEST_NUMBER = 2**63 - 1  # what the store can hold; Apple's own limit is 2**53 - 1
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = (
    (dict, "an object"),
    (list, "a list"),
    (str, "another text"),
    (bool, "true or false"),
    (int | float, "another number"),
)
_MOST_DIGITS = 19  # of 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of a document."""

    type: str
    id: str
    attributes: Json
    relationships: Json
    at: str
    """Its path in the document, for messages."""

    def related(self, name: str) -> str | None:
        """Return the id of the one resource that a relationship points at, if it says so."""
        at = f"{self.at}.relationships"
        relationship = table(self.relationships, name, at=at)
        data = table(relationship, "data", at=f"{at}.{name}")
        return text(data, "id", at=f"{at}.{name}.data")


def identifier(value: str, *, what: str) -> str:
    """Return an id that is safe in a URL's path; `Unreadable` if it can't be one of Apple's."""
    if _ID.fullmatch(value) is None:
        raise Unreadable(f"{value[:40]!r} is no id of {what}")
    return value


def resource(document: Json, kind: str) -> Resource:
    """Return the document's one resource, which must be of this type."""
    return _resource(_required(document, "data"), "data", kind)


def resources(document: Json, kind: str) -> tuple[Resource, ...]:
    """Return the resources of a list, which must all be of this type."""
    return tuple(
        _resource(value, f"data[{number}]", kind)
        for number, value in enumerate(items(document, "data", at=""))
    )


def included(document: Json, kind: str, wanted: str | None) -> Resource | None:
    """Return the included resource of this type and id, if it is there."""
    for number, value in enumerate(items(document, "included", at="")):
        at = f"included[{number}]"
        if value is None or wanted is None:
            continue
        each = as_table(value, at)
        if (each.get("type"), each.get("id")) == (kind, wanted):
            return _resource(each, at, kind)
    return None


def next_link(document: Json) -> str | None:
    """Return `links.next`, which is missing on the last page."""
    return text(table(document, "links", at=""), "next", at="links")


def table(owner: Json, name: str, *, at: str) -> Json:
    """Return an object, empty where there is none."""
    value = owner.get(name)
    return {} if value is None else as_table(value, _path(at, name))


def as_table(value: object, at: str) -> Json:
    """Return `value` if it is an object."""
    if not isinstance(value, dict):
        raise _unreadable(at, "an object", value)
    return cast("dict[str, object]", value)


def items(owner: Json, name: str, *, at: str) -> list[object]:
    """Return a list, empty where there is none."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _unreadable(_path(at, name), "a list", value)
    return cast("list[object]", value)


def raw_text(owner: Json, name: str, *, at: str) -> str | None:
    """Return a text as it came, but for lone surrogates, which no encoding can hold."""
    value = owner.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _unreadable(_path(at, name), "a text", value)
    return _SURROGATE.sub("\ufffd", value)


def text(owner: Json, name: str, *, at: str) -> str | None:
    """Return a text that any store and any encoding can hold: U+FFFD for NUL and surrogates."""
    value = raw_text(owner, name, at=at)
    return None if value is None else value.replace("\0", "\ufffd")


def whole(owner: Json, name: str, *, at: str) -> int | None:
    """Return a whole number, also where it is written as a text or with a fraction of zero."""
    value = _number(owner.get(name))
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
        raise _unreadable(_path(at, name), "a whole number", value)
    return value


def flag(owner: Json, name: str, *, at: str) -> bool | None:
    """Return true or false."""
    value = owner.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise _unreadable(_path(at, name), "true or false", value)


def moment(owner: Json, name: str, *, at: str) -> datetime | None:
    """Return a time in UTC, from ISO 8601 with any offset and 0 to 9 digits of a second.

    What is finer than a microsecond is dropped; a time without an offset is UTC.
    """
    value = text(owner, name, at=at)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        if found.tzinfo is None:
            return found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _unreadable(_path(at, name), "a time", value) from error


def _resource(value: object, at: str, kind: str) -> Resource:
    found = as_table(value, at)
    if found.get("type") != kind:
        raise _unreadable(f"{at}.type", f"'{kind}'", found.get("type"))
    name = _required(found, "id", at=at)
    if not isinstance(name, str):
        raise _unreadable(f"{at}.id", "a text", name)
    return Resource(
        type=kind,
        id=name,
        attributes=table(found, "attributes", at=at),
        relationships=table(found, "relationships", at=at),
        at=at,
    )


def _number(value: object) -> object:
    is_digits = isinstance(value, str) and value.isascii() and value.isdecimal()
    if isinstance(value, str):
        return int(value) if is_digits and len(value) <= _MOST_DIGITS else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _required(owner: Json, name: str, *, at: str = "") -> object:
    value = owner.get(name)
    if value is None:
        raise Unreadable(f"App Store Connect's answer has no {_path(at, name)}")
    return value


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _unreadable(path: str, wanted: str, value: object) -> Unreadable:
    # Only the type is told: the value may be a tester's words or address.
    found = next((name for kind, name in _KINDS if isinstance(value, kind)), "null")
    return Unreadable(f"App Store Connect's answer has {found} at {path}, not {wanted}")
