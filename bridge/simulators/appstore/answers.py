"""The envelopes around resources: one, or a page of several."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from bridge.simulators.appstore.query import Query, narrow


def one(
    request: web.Request,
    resource: dict[str, Any],
    *,
    origin: str,
    query: Query | None = None,
    included: Iterable[dict[str, Any]] = (),
    status: int = 200,
) -> web.Response:
    """Return a single resource."""
    document: dict[str, Any] = {"data": narrow(resource, query) if query else resource}
    if query and query.include:
        document["included"] = [narrow(each, query) for each in included]
    document["links"] = {"self": f"{origin}{request.rel_url}"}
    return _json(document, status=status)


def several(
    request: web.Request,
    resources: Sequence[dict[str, Any]],
    *,
    origin: str,
    query: Query,
    total: int,
    following: str | None = None,
    included: Iterable[dict[str, Any]] = (),
) -> web.Response:
    """Return one page of a list, with the link to the next if there is one."""
    document: dict[str, Any] = {"data": [narrow(each, query) for each in resources]}
    if query.include:
        unique = {(each["type"], each["id"]): each for each in included}
        document["included"] = [narrow(each, query) for each in unique.values()]
    paging: dict[str, Any] = {"total": total, "limit": query.limit}
    document["links"] = {"self": f"{origin}{request.rel_url}"}
    if following is not None:
        paging["nextCursor"] = following
        document["links"]["next"] = f"{origin}{request.rel_url.update_query(cursor=following)}"
    document["meta"] = {"paging": paging}
    return _json(document)


def _json(document: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(document), status=status, content_type="application/json")
