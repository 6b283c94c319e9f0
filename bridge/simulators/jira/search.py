"""Search: `search/jql` on Cloud, `search` on a server, both through an index that may lag."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, cast

from aiohttp import web

from bridge.simulators.jira import jql
from bridge.simulators.jira.access import Desk, json_body, listed, refusal, whole
from bridge.simulators.jira.site import Issue

LARGEST_PAGE = 5000
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full "
    "migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


class Search:
    """The two search endpoints, each by GET and POST."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._site = desk.site

    async def by_token(self, request: web.Request) -> web.Response:
        """Answer a page and the token of the next one; no total, and only ids by default."""
        if not self._site.cloud:
            raise refusal(404, "null for uri: search/jql")
        asked = await _asked(request, default_fields="id")
        found = self._run(asked)
        start, size = _offset(asked.get("nextPageToken")), _size(asked)
        page = found[start : start + size]
        answer: dict[str, Any] = {"issues": self._shown(request, page, asked), "isLast": True}
        if start + size < len(found):
            token = base64.urlsafe_b64encode(f"from:{start + size}".encode()).decode()
            answer |= {"isLast": False, "nextPageToken": token}
        return web.json_response(answer)

    async def by_count(self, request: web.Request) -> web.Response:
        """Answer a page from `startAt` and the total; gone from Cloud since 2025."""
        if self._site.cloud:
            raise refusal(410, _REMOVED)
        asked = await _asked(request, default_fields="*navigable")
        found = self._run(asked)
        start, size = int(asked.get("startAt") or 0), _size(asked)
        return web.json_response(
            {
                "startAt": start,
                "maxResults": size,
                "total": len(found),
                "issues": self._shown(request, found[start : start + size], asked),
            }
        )

    def _run(self, asked: Mapping[str, Any]) -> list[Issue]:
        site = self._site
        projects = site.projects if site.may("BROWSE_PROJECTS") else {}
        query = str(asked.get("jql") or "")
        try:
            return jql.run(query, site.indexed(), projects=projects, now=site.now())
        except jql.BadQuery as bad:
            raise refusal(400, str(bad)) from None

    def _shown(
        self, request: web.Request, issues: list[Issue], asked: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        fields = cast("list[str]", asked["fields"])
        properties = cast("list[str]", asked.get("properties") or [])
        if len(properties) > 5:  # noqa: PLR2004 - the document's number
            raise refusal(400, "At most 5 properties can be asked for.")
        documents = self._desk.documents(request)
        return [documents.issue(i, fields=fields, properties=properties) for i in issues]


async def _asked(request: web.Request, *, default_fields: str) -> dict[str, Any]:
    if request.method == "POST":
        body = await json_body(request)
        return {**body, "fields": body.get("fields") or [default_fields]}
    return {
        **request.query,
        "maxResults": whole(request, "maxResults", 50),
        "fields": listed(request, "fields", default_fields),
        "properties": listed(request, "properties", ""),
    }


def _size(asked: Mapping[str, Any]) -> int:
    most = asked.get("maxResults")
    return min(most if isinstance(most, int) else 50, LARGEST_PAGE)


def _offset(token: object) -> int:
    if not token:
        return 0
    try:
        words = base64.urlsafe_b64decode(str(token)).decode()
        return int(words.removeprefix("from:"))
    except (binascii.Error, ValueError):
        raise refusal(400, "The nextPageToken is invalid or expired.") from None
