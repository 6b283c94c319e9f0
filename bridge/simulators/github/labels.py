"""Labels of the simulated GitHub: a repository's, and those on an issue."""

from collections.abc import Callable
from typing import Any, cast

from aiohttp import web

from bridge.simulators.github.access import Access, Refusal, invalid
from bridge.simulators.github.documents import Documents
from bridge.simulators.github.fields import LABEL_LIMIT, json_object, label_name
from bridge.simulators.github.issues import find_issue, find_repository, page, writable
from bridge.simulators.github.state import Issue, Repository, World


class Labels:
    """The handlers."""

    def __init__(self, world: World, access: Access, documents: Callable[[], Documents]) -> None:
        self._world = world
        self._access = access
        self._documents = documents

    def add_routes(self, app: web.Application) -> None:
        """Add the API's paths."""
        repo, guard, router = "/repos/{owner}/{repo}", self._access.guard, app.router
        router.add_get(f"{repo}/labels", guard(self.list_all))
        router.add_post(f"{repo}/labels", guard(self.make, right="issues"))
        router.add_get(repo + "/labels/{name}", guard(self.get))
        on_issue = repo + "/issues/{number:\\d+}/labels"
        router.add_get(on_issue, guard(self.list_on_issue))
        router.add_post(on_issue, guard(self.add, right="issues"))
        router.add_delete(on_issue + "/{name}", guard(self.remove, right="issues"))

    async def list_all(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        documents = self._documents()
        labels = [documents.label(repository, label) for label in repository.labels.values()]
        return page(request, documents.base, labels)

    async def get(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        label = repository.labels.get(request.match_info["name"].lower())
        if label is None:
            raise Refusal(404, "Not Found")
        return web.json_response(self._documents().label(repository, label))

    async def make(self, request: web.Request) -> web.Response:
        repository = writable(self._world, request)
        if not repository.push:
            raise Refusal(404, "Not Found")
        asked = await json_object(request)
        name = str(asked.get("name") or "")
        if not name:
            raise invalid("Label", "name", "missing_field")
        if len(name) > LABEL_LIMIT:
            raise invalid("Label", "name", "invalid")
        if name.lower() in repository.labels:
            raise invalid("Label", "name", "already_exists")
        color, about = str(asked.get("color", "ededed")), asked.get("description")
        label = self._world.add_label(repository, name, color, about)
        document = self._documents().label(repository, label)
        return web.json_response(document, status=201, headers={"Location": document["url"]})

    async def list_on_issue(self, request: web.Request) -> web.Response:
        repository, documents = find_repository(self._world, request), self._documents()
        issue = find_issue(repository, request, documents)
        return page(request, documents.base, _shown(documents, repository, issue))

    async def add(self, request: web.Request) -> web.Response:
        repository, documents = writable(self._world, request), self._documents()
        issue = find_issue(repository, request, documents)
        if not repository.push:
            raise Refusal(403, "Must have push access to add labels to this issue.")
        asked = cast("list[Any]", (await json_object(request)).get("labels") or [])
        self._world.label(repository, issue.number, *(label_name(entry) for entry in asked))
        return web.json_response(_shown(documents, repository, issue))

    async def remove(self, request: web.Request) -> web.Response:
        """Take a label off; 404 where the issue doesn't have it. Names match in any case."""
        repository, documents = writable(self._world, request), self._documents()
        issue = find_issue(repository, request, documents)
        wanted = request.match_info["name"].lower()
        left = [name for name in issue.labels if name.lower() != wanted]
        if len(left) == len(issue.labels):
            raise Refusal(404, "Label does not exist")
        if not repository.push:
            raise Refusal(403, "Must have push access to remove labels from this issue.")
        issue.labels, issue.updated_at = left, self._world.now()
        return web.json_response(_shown(documents, repository, issue))


def _shown(documents: Documents, repository: Repository, issue: Issue) -> list[dict[str, Any]]:
    return [documents.label(repository, repository.labels[name.lower()]) for name in issue.labels]
