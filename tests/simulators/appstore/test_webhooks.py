"""Webhooks are kept, limited and pinged."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.simulators.appstore.caller import APP, OTHER, Caller

to_be_refused = pytest.mark.off_contract("asks for what is not offered, to see it refused")


def webhook(**changes: Any) -> dict[str, Any]:
    attributes = {
        "enabled": True,
        "eventTypes": ["BETA_FEEDBACK_CRASH_SUBMISSION_CREATED"],
        "name": "bridge",
        "secret": "s3cret",
        "url": "https://bridge.example.com/webhooks/sunrise",
        **changes,
    }
    linked = {"app": {"data": {"type": "apps", "id": APP}}}
    return {"data": {"type": "webhooks", "attributes": attributes, "relationships": linked}}


async def test_a_webhook_lives_from_create_to_delete(caller: Caller) -> None:
    status, made = await caller.ask("/v1/webhooks", method="POST", body=webhook())
    assert status == 201
    assert "secret" not in made["data"]["attributes"]
    path = f"/v1/webhooks/{made['data']['id']}"
    change = {
        "data": {
            "type": "webhooks",
            "id": made["data"]["id"],
            "attributes": {"name": "new", "url": None},
        }
    }
    _, changed = await caller.ask(path, method="PATCH", body=change)
    assert changed["data"]["attributes"] == {**made["data"]["attributes"], "name": "new"}
    _, listed = await caller.ask(f"/v1/apps/{APP}/webhooks?include=app")
    assert [each["id"] for each in listed["data"]] == [made["data"]["id"]]
    assert (await caller.ask(f"/v1/apps/{OTHER}/webhooks"))[1]["data"] == []
    _, read = await caller.ask(f"{path}?include=app")
    assert read["included"][0]["id"] == APP
    assert (await caller.ask(path, method="DELETE"))[0] == 204
    assert (await caller.error(path))[0] == 404


@to_be_refused
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (webhook(eventTypes=["NOTHING_HAPPENED"]), 409),
        (webhook(eventTypes=[]), 409),
        (webhook(url="ftp://x"), 409),
        (webhook(url="no url"), 409),
        (webhook(secret=None), 409),
        (webhook(name=""), 409),
        (webhook(enabled="yes"), 409),
        ({"data": {"type": "apps"}}, 422),
        ({"data": {"type": "webhooks", "attributes": webhook()["data"]["attributes"]}}, 422),
        ([], 422),
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(
    body: Any, status: int, caller: Caller
) -> None:
    assert (await caller.error("/v1/webhooks", method="POST", body=body))[0] == status
    assert (await caller.ask(f"/v1/apps/{APP}/webhooks"))[1]["data"] == []


async def test_an_app_has_at_most_ten_webhooks(caller: Caller) -> None:
    for _ in range(10):
        assert (await caller.ask("/v1/webhooks", method="POST", body=webhook()))[0] == 201
    status, _, detail = await caller.error("/v1/webhooks", method="POST", body=webhook())
    assert (status, detail) == (409, "The app already has 10 webhooks")


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[str, list[tuple[bytes, str]]]]:
    received: list[tuple[bytes, str]] = []

    async def take(request: web.Request) -> web.Response:
        received.append((await request.read(), request.headers["X-Apple-SIGNATURE"]))
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/")), received


async def ping(caller: Caller, url: str) -> list[dict[str, Any]]:
    """Ping a new webhook at `url`, and return its deliveries when they have ended."""
    _, made = await caller.ask("/v1/webhooks", method="POST", body=webhook(url=url))
    name = made["data"]["id"]
    linked = {"webhook": {"data": {"type": "webhooks", "id": name}}}
    body = {"data": {"type": "webhookPings", "relationships": linked}}
    assert (await caller.ask("/v1/webhookPings", method="POST", body=body))[0] == 201
    since = (caller.clock.now() - timedelta(days=1)).isoformat().replace("+", "%2B")
    path = f"/v1/webhooks/{name}/deliveries?include=event"
    for _ in range(200):
        _, found = await caller.ask(f"{path}&filter[createdDateGreaterThanOrEqualTo]={since}")
        if all(each["attributes"]["deliveryState"] != "PENDING" for each in found["data"]):
            return [*found["data"], *found["included"]]
    raise AssertionError("the ping is still under way")


async def test_a_ping_is_signed_sent_and_recorded(
    caller: Caller, receiver: tuple[str, list[tuple[bytes, str]]]
) -> None:
    url, received = receiver
    delivery, event = await ping(caller, url)
    ((body, signature),) = received
    assert signature == "hmacsha256=" + hmac.digest(b"s3cret", body, hashlib.sha256).hex()
    assert event["attributes"]["payload"].encode() == body
    assert event["attributes"]["ping"] is True
    assert delivery["attributes"]["deliveryState"] == "SUCCEEDED"
    assert delivery["attributes"]["response"] == {"httpStatusCode": 200, "body": "ok"}


async def test_a_ping_that_nobody_takes_is_recorded_as_failed(
    caller: Caller, unused_tcp_port: int
) -> None:
    delivery, _ = await ping(caller, f"http://127.0.0.1:{unused_tcp_port}/")
    assert delivery["attributes"]["deliveryState"] == "FAILED"
    assert delivery["attributes"]["response"] is None
    assert delivery["attributes"]["errorMessage"].startswith("No response")


@to_be_refused
@pytest.mark.parametrize(
    "query",
    [
        "",
        "filter[deliveryState]=FAILED&filter[createdDateLessThan]=2026-11-24",
        "filter[createdDateGreaterThanOrEqualTo]=2020-01-01",
        "filter[createdDateGreaterThanOrEqualTo]=soon",
    ],
)
async def test_deliveries_are_listed_only_as_the_live_service_lists_them(
    query: str, caller: Caller
) -> None:
    _, made = await caller.ask("/v1/webhooks", method="POST", body=webhook())
    path = f"/v1/webhooks/{made['data']['id']}/deliveries?{query}"
    assert (await caller.error(path))[:2] == (400, "PARAMETER_ERROR.INVALID")
