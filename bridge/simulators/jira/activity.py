"""What happens to issues: comments, transitions, links."""

from typing import Any, cast

from aiohttp import web

from bridge.simulators.jira import adf
from bridge.simulators.jira.access import Desk, json_body, refusal, whole
from bridge.simulators.jira.rules import TEXT_LIMIT
from bridge.simulators.jira.site import (
    LINK_TYPES,
    RESOLUTIONS,
    STATUSES,
    Comment,
    Issue,
    Status,
)

LARGEST_PAGE = 100
_TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."


class Activity:
    """The endpoints for comments, transitions and links."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._site = desk.site

    async def comments(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        start = whole(request, "startAt", 0)
        size = min(whole(request, "maxResults", 50), LARGEST_PAGE)
        ordered = list(issue.comments)
        if request.query.get("orderBy") == "-created":
            ordered.reverse()
        documents = self._desk.documents(request)
        return web.json_response(
            {
                "startAt": start,
                "maxResults": size,
                "total": len(ordered),
                "comments": [documents.comment(issue, c) for c in ordered[start : start + size]],
            }
        )

    async def add_comment(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        given = (await json_body(request)).get("body")
        self._desk.need("ADD_COMMENTS", "You do not have the permission to comment on this issue.")
        words = adf.to_text(given) if adf.is_document(given) else given
        if not isinstance(words, str) or not words.strip():
            raise refusal(400, errors={"comment": "Comment body can not be empty!"})
        if len(words) > TEXT_LIMIT:
            raise refusal(400, errors={"comment": _TOO_LONG})
        comment = Comment(id=self._site.new_id(), body=words, created=self._site.now())
        issue.comments.append(comment)
        issue.updated = comment.created
        self._site.mails[issue.key] += 1
        document = self._desk.documents(request).comment(issue, comment)
        return web.json_response(document, status=201)

    async def transitions(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        documents = self._desk.documents(request)
        with_fields = "transitions.fields" in request.query.get("expand", "")
        found: list[dict[str, Any]] = []
        for status in self._offered(issue):
            transition: dict[str, Any] = {
                "id": status.transition,
                "name": status.name,
                "to": documents.status(status),
                "hasScreen": status.category == "done",
                "isGlobal": True,
            }
            if with_fields:
                done = status.category == "done" and self._site.resolves
                transition["fields"] = {"resolution": _RESOLUTION} if done else {}
            found.append(transition)
        return web.json_response({"expand": "transitions", "transitions": found})

    async def transition(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        body = await json_body(request)
        wanted = cast("dict[str, Any]", body.get("transition") or {}).get("id")
        status = next((s for s in self._offered(issue) if s.transition == str(wanted)), None)
        if status is None:
            raise refusal(400, f"Transition id '{wanted}' is not valid for this issue.")
        self._site.pass_to(issue, status, _resolution(body))
        self._site.mails[issue.key] += 1
        return web.Response(status=204)

    async def link_types(self, request: web.Request) -> web.Response:
        documents = self._desk.documents(request)
        return web.json_response({"issueLinkTypes": [documents.link_type(i) for i in LINK_TYPES]})

    async def link(self, request: web.Request) -> web.Response:
        """Link `inwardIssue` –outward→ `outwardIssue`; the same link again changes nothing."""
        body = await json_body(request)
        if not self._site.may("LINK_ISSUES"):
            raise refusal(401, "No Link Issue Permission for issue")
        kind = cast("dict[str, Any]", body.get("type") or {})
        type_id = next((i for i, (n, *_) in LINK_TYPES.items() if kind.get("name") == n), None)
        if type_id is None:
            raise refusal(404, f"No issue link type with name '{kind.get('name')}' found.")
        source, target = (self._linked(body.get(end)) for end in ("inwardIssue", "outwardIssue"))
        self._site.link(type_id, source, target)
        return web.Response(status=201)

    def _offered(self, issue: Issue) -> list[Status]:
        """Return where the account may move the issue: none at all without the permission."""
        final = self._site.done_is_final and issue.status.category == "done"
        if final or not self._site.may("TRANSITION_ISSUES"):
            return []
        return [status for status in STATUSES if status is not issue.status]

    def _linked(self, value: Any) -> Issue:
        table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        issue = self._site.find(str(table.get("id") or table.get("key") or ""))
        if issue is None:
            raise refusal(404, "Issue does not exist or you do not have permission to see it.")
        return issue


_RESOLUTION = {
    "required": False,
    "schema": {"type": "resolution", "system": "resolution"},
    "name": "Resolution",
    "key": "resolution",
    "operations": ["set"],
    "allowedValues": [{"id": i, "name": name} for i, name in RESOLUTIONS.items()],
}


def _resolution(body: dict[str, Any]) -> str | None:
    fields = cast("dict[str, Any]", body.get("fields") or {})
    wanted = cast("dict[str, Any]", fields.get("resolution") or {})
    if not wanted:
        return None
    for resolution_id, name in RESOLUTIONS.items():
        if wanted.get("name") == name or wanted.get("id") == resolution_id:
            return resolution_id
    raise refusal(400, errors={"resolution": f"Resolution '{wanted.get('name')}' is not valid."})
