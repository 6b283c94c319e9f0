"""Issues, comments, labels, assignees and milestones of the simulated GitHub."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bridge.simulators.github.access import Access, Moved, Refusal, invalid
from bridge.simulators.github.documents import Documents
from bridge.simulators.github.fields import (
    LABEL_LIMIT,
    check_body,
    check_title,
    checked_fields,
    json_object,
)
from bridge.simulators.github.state import Comment, Issue, Repository, World

_STATE_REASONS = {"completed", "not_planned", "duplicate", "reopened"}


class Issues:
    """The handlers, and the lag of the lists' replicas."""

    def __init__(self, world: World, access: Access, documents: Callable[[], Documents]) -> None:
        self._world = world
        self._access = access
        self._documents = documents
        self.list_lag = 0.0
        """Seconds for which a new issue or comment isn't listed yet."""

    def add_routes(self, app: web.Application) -> None:
        """Add the API's paths."""
        repo, guard, router = "/repos/{owner}/{repo}", self._access.guard, app.router
        one = repo + "/issues/{number:\\d+}"
        router.add_get(repo, guard(self.repository))
        router.add_get(f"{repo}/issues", guard(self.list_issues))
        router.add_post(f"{repo}/issues", guard(self.create, right="issues"))
        router.add_get(one, guard(self.get))
        router.add_patch(one, guard(self.edit, right="issues"))
        router.add_get(f"{one}/comments", guard(self.list_comments))
        router.add_post(f"{one}/comments", guard(self.add_comment, right="issues"))
        router.add_get(f"{repo}/labels", guard(self.list_labels))
        router.add_post(f"{repo}/labels", guard(self.add_label, right="issues"))
        router.add_get(repo + "/labels/{name}", guard(self.get_label))
        router.add_get(repo + "/assignees/{login}", guard(self.assignee))
        router.add_get(f"{repo}/milestones", guard(self.list_milestones))

    async def repository(self, request: web.Request) -> web.Response:
        return web.json_response(
            self._documents().repository(find_repository(self._world, request))
        )

    async def list_issues(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        query = request.query
        issues = [i for i in repository.issues.values() if not i.deleted and not i.moved_to]
        issues = [i for i in issues if i.created_at <= self._listed_until()]
        if (state := query.get("state", "open")) != "all":
            issues = [i for i in issues if i.state == state]
        if wanted := {name.lower() for name in query.get("labels", "").split(",") if name}:
            issues = [i for i in issues if wanted <= {name.lower() for name in i.labels}]
        if since := query.get("since"):
            issues = [i for i in issues if i.updated_at >= datetime.fromisoformat(since)]
        by_update = query.get("sort", "created") == "updated"
        issues.sort(
            key=lambda i: (i.updated_at if by_update else i.created_at, i.number),
            reverse=query.get("direction", "desc") == "desc",
        )
        documents = self._documents()
        return page(request, documents.base, [documents.issue(repository, i) for i in issues])

    async def create(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        if not repository.has_issues:
            raise Refusal(410, "Issues has been disabled in this repository.")
        asked = await json_object(request)
        title, body = check_title(asked.get("title")), check_body("Issue", asked.get("body"))
        fields = checked_fields(repository, asked)
        issue = self._world.add_issue(repository, title, body)
        self._apply(repository, issue, fields)
        document = self._documents().issue(repository, issue)
        return web.json_response(document, status=201, headers={"Location": document["url"]})

    async def get(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        issue = self._issue(repository, request)
        return web.json_response(self._documents().issue(repository, issue))

    async def edit(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        issue = self._issue(repository, request)
        asked = await json_object(request)
        title = check_title(asked["title"]) if "title" in asked else issue.title
        body = check_body("Issue", asked["body"]) if "body" in asked else issue.body
        fields = checked_fields(repository, asked)
        self._set_state(repository, issue, asked)
        issue.title, issue.body = title, body
        self._apply(repository, issue, fields)
        issue.updated_at = self._world.now()
        return web.json_response(self._documents().issue(repository, issue))

    async def list_comments(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        issue = self._issue(repository, request)
        since = request.query.get("since")
        shown = [c for c in issue.comments if c.created_at <= self._listed_until()]
        if since:
            shown = [c for c in shown if c.created_at >= datetime.fromisoformat(since)]
        documents = self._documents()
        return page(
            request, documents.base, [documents.comment(repository, issue, c) for c in shown]
        )

    async def add_comment(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        issue = self._issue(repository, request)
        body = check_body("IssueComment", (await json_object(request)).get("body"))
        if not body:
            raise invalid("IssueComment", "body", "missing_field")
        now = self._world.now()
        comment = Comment(id=self._world.next_id(), body=body, created_at=now)
        issue.comments.append(comment)
        issue.updated_at = now
        document = self._documents().comment(repository, issue, comment)
        return web.json_response(document, status=201, headers={"Location": document["url"]})

    async def list_labels(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        documents = self._documents()
        labels = [documents.label(repository, label) for label in repository.labels.values()]
        return page(request, documents.base, labels)

    async def get_label(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        label = repository.labels.get(request.match_info["name"].lower())
        if label is None:
            raise Refusal(404, "Not Found")
        return web.json_response(self._documents().label(repository, label))

    async def add_label(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
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

    async def assignee(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        if request.match_info["login"] not in repository.assignable:
            raise Refusal(404, "Not Found")
        return web.Response(status=204)

    async def list_milestones(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        documents = self._documents()
        found = [documents.milestone(repository, m) for m in repository.milestones.values()]
        return page(request, documents.base, found)

    def _listed_until(self) -> datetime:
        return self._world.now() - timedelta(seconds=self.list_lag)

    def _writable(self, request: web.Request) -> Repository:
        repository = find_repository(self._world, request)
        if repository.archived:
            raise Refusal(403, "Repository was archived so is read-only.")
        return repository

    def _issue(self, repository: Repository, request: web.Request) -> Issue:
        issue = repository.issues.get(int(request.match_info["number"]))
        if issue is None:
            raise Refusal(404, "Not Found")
        if issue.deleted:
            raise Refusal(410, "This issue was deleted")
        if issue.moved_to is not None:
            name, number = issue.moved_to
            tail = request.path.partition(f"/issues/{issue.number}")[2]
            raise Moved(f"{self._documents().base}/repos/{name}/issues/{number}{tail}")
        return issue

    def _apply(self, repository: Repository, issue: Issue, fields: dict[str, Any]) -> None:
        """Set labels, assignees and milestone; without push access nothing happens."""
        if not repository.push:
            return
        if "labels" in fields:
            made = [self._world.add_label(repository, name) for name in fields["labels"]]
            issue.labels = list(dict.fromkeys(label.name for label in made))
        issue.assignees = fields.get("assignees", issue.assignees)
        issue.milestone = fields.get("milestone", issue.milestone)

    def _set_state(self, repository: Repository, issue: Issue, asked: dict[str, Any]) -> None:
        state, reason = asked.get("state", issue.state), asked.get("state_reason")
        if state not in ("open", "closed"):
            raise invalid("Issue", "state", "invalid", value=str(state))
        if reason is not None and reason not in _STATE_REASONS:
            raise invalid("Issue", "state_reason", "invalid", value=str(reason))
        canonical = asked.get("duplicate_issue_id")
        known = {i.id for i in repository.issues.values() if not i.deleted}
        if reason == "duplicate" and canonical is not None and canonical not in known:
            raise invalid("Issue", "duplicate_issue_id", "invalid")
        if state == issue.state:
            return
        closing = state == "closed"
        issue.state = state
        issue.state_reason = reason or ("completed" if closing else "reopened")
        issue.closed_at = self._world.now() if closing else None


def find_repository(world: World, request: web.Request) -> Repository:
    """Return the repository in a request's path; raises Refusal (404) or Moved."""
    name = f"{request.match_info['owner']}/{request.match_info['repo']}"
    if (new := world.renamed.get(name.lower())) is not None:
        raise Moved(str(request.url).replace(f"/repos/{name}", f"/repos/{new}", 1))
    found = world.repository(name)
    if found is None:
        raise Refusal(404, "Not Found")
    return found


def page(request: web.Request, base: str, items: Sequence[Any]) -> web.Response:
    """Return one page of a list, with links to the others."""
    size = min(100, max(1, int(request.query.get("per_page", "30"))))
    number = max(1, int(request.query.get("page", "1")))
    last = max(1, -(-len(items) // size))
    path = base.rpartition("/")[0] + request.path
    links = {"next": number + 1, "last": last} if number < last else {}
    if number > 1:
        links |= {"prev": number - 1, "first": 1}
    query = {k: v for k, v in request.query.items() if k != "page"}
    parts = [f'<{path}?{urlencode({**query, "page": n})}>; rel="{rel}"' for rel, n in links.items()]
    headers = {"Link": ", ".join(parts)} if parts else {}
    return web.json_response(items[(number - 1) * size : number * size], headers=headers)
