"""Posting deliveries to an intake, as App Store Connect does and as others do."""

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from typing import Any, TypeAlias

from aiohttp import web
from aiohttp.test_utils import TestClient

from bridge.settings import Secret
from bridge.store import Store

CRASHES = "betaFeedbackCrashSubmissions"
CREATED = "betaFeedbackCrashSubmissionCreated"
SECRET = Secret("hush", source="a test")
OLD = Secret("old hush", source="a test")
MAX_BODY = 4096

Client: TypeAlias = "TestClient[web.Request, web.Application]"


class Tally:
    """Counts what the intake says it counted."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()

    def delivery(self, app: str, result: str) -> None:
        self.seen[app, result] += 1


def event(name: str = "S1", *, type_: str = CREATED, **data: Any) -> bytes:
    whole = {
        "type": type_,
        "id": f"event-{name}",
        "relationships": {"instance": {"data": {"type": CRASHES, "id": name}}},
    }
    return json.dumps({"data": whole | data}).encode()


def signature(body: bytes, secret: Secret = SECRET) -> str:
    key = secret.reveal().encode()
    return "hmacsha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def signed(body: bytes, secret: Secret = SECRET) -> dict[str, str]:
    return {"X-Apple-SIGNATURE": signature(body, secret)}


async def post(
    client: Client, body: bytes, headers: dict[str, str] | None = None, *, app: str = "sunrise"
) -> tuple[int, dict[str, Any]]:
    sent = signed(body) if headers is None else headers
    async with client.post(f"/webhooks/{app}", data=body, headers=sent) as answer:
        if answer.status != 200:
            assert answer.content_type == "application/problem+json"
        found = await answer.json(content_type=None)
        if answer.status != 200:
            assert set(found) == {"type", "title", "status", "detail"}
            assert (found["type"], found["status"]) == ("about:blank", answer.status)
        return answer.status, found


async def raw(client: Client, request: bytes) -> bytes:
    """Send bytes as they are, and return what is answered until the other side is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.readuntil(b"}"), 5)
    finally:
        writer.close()
        await writer.wait_closed()


async def deliveries(store: Store) -> int:
    return sum((await store.inbox.counts()).values())
