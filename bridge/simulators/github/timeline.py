"""What happened to an issue of the simulated GitHub, by REST and by the one GraphQL question of it.

By REST a `marked_as_duplicate` event doesn't say of what; by GraphQL its `canonical` does.
"""

from collections.abc import Callable
from typing import Any, cast

from aiohttp import web

from bridge.simulators.github.access import Access
from bridge.simulators.github.documents import BOT, Documents, stamp
from bridge.simulators.github.fields import json_object
from bridge.simulators.github.issues import find_issue, find_repository, page
from bridge.simulators.github.state import Event, Issue, Repository, World


class Timeline:
    """The handlers."""

    def __init__(self, world: World, access: Access, documents: Callable[[], Documents]) -> None:
        self._world = world
        self._access = access
        self._documents = documents
        self.has_graphql = True
        """Whether `/graphql` is there at all."""

    def add_routes(self, app: web.Application) -> None:
        """Add the API's paths."""
        path = "/repos/{owner}/{repo}/issues/{number:\\d+}/timeline"
        app.router.add_get(path, self._access.guard(self.timeline))
        app.router.add_post("/graphql", self._access.guard(self.graphql))

    async def timeline(self, request: web.Request) -> web.Response:
        repository, documents = find_repository(self._world, request), self._documents()
        issue = find_issue(repository, request, documents)
        happened: list[tuple[Any, dict[str, Any]]] = [
            (
                (said.created_at, said.id),
                {
                    **documents.comment(repository, issue, said),
                    "event": "commented",
                    "actor": documents.user(BOT),
                },
            )
            for said in issue.comments
        ]
        happened += [
            ((event.created_at, event.id), self._event(documents, repository, event))
            for event in issue.events
        ]
        ordered = sorted(happened, key=lambda pair: pair[0])
        return page(request, documents.base, [document for _, document in ordered])

    async def graphql(self, request: web.Request) -> web.Response:
        """Answer what the issue in the variables was last marked as a duplicate of."""
        if not self.has_graphql:
            return web.json_response({"message": "Not Found"}, status=404)
        asked = cast("dict[str, Any]", (await json_object(request)).get("variables") or {})
        repository = self._world.repository(f"{asked.get('owner')}/{asked.get('name')}")
        issue = repository.issues.get(int(asked.get("number", 0))) if repository else None
        if issue is None or issue.deleted:
            missing = {"type": "NOT_FOUND", "message": "Could not resolve to an Issue."}
            return web.json_response({"data": {"repository": None}, "errors": [missing]})
        nodes = {"nodes": self._marks(issue)}
        return web.json_response({"data": {"repository": {"issue": {"timelineItems": nodes}}}})

    def _marks(self, issue: Issue) -> list[dict[str, Any]]:
        marks = [event.canonical for event in issue.events if event.canonical is not None]
        return [
            {"canonical": {"number": number, "repository": {"nameWithOwner": name}}}
            for name, number in marks[-1:]
        ]

    def _event(self, documents: Documents, repository: Repository, event: Event) -> dict[str, Any]:
        url = f"{documents.base}/repos/{repository.name}/issues/events/{event.id}"
        return {
            "id": event.id,
            "node_id": f"EV_{event.id}",
            "url": url,
            "actor": documents.user(BOT),
            "event": event.kind,
            "commit_id": None,
            "commit_url": None,
            "created_at": stamp(event.created_at),
            "performed_via_github_app": None,
            "state_reason": event.reason,
        }
