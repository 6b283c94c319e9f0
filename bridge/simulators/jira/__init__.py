"""Jira, simulated: one site, Cloud or Data Center, with state, rules, limits and a lagging index.

Learned from the official documents of REST v2 and v3, and from Atlassian's pages on rate limiting,
basic authentication and search (November 2026).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiohttp import web

from bridge.simulators.jira.access import Access, Desk
from bridge.simulators.jira.files import digest
from bridge.simulators.jira.routes import routes
from bridge.simulators.jira.site import RESOLUTIONS, CustomField, Issue, Project, Site

__all__ = ["CustomField", "JiraSimulator"]

PREFIX = "/jira"
LARGEST_BODY = 256 * 1024**2


class JiraSimulator:
    """A Jira site under `/jira`. `site` holds its state and how it is set up to behave.

    `email` and `token` are what it accepts: together on Cloud, the token alone on a server.
    """

    def __init__(
        self, *, origin: Callable[[], str], real_limits: bool = False, seed: int = 0
    ) -> None:
        self.site = Site()
        self._origin = origin
        self._access = Access(
            self.site,
            email="bot@example.com",
            token=f"simulated-jira-token-{seed}",
            real_limits=real_limits,
        )

    @property
    def email(self) -> str:
        """The account's address on Cloud."""
        return self._access.email

    @property
    def token(self) -> str:
        """The account's API token, or its personal access token on a server."""
        return self._access.token

    def add_project(
        self,
        key: str,
        name: str,
        *,
        components: Sequence[str] | None = None,
        versions: Sequence[str] = ("2.4.0", "2.4.1", "2.5.0"),
        custom_fields: Iterable[CustomField] = (),
    ) -> Project:
        """Make a project with Bug, Task and Story; its one component is its own name."""
        return self.site.add_project(
            key,
            name,
            components=[name] if components is None else components,
            versions=versions,
            custom_fields=custom_fields,
        )

    def application(self) -> web.Application:
        """Return the site to be mounted under `/jira`."""
        desk = Desk(self.site, lambda: f"{self._origin()}{PREFIX}")
        app = web.Application(middlewares=[self._access.middleware], client_max_size=LARGEST_BODY)
        app.router.add_routes(list(routes(desk)))
        return app

    def snapshot(self) -> dict[str, Any]:
        """Return its part of `GET /_state`, oldest issue first."""
        return {"issues": [_shown(issue) for issue in self.site.issues.values()]}


def _shown(issue: Issue) -> dict[str, Any]:
    return {
        "key": issue.key,
        "id": issue.id,
        "title": issue.fields["summary"],
        "body": issue.description,
        "state": "closed" if issue.status.category == "done" else "open",
        "status": issue.status.name,
        "resolution": RESOLUTIONS.get(issue.resolution or ""),
        "labels": issue.fields.get("labels", []),
        "components": issue.fields.get("components", []),
        "comments": [comment.body for comment in issue.comments],
        "attachments": [
            {"name": file.name, "size": len(file.data), "sha256": digest(file)}
            for file in issue.files
        ],
    }
