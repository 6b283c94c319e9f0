"""The dashboard: what came, what became of it, and each issue as it reads, for operators.

Pages are plain HTML without scripts. Everything on them that testers wrote is escaped, and an
issue's rendered Markdown is cleaned to a list of harmless elements.
"""

from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from typing import Any

import jinja2
import nh3
from aiohttp import web
from markdown_it import MarkdownIt

from bridge.devices import device_name
from bridge.errors import Gone, Transient
from bridge.markup import clean, cut
from bridge.model import Group, JobState
from bridge.ops.access import ServerSettings, allowed, refuse
from bridge.ops.explain import Explainer, Understand, standing
from bridge.redact import redact
from bridge.resources import shipped
from bridge.store import Blobs, Jobs, Ledger

SHOWN = 200  # lines of the first page
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".heic": "image/heic",
}
TAGS = {
    "a", "blockquote", "br", "code", "del", "details", "em", "h1", "h2", "h3", "h4", "hr", "img",
    "li", "ol", "p", "pre", "strong", "sub", "summary", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}

Pages = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Dashboard:
    """The operators' pages."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        jobs: Jobs,
        blobs: Blobs,
        server: ServerSettings,
        issue_text: Callable[[Group], Awaitable[str]],
        understand: Understand,
    ) -> None:
        """Show what the store holds; `issue_text` gives an issue's text as GitHub Markdown.

        `understand` reads a crash log, to explain why crashes are one group.
        """
        self._ledger = ledger
        self._explainer = Explainer(ledger, understand)
        self._jobs = jobs
        self._blobs = blobs
        self._server = server
        self._issue_text = issue_text
        self._markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self._pages = jinja2.Environment(
            loader=jinja2.FunctionLoader(_page_source),
            autoescape=True,
            finalize=_shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters["device"] = device_name
        self._pages.filters["words"] = _words

    def add_routes(self, app: web.Application) -> None:
        """Add the pages."""
        app.router.add_get("/", self._guarded(self.overview))
        app.router.add_get("/feedback/{app}/{submission}", self._guarded(self.feedback))
        app.router.add_get("/issues/{group}/", self._guarded(self.issue))
        app.router.add_get("/issues/{group}/{name}", self._guarded(self.issue_file))
        app.router.add_get("/attachments/{sha256:[0-9a-f]{64}}/{name}", self._guarded(self.file))
        app.router.add_get("/style.css", _style)

    async def overview(self, request: web.Request) -> web.StreamResponse:
        """Show the newest feedback, or that in one state."""
        wanted = request.query.get("state", "")
        states = [state for state in JobState if state.value == wanted]
        rows = await self._jobs.status(states=states, limit=SHOWN)
        words = {
            row.submission: kept.feedback
            for row in rows
            if (kept := await self._ledger.feedback(row.app, row.submission)) is not None
        }
        ids = {row.group_id for row in rows if row.group_id is not None}
        titles = {group: (await self._ledger.group(group)).title for group in ids}
        return self._page(
            "overview",
            rows=rows,
            feedback=words,
            titles=titles,
            counts=await self._jobs.counts(),
            wanted=states[0] if states else None,
        )

    async def feedback(self, request: web.Request) -> web.StreamResponse:
        """Show one submission: what came, every try, and where it went."""
        app, submission = request.match_info["app"], request.match_info["submission"]
        rows = [r for r in await self._jobs.status(submission=submission) if r.app == app]
        if not rows:
            raise web.HTTPNotFound(text="No delivery has spoken of this submission.\n")
        group = await self._ledger.group_of(app, submission)
        kept = await self._ledger.feedback(app, submission)
        return self._page("feedback", row=rows[0], kept=kept, group=group)

    async def issue(self, request: web.Request) -> web.StreamResponse:
        """Show a group: its issue as it reads, and its occurrences."""
        try:
            group = await self._ledger.group(request.match_info["group"])
        except Gone:
            raise web.HTTPNotFound(text="There is no such group.\n") from None
        occurrences = await self._ledger.occurrences(group.id)
        return self._page(
            "issue",
            group=group,
            occurrences=occurrences,
            body=self.rendered(await self._issue_text(group)) if occurrences else "",
            why=await self._explainer.explain(group),
            standing=standing(group),
        )

    async def issue_file(self, request: web.Request) -> web.StreamResponse:
        """Show a file of an issue, as it went to the tracker."""
        name = request.match_info["name"]
        for result in await self._ledger.files(request.match_info["group"]):
            if result.attachment.name == name:
                return self._file(result.attachment.sha256, name)
        raise web.HTTPNotFound(text="The issue has no such file.\n")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Show an attachment: a picture as one, anything else as plain text."""
        return self._file(request.match_info["sha256"], request.match_info["name"])

    def _file(self, sha256: str, name: str) -> web.StreamResponse:
        path = self._blobs.path(sha256)
        if not path.is_file():
            raise web.HTTPNotFound(text="There is no such attachment.\n")
        suffix = PurePosixPath(name).suffix.lower()
        kind = TYPES.get(suffix, "text/plain; charset=utf-8")
        return web.FileResponse(
            path, headers={"Content-Type": kind, "Content-Security-Policy": "sandbox"}
        )

    def rendered(self, text: str) -> str:
        """Return GitHub Markdown as HTML of harmless elements only."""
        html = self._markdown.render(text)
        return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http"})

    def _page(self, name: str, **values: Any) -> web.Response:
        html = self._pages.get_template(f"{name}.html.j2").render(values)
        return web.Response(text=html, content_type="text/html")

    def _guarded(self, page: Pages) -> Pages:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not allowed(request, self._server):
                return refuse(self._server)
            try:
                return await page(request)
            except Transient as problem:  # the store can't be read
                return web.Response(status=503, text=f"{problem}\n")

        return guarded


def _page_source(name: str) -> str | None:
    file = shipped("templates").joinpath("pages", name)
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _shown(value: object) -> object:
    """Return a value as it stands on a page: nothing in it turns or hides what is around it."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _words(text: str, most: int | None = None) -> str:
    """Return what a tester wrote as it may be shown: addresses, tokens and tricks taken out."""
    shown = redact(clean(text))
    return shown if most is None else cut(shown, most)


async def _style(_: web.Request) -> web.Response:
    css = shipped("templates").joinpath("pages", "style.css").read_text(encoding="utf-8")
    return web.Response(text=css, content_type="text/css")
