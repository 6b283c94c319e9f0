"""A server that says what a test wrote down, for answers that no simulator should give."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    """A Content-Length that is not true."""
    chunked: bool = False
    """Announce no length at all."""
    silence: bool = False
    """Never answer at all."""


def document(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status=status, body=json.dumps(value).encode(), headers=named)


def error(status: int, code: str = "UNEXPECTED_ERROR", **headers: str) -> Answer:
    entry = {"status": str(status), "code": code, "title": "A title", "detail": "The detail."}
    return document({"errors": [entry]}, status, **headers)


@dataclass
class Script:
    """`answers` are given in order, the last of them from then on."""

    origin: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.silence:
            await asyncio.Event().wait()
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        length = answer.announced if answer.announced is not None else len(answer.body)
        if answer.chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = length
        await response.prepare(request)
        await response.write(answer.body)
        if answer.chunked:
            await response.write_eof()
        if length > len(answer.body) and request.transport is not None:
            request.transport.close()
        return response


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[Script]:
    script = Script(answers=list(answers))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.handle)
    async with TestServer(app, handler_cancellation=True, shutdown_timeout=0.1) as server:
        script.origin = str(server.make_url("")).rstrip("/")
        yield script
