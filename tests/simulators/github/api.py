"""A plain client of the simulated GitHub."""

import base64
from typing import Any

import aiohttp

REPO = "/repos/example/sunrise"
FILES = "/repos/example/sunrise-feedback"


def encoded(data: bytes) -> str:
    """Return bytes as a file's content is sent."""
    return base64.b64encode(data).decode()


class Api:
    """A client that asserts the status and returns the JSON."""

    def __init__(self, base: str, token: str | None) -> None:
        self.base = base
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.last: dict[str, str] = {}

    async def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.base + path, json=body, headers=self.headers, allow_redirects=False
            ) as answer,
        ):
            text = await answer.text()
            assert answer.status == status, text
            self.last = {name.lower(): value for name, value in answer.headers.items()}
            return await answer.json() if text and "json" in answer.content_type else text
