import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bridge.intake import Intake
from bridge.model import JobKey
from bridge.settings import Secret
from bridge.store import Store, StoreUnavailable
from tests.clock import FakeClock
from tests.intake.posting import (
    CRASHES,
    OLD,
    SECRET,
    Client,
    Tally,
    deliveries,
    event,
    post,
    raw,
    signature,
    signed,
)


async def test_a_signed_event_is_durable_when_it_is_accepted(client: Client, store: Store) -> None:
    assert await post(client, event()) == (200, {"status": "accepted"})

    assert await deliveries(store) == 1
    job = await store.jobs.get(JobKey(app="sunrise", instance_type=CRASHES, instance_id="S1"))
    assert job is not None
    assert job.delivery_id == "event-S1"


async def test_an_event_sent_again_is_a_duplicate(client: Client, store: Store) -> None:
    await post(client, event())

    assert await post(client, event()) == (200, {"status": "duplicate"})
    assert await deliveries(store) == 1


async def test_a_thousand_replays_are_one_delivery(
    client: Client, store: Store, tally: Tally
) -> None:
    for _ in range(20):
        answers = await asyncio.gather(*(post(client, event()) for _ in range(50)))
        assert {status for status, _ in answers} == {200}

    assert await deliveries(store) == 1
    assert tally.seen == {("sunrise", "accepted"): 1, ("sunrise", "duplicate"): 999}


@pytest.mark.parametrize("type_", ["webhookPingCreated", "buildUploadStateUpdated", "unheardOf"])
async def test_an_event_that_nothing_reacts_to_is_kept(
    client: Client, store: Store, type_: str
) -> None:
    body = event(type_=type_, relationships=None)

    assert await post(client, body) == (200, {"status": "ignored"})
    assert await post(client, body) == (200, {"status": "duplicate"})
    assert await store.inbox.counts() == {type_: 1}


@pytest.mark.parametrize("secret", [SECRET, OLD])
async def test_every_active_secret_works(client: Client, secret: Secret) -> None:
    body = event()

    assert (await post(client, body, signed(body, secret)))[0] == 200


@pytest.mark.parametrize("content_type", ["text/plain", "image/png", "application/x-unknown", ""])
async def test_the_content_type_does_not_matter(client: Client, content_type: str) -> None:
    body = event()

    assert (await post(client, body, {**signed(body), "Content-Type": content_type}))[0] == 200


async def test_an_unknown_app_is_not_found_whatever_is_sent(
    client: Client, store: Store, tally: Tally
) -> None:
    assert (await post(client, event(), app="nobody"))[0] == 404
    assert (await post(client, event(), app="%F0%9F%92%A9"))[0] == 404
    assert await deliveries(store) == 0
    assert {result for _, result in tally.seen} == {"unknown_app"}


async def test_a_missing_and_a_wrong_signature_get_the_same_words(
    client: Client, store: Store, tally: Tally
) -> None:
    body = event()
    other = Secret("other", source="a test")

    answers = [
        await post(client, body, headers)
        for headers in (
            {},
            {"X-Apple-SIGNATURE": ""},
            {"X-Apple-SIGNATURE": signature(body).removeprefix("hmacsha256=")},
            {"X-Apple-SIGNATURE": "hmacsha256=" + "0" * 64},
            signed(body + b" "),
            signed(body, other),
        )
    ]

    assert {status for status, _ in answers} == {401}
    assert len({words["detail"] for _, words in answers}) == 1
    assert await deliveries(store) == 0
    assert tally.seen == {("sunrise", "unauthorized"): 6}


async def test_two_signatures_are_refused(client: Client, store: Store) -> None:
    body = event()
    line = f"X-Apple-Signature: {signature(body)}\r\n".encode()
    head = b"POST /webhooks/sunrise HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(body)

    assert b" 200 " in await raw(client, head + line + b"\r\n" + body)
    assert b" 401 " in await raw(client, head + line + line + b"\r\n" + body)
    assert await deliveries(store) == 1


async def test_a_forgery_costs_no_write(client: Client, store: Store) -> None:
    before = store._database.commits

    await asyncio.gather(*(post(client, event(f"S{n}"), {}) for n in range(50)))
    await post(client, event(), app="nobody")

    assert store._database.commits == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b'{"data": {"type": "x", "id": NaN}}',
        b"[" * 4000,
        event(relationships=None),
        event(relationships={"instance": {"data": {"type": "apps", "id": "1"}}}),
        event(relationships={"instance": {"data": {"type": CRASHES, "id": "../x"}}}),
    ],
)
async def test_a_signed_body_that_is_no_webhook_is_kept_and_refused(
    client: Client, store: Store, tally: Tally, body: bytes
) -> None:
    status, words = await post(client, body)

    assert status == 400
    assert words["detail"].startswith("This is no webhook: ")
    assert (await post(client, body))[0] == 400
    assert await store.inbox.counts() == {"": 1}
    assert tally.seen == {("sunrise", "malformed"): 2}
    assert sum((await store.jobs.counts()).values()) == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_told_what_is_allowed(client: Client, method: str) -> None:
    async with client.request(method, "/webhooks/sunrise") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
        assert answer.content_type == "application/problem+json"


async def test_what_can_not_be_made_durable_is_not_accepted(
    client: Client, store: Store, tally: Tally
) -> None:
    async with store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")
    answers = []
    for n in range(40):
        body = event(f"S{n}", padding="x" * 3000)
        async with client.post("/webhooks/sunrise", data=body, headers=signed(body)) as answer:
            answers.append((answer.status, answer.headers.get("Retry-After")))
    refused = [answer for answer in answers if answer[0] != 200]

    assert set(refused) == {(503, "30")}
    assert await deliveries(store) == len(answers) - len(refused)
    assert tally.seen["sunrise", "unavailable"] == len(refused)

    async with store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert (await post(client, event("later")))[0] == 200


async def test_a_malformed_body_that_can_not_be_kept_is_unavailable_not_refused(
    clock: FakeClock,
) -> None:
    async def full(*_: object) -> bool:
        raise StoreUnavailable("the disk is full")

    app = web.Application()
    Intake(secrets={"sunrise": [SECRET]}, put=full, reactions={}, clock=clock).add_routes(app)
    async with TestClient(TestServer(app)) as client:
        assert (await post(client, b"not json"))[0] == 503


async def test_a_service_that_is_stopping_takes_nothing_more(
    client: Client, intake: Intake, store: Store
) -> None:
    intake.closing = True
    body = event()

    async with client.post("/webhooks/sunrise", data=body, headers=signed(body)) as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "30"
    assert await deliveries(store) == 0


async def test_no_answer_says_a_secret_or_what_was_sent(client: Client) -> None:
    body = event(padding="tester@example.com")
    for answer in (
        await post(client, body, {}),
        await post(client, b"tester@example.com"),
        await post(client, body, app="tester@example.com"),
    ):
        assert "tester@example.com" not in json.dumps(answer)
        assert "hush" not in json.dumps(answer)


async def test_many_at_once_are_all_kept(client: Client, store: Store) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(n: int) -> int:
            body = event(f"S{n}")
            url = client.make_url("/webhooks/sunrise")
            async with session.post(url, data=body, headers=signed(body)) as answer:
                return answer.status

        assert set(await asyncio.gather(*(send(n) for n in range(200)))) == {200}

    assert await deliveries(store) == 200
    assert store._database.commits < 150
