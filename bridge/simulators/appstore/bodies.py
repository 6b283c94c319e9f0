"""The bodies of writing requests, read as the service reads them."""

from collections.abc import Mapping
from typing import Any, cast

from aiohttp import web

from bridge.simulators.appstore.errors import unprocessable


async def data_of(request: web.Request, kind: str) -> Mapping[str, Any]:
    """Return the body's `data`, which must be of this type; a 422 if it is not."""
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise unprocessable("The request body is not a valid JSON document") from error
    data = table(table(body, "the body").get("data"), "data")
    if data.get("type") != kind:
        raise unprocessable(f"data.type must be '{kind}'")
    return data


def table(value: object, name: str) -> Mapping[str, Any]:
    """Return `value` if it is an object; a 422 if it is not."""
    if not isinstance(value, dict):
        raise unprocessable(f"{name} must be an object")
    return cast("dict[str, Any]", value)


def target(data: Mapping[str, Any], name: str, kind: str) -> str:
    """Return the id that a relationship of the body points at."""
    relationship = table(table(data.get("relationships"), "relationships").get(name), name)
    linkage = table(relationship.get("data"), f"{name}.data")
    identifier = linkage.get("id")
    if linkage.get("type") != kind or not isinstance(identifier, str):
        raise unprocessable(f"{name}.data must be a '{kind}' with an id")
    return identifier
