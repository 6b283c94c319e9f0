"""An issue as a page for people: its text as it was sent, its pictures and files."""

from html import escape

from aiohttp import web

from bridge.simulators.jira.access import Desk
from bridge.simulators.jira.site import Issue, StoredFile

_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{white-space:pre-wrap;background:#f4f5f7;padding:1rem;border-radius:4px}"
    "img{max-width:320px;border:1px solid #dfe1e6;margin:0 .5rem .5rem 0}small{color:#6b778c}"
)


class Page:
    """`/browse/KEY`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        headers = {"Content-Security-Policy": _POLICY}
        return web.Response(text=self._html(issue), content_type="text/html", headers=headers)

    def _html(self, issue: Issue) -> str:
        title = escape(f"{issue.key} {issue.fields['summary']}")
        facts = [issue.status.name, *issue.fields.get("components", ())]
        facts += issue.fields.get("labels", ())
        comments = "".join(f"<pre>{escape(comment.body)}</pre>" for comment in issue.comments)
        return (
            f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>"
            f"<style>{_STYLE}</style><h1>{title}</h1><p>{escape(' · '.join(facts))}</p>"
            f"<pre>{escape(issue.description)}</pre>{self._files(issue)}"
            f"<h2>Comments</h2>{comments or '<p>None.</p>'}</html>"
        )

    def _files(self, issue: Issue) -> str:
        return "".join(self._file(file) for file in issue.files)

    def _file(self, file: StoredFile) -> str:
        url, name = (escape(part, quote=True) for part in (self._url(file), file.name))
        if file.media_type.startswith("image/"):
            return f"<a href='{url}'><img src='{url}' alt='{name}'></a>"
        return f"<p><a href='{url}'>{name}</a> <small>{len(file.data):,} bytes</small></p>"

    def _url(self, file: StoredFile) -> str:
        return f"{self._desk.base}/secure/attachment/{file.id}/{file.name}"
