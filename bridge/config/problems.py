"""Words what pydantic found wrong, for the person who wrote the file."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bridge.config.source import Place, Source

_WORDS = {
    "missing": "is missing",
    "string_type": "should be text",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "dict_type": "should be a table",
    "mapping_type": "should be a table",
    "model_type": "should be a table",
    "tuple_type": "should be a list, in [ ]",
    "list_type": "should be a list, in [ ]",
    "too_short": "needs at least one",
    "string_too_short": "is empty",
}
CUTOFF = 0.6  # how like two words are that may be meant for each other
_SHOULD_BE = "should be "
_CHOICE = re.compile(r"'([^']+)'")


def note_problems(
    source: Source, error: ValidationError, schema: Mapping[str, Any], *, under: Place = ()
) -> None:
    """Add each error of a validation to the source's problems.

    `schema` is the validated model's JSON Schema, from which the right keys are known; `under` is
    where the validated value stood.
    """
    details = [(_place(d["loc"], schema), d) for d in error.errors(include_url=False)]
    misspelt = {(*place[:-1], _meant(place, schema)) for place, d in details if _is_unknown(d)}
    told: dict[Place, list[str]] = {}
    for place, detail in details:
        inner = any(len(p) > len(place) and p[: len(place)] == place for p, _ in details)
        # What holds something wrong is not wrong itself, and a misspelt key is not missing.
        if inner or (detail["type"] == "missing" and place in misspelt):
            continue
        text = _unknown(place, schema) if _is_unknown(detail) else _text(detail, place, schema)
        told.setdefault(place, []).append(text)
    for place, texts in told.items():
        source.problem((*under, *place), _together(texts))


def nearest(word: str, words: Iterable[str]) -> str:
    """Return `, did you mean X?` or an empty text."""
    found = get_close_matches(word, list(words), n=1, cutoff=CUTOFF)
    return f", did you mean {found[0]}?" if found else ""


def _together(texts: Iterable[str]) -> str:
    """Return one sentence of what several kinds of value that are right here say."""
    unique = list(dict.fromkeys(texts))
    if len(unique) > 1 and all(text.startswith(_SHOULD_BE) for text in unique):
        return _SHOULD_BE + ", or ".join(text.removeprefix(_SHOULD_BE) for text in unique)
    return "; ".join(unique)


def _text(detail: ErrorDetails, place: Place, schema: Mapping[str, Any]) -> str:
    kind, message, value = detail["type"], detail["msg"], detail.get("input")
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return "this is read as a number; write it in quotes"
    if kind in ("value_error", "assertion_error"):
        return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if kind == "string_pattern_mismatch" and (shown := _example(place, schema)):
        return f"should look like {shown}"
    words = _WORDS.get(kind) or re.sub(r"^(Input|String) ", "", message)
    return words + nearest(str(value), _CHOICE.findall(message))


def _example(place: Place, schema: Mapping[str, Any]) -> str | None:
    shown = _at(schema, place, schema).get("examples")
    return str(shown[0]) if shown else None


def _is_unknown(detail: ErrorDetails) -> bool:
    return detail["type"] == "extra_forbidden"


def _meant(place: Place, schema: Mapping[str, Any]) -> str:
    """Return the setting whose name is nearest to an unknown one, or an empty text."""
    known = _keys(_at(schema, place[:-1], schema))
    return next(iter(get_close_matches(str(place[-1]), known, n=1, cutoff=CUTOFF)), "")


def _unknown(place: Place, schema: Mapping[str, Any]) -> str:
    known = _keys(_at(schema, place[:-1], schema))
    text = f"there is no such setting{nearest(str(place[-1]), known)}"
    return text if not known or "did you mean" in text else f"{text}; there are: {', '.join(known)}"


def _place(loc: Iterable[str | int], schema: Mapping[str, Any]) -> Place:
    """Return the place without pydantic's own steps (`[key]`, names of union members)."""
    place: list[str | int] = []
    for part in loc:
        if part == "[key]":
            continue
        node = _at(schema, tuple(place), schema)
        if isinstance(part, str) and "anyOf" in node and not _has(node, part, schema):
            continue
        place.append(part)
    return tuple(place)


def _has(node: Mapping[str, Any], part: str, schema: Mapping[str, Any]) -> bool:
    return any(
        part in cast("Mapping[str, Any]", choice.get("properties", {}))
        or isinstance(choice.get("additionalProperties"), Mapping)
        for choice in _choices(node, schema)
    )


def _keys(node: Mapping[str, Any]) -> list[str]:
    return list(cast("Mapping[str, Any]", node.get("properties", {})))


def _choices(node: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [_resolved(choice, schema) for choice in node.get("anyOf", [node])]


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    return cast("Mapping[str, Any]", schema["$defs"][reference.rpartition("/")[2]])


def _at(node: Mapping[str, Any], place: Place, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of what stands at `place`; an empty one where it says nothing."""
    node = _resolved(node, schema)
    for part in place:
        found: Mapping[str, Any] = {}
        for choice in _choices(node, schema):
            inner = _step(choice, part)
            if inner is not None:
                found = _resolved(inner, schema)
                break
        node = found
    return node


def _step(node: Mapping[str, Any], part: str | int) -> Mapping[str, Any] | None:
    if isinstance(part, int):
        items = node.get("items")
        return cast("Mapping[str, Any]", items) if isinstance(items, Mapping) else None
    properties = cast("Mapping[str, Any]", node.get("properties", {}))
    if part in properties:
        return cast("Mapping[str, Any]", properties[part])
    more = node.get("additionalProperties")
    return cast("Mapping[str, Any]", more) if isinstance(more, Mapping) else None
