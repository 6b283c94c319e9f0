"""Pages for people at the simulated GitHub: issues as text, files as they are; open to anyone."""

import html
import mimetypes
from collections.abc import Callable

from aiohttp import web

from bridge.simulators.github.documents import Documents
from bridge.simulators.github.state import Repository, World

_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; img-src *; style-src 'unsafe-inline'",
}


class Pages:
    """The handlers."""

    def __init__(self, world: World, documents: Callable[[], Documents]) -> None:
        self._world = world
        self._documents = documents

    def add_routes(self, app: web.Application) -> None:
        """Add the pages' paths."""
        app.router.add_get("/{owner}/{repo}/blob/{rest:.+}", self.blob)
        app.router.add_get("/{owner}/{repo}/issues/{number:\\d+}", self.issue)

    async def blob(self, request: web.Request) -> web.Response:
        """A file: itself with `?raw=true`, else a page with its name and a link to it."""
        repository = self._repository(request)
        found = repository.git.split(request.match_info["rest"])
        data = repository.git.read(*found) if found else None
        if found is None or data is None:
            raise web.HTTPNotFound
        if request.query.get("raw") == "true":
            kind = mimetypes.guess_type(found[1])[0] or ""
            shown = kind if kind.startswith("image/") and "svg" not in kind else "text/plain"
            return web.Response(body=data, content_type=shown, headers=_HARMLESS)
        name = html.escape(found[1])
        return _page(name, f'<p><a href="?raw=true">{name}</a>, {len(data):,} bytes</p>')

    async def issue(self, request: web.Request) -> web.Response:
        """An issue's title, body and comments, as their source."""
        repository = self._repository(request)
        issue = repository.issues.get(int(request.match_info["number"]))
        if issue is None or issue.deleted or issue.moved_to:
            raise web.HTTPNotFound
        texts = [issue.body or "", *(c.body for c in issue.comments)]
        labels = html.escape(", ".join(issue.labels))
        parts = [f"<p>{html.escape(issue.state)} {labels}</p>"]
        parts += [f"<pre>{html.escape(text)}</pre>" for text in texts]
        return _page(html.escape(f"{issue.title} #{issue.number}"), "\n".join(parts))

    def _repository(self, request: web.Request) -> Repository:
        found = self._world.repository(
            f"{request.match_info['owner']}/{request.match_info['repo']}"
        )
        if found is None:
            raise web.HTTPNotFound
        return found


def _page(title: str, body: str) -> web.Response:
    """Return a page; `title` and `body` are HTML already."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>pre {white-space: pre-wrap}</style></head>"
        f"<body><h1>{title}</h1>{body}</body></html>"
    )
    return web.Response(text=text, content_type="text/html", headers=_HARMLESS)
