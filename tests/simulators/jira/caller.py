"""A client of the simulated Jira site, for all tests here."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from bridge.simulators.jira.site import Issue
from bridge.simulators.server import Simulator

BUG = {"project": {"key": "SUN"}, "issuetype": {"name": "Bug"}}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@dataclass(slots=True, kw_only=True)
class Answer:
    status: int
    body: Any
    headers: Any


class Caller:
    """A client that signs in as the site wants it and says what came back."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.jira = simulator.jira
        self.site = simulator.jira.site
        self.url = f"{simulator.origin}/jira"
        self._session = session

    def auth(self) -> dict[str, str]:
        if not self.site.cloud:
            return {"Authorization": f"Bearer {self.jira.token}"}
        return {"Authorization": aiohttp.encode_basic_auth(self.jira.email, self.jira.token)}

    async def call(
        self, method: str, path: str, json: Any = None, *, version: int = 2, **rest: Any
    ) -> Answer:
        url = f"{self.url}/rest/api/{version}/{path}"
        headers = {**self.auth(), **rest.pop("headers", {})}
        async with self._session.request(method, url, json=json, headers=headers, **rest) as it:
            text = await it.text()
            is_json = it.content_type == "application/json" and text
            return Answer(
                status=it.status, body=await it.json() if is_json else text, headers=it.headers
            )

    def issue(self, key: str) -> Issue:
        """Return the site's own record of an issue."""
        found = self.site.find(key)
        assert found is not None
        return found

    async def create(self, **fields: Any) -> str:
        body = {"fields": {**BUG, "summary": "Crash", **fields}}
        answer = await self.call("POST", "issue", body)
        assert answer.status == 201, answer.body
        return answer.body["key"]

    async def errors(self, **fields: Any) -> dict[str, str]:
        body = {"fields": {**BUG, "summary": "Crash", **fields}}
        answer = await self.call("POST", "issue", body)
        assert answer.status == 400
        return answer.body["errors"]

    async def attach(self, key: str, *files: bytes, **headers: str) -> Answer:
        form = aiohttp.FormData()
        for n, data in enumerate(files):
            form.add_field("file", data, filename=f"shot-{n}.png", content_type="image/png")
        token = headers or {"X-Atlassian-Token": "no-check"}
        return await self.call("POST", f"issue/{key}/attachments", data=form, headers=token)
