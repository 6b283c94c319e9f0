"""Issues, comments, assignees and milestones of the simulated GitHub."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bridge.simulators.github.access import Access, Moved, Refusal, invalid
from bridge.simulators.github.documents import Documents
from bridge.simulators.github.fields import check_body, check_title, checked_fields, json_object
from bridge.simulators.github.state import Comment, Issue, Repository, World

_STATE_REASONS = {"completed", "not_planned", "duplicate", "reopened"}
_DUPLICATE = re.compile(r"\s*Duplicate of #(\d+)\s*", re.IGNORECASE)
"""A comment that marks its issue: GitHub Docs, "Marking issues or pull requests as a duplicate"."""


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
        repository = writable(self._world, request)
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
        issue = find_issue(repository, request, self._documents())
        return web.json_response(self._documents().issue(repository, issue))

    async def edit(self, request: web.Request) -> web.Response:
        repository = writable(self._world, request)
        issue = find_issue(repository, request, self._documents())
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
        issue = find_issue(repository, request, self._documents())
        since = request.query.get("since")
        shown = [c for c in issue.comments if c.created_at <= self._listed_until()]
        if since:
            shown = [c for c in shown if c.created_at >= datetime.fromisoformat(since)]
        documents = self._documents()
        return page(
            request, documents.base, [documents.comment(repository, issue, c) for c in shown]
        )

    async def add_comment(self, request: web.Request) -> web.Response:
        repository = writable(self._world, request)
        issue = find_issue(repository, request, self._documents())
        body = check_body("IssueComment", (await json_object(request)).get("body"))
        if not body:
            raise invalid("IssueComment", "body", "missing_field")
        now = self._world.now()
        comment = Comment(id=self._world.next_id(), body=body, created_at=now)
        issue.comments.append(comment)
        issue.updated_at = now
        marked = _DUPLICATE.fullmatch(body)
        if marked and int(marked[1]) in repository.issues:
            self._world.mark_as_duplicate(issue, (repository.name, int(marked[1])))
        document = self._documents().comment(repository, issue, comment)
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
        known = {i.id: i.number for i in repository.issues.values() if not i.deleted}
        if reason == "duplicate" and canonical is not None and canonical not in known:
            raise invalid("Issue", "duplicate_issue_id", "invalid")
        if state == issue.state:
            return
        self._world.set_state(issue, state, reason)
        if reason == "duplicate" and canonical is not None:
            self._world.mark_as_duplicate(issue, (repository.name, known[canonical]))


def find_repository(world: World, request: web.Request) -> Repository:
    """Return the repository in a request's path; raises Refusal (404) or Moved."""
    name = f"{request.match_info['owner']}/{request.match_info['repo']}"
    if (new := world.renamed.get(name.lower())) is not None:
        raise Moved(str(request.url).replace(f"/repos/{name}", f"/repos/{new}", 1))
    found = world.repository(name)
    if found is None:
        raise Refusal(404, "Not Found")
    return found


def writable(world: World, request: web.Request) -> Repository:
    """Return the repository in a request's path; raises Refusal (403) if it is archived."""
    repository = find_repository(world, request)
    if repository.archived:
        raise Refusal(403, "Repository was archived so is read-only.")
    return repository


def find_issue(repository: Repository, request: web.Request, documents: Documents) -> Issue:
    """Return the issue in a request's path; raises Refusal (404, 410) or Moved."""
    issue = repository.issues.get(int(request.match_info["number"]))
    if issue is None:
        raise Refusal(404, "Not Found")
    if issue.deleted:
        raise Refusal(410, "This issue was deleted")
    if issue.moved_to is not None:
        name, number = issue.moved_to
        tail = request.rel_url.raw_path.partition(f"/issues/{issue.number}")[2]
        raise Moved(f"{documents.base}/repos/{name}/issues/{number}{tail}")
    return issue


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
