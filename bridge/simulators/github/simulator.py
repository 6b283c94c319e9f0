"""The simulated GitHub as one object."""

import hashlib
import html
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from bridge.simulators.github.access import Access, Refusal
from bridge.simulators.github.contents import Contents
from bridge.simulators.github.documents import Documents, stamp
from bridge.simulators.github.issues import Issues
from bridge.simulators.github.labels import Labels
from bridge.simulators.github.pages import Pages
from bridge.simulators.github.state import Issue, Repository, World
from bridge.simulators.github.timeline import Timeline

PREFIX = "/github"
FIRST_ID = 3_000_000_000
"""Ids are larger than 32 bits, as the real ones are."""

_LINK = re.compile(rf"https?://[^/\s]+{PREFIX}/([\w.-]+/[\w.-]+)/blob/([^\s()<>\"'\]]+?)\?raw=true")


class GitHubSimulator:
    """One GitHub, served under /github; knobs are the attributes of `access` and `issues`."""

    def __init__(
        self,
        *,
        origin: Callable[[], str],
        real_limits: bool = False,
        seed: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._origin = origin
        self.world = World(now=now, first_id=FIRST_ID + 1000 * seed)
        self.access = Access(now=now, real_limits=real_limits)
        self.issues = Issues(self.world, self.access, self._documents)
        self.timeline = Timeline(self.world, self.access, self._documents)
        self._labels = Labels(self.world, self.access, self._documents)
        self._contents = Contents(self.world, self.access, self._documents)
        self._pages = Pages(self.world, self._documents)

    @property
    def token(self) -> str:
        """The personal access token that is accepted."""
        return self.access.token

    def add_repository(self, full_name: str, *, private: bool = True) -> Repository:
        """Make an empty repository `owner/name`."""
        return self.world.add_repository(full_name, private=private)

    def add_installation(self, installation_id: int, *, app_id: str, public_key: str) -> None:
        """Install a GitHub App, whose requests are signed with the key's private half."""
        self.access.apps[app_id] = public_key
        self.access.installations[installation_id] = app_id

    def application(self) -> web.Application:
        """Return the application, with paths relative to /github."""
        app = web.Application(client_max_size=150 * 1024**2)
        self.issues.add_routes(app)
        self._labels.add_routes(app)
        self.timeline.add_routes(app)
        self._contents.add_routes(app)
        app.router.add_get("/rate_limit", self.access.guard(self._rate_limit))
        app.router.add_get("/app/installations/{id:\\d+}", self._installation)
        app.router.add_post("/app/installations/{id:\\d+}/access_tokens", self._access_token)
        self._pages.add_routes(app)
        return app

    def snapshot(self) -> dict[str, Any]:
        """Return all issues, with the files that their bodies link."""
        return {
            "issues": [
                self._issue(repository, issue)
                for repository in self.world.repositories.values()
                for issue in repository.issues.values()
                if not (issue.deleted or issue.moved_to or issue.is_pull_request)
            ]
        }

    def _documents(self) -> Documents:
        return Documents(self._origin() + PREFIX)

    def _issue(self, repository: Repository, issue: Issue) -> dict[str, Any]:
        return {
            "repository": repository.name,
            "number": issue.number,
            "title": issue.title,
            "body": issue.body or "",
            "state": issue.state,
            "state_reason": issue.state_reason,
            "labels": list(issue.labels),
            "assignees": list(issue.assignees),
            "comments": [comment.body for comment in issue.comments],
            "attachments": self._linked(issue.body or ""),
        }

    def _linked(self, body: str) -> list[dict[str, Any]]:
        files: dict[tuple[str, str], dict[str, Any]] = {}
        for name, rest in _LINK.findall(html.unescape(body)):
            repository = self.world.repository(name)
            found = repository.git.split(unquote(rest)) if repository else None
            data = repository.git.read(*found) if repository and found else None
            if data is not None:
                files[name, rest] = {
                    "name": unquote(rest).rpartition("/")[2],
                    "size": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
        return list(files.values())

    async def _rate_limit(self, _: web.Request) -> web.Response:
        rate = self.access.rate()
        search = {"limit": 30, "used": 0, "remaining": 30, "reset": rate["reset"]}
        return web.json_response({"resources": {"core": rate, "search": search}, "rate": rate})

    async def _installation(self, request: web.Request) -> web.Response:
        try:
            number, app_id = self._installed(request)
        except Refusal as refusal:
            return refusal.answer()
        documents, now = self._documents(), stamp(self.world.now())
        page, api = f"{documents.base}/settings/installations/{number}", documents.base
        document: dict[str, Any] = {
            "id": number,
            "account": documents.user("example", kind="Organization"),
            "app_id": int(app_id) if app_id.isdecimal() else 1,
            "app_slug": "feedback-bridge",
            "target_id": 1,
            "target_type": "Organization",
            "repository_selection": "all",
            "permissions": self.access.permissions,
            "events": [],
            "access_tokens_url": f"{api}/app/installations/{number}/access_tokens",
            "repositories_url": f"{api}/installation/repositories",
            "html_url": page,
            "single_file_name": None,
            "suspended_at": None,
            "suspended_by": None,
            "created_at": now,
            "updated_at": now,
        }
        return web.json_response(document)

    async def _access_token(self, request: web.Request) -> web.Response:
        try:
            self._installed(request)
        except Refusal as refusal:
            return refusal.answer()
        return web.json_response(self.access.lend(), status=201)

    def _installed(self, request: web.Request) -> tuple[int, str]:
        """Return installation and App, if the App signed the request; raises Refusal."""
        app_id = self.access.app_of(request)
        number = int(request.match_info["id"])
        if self.access.installations.get(number) != app_id:
            raise Refusal(404, "Not Found")
        return number, app_id
