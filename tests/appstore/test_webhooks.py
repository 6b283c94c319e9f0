"""Webhooks can be registered again and again, and end up as they should be."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.appstore import EVENTS, AppId, AppStore
from bridge.errors import Forbidden, Gone, LostAnswer, RateLimited, Refused, Transient
from bridge.settings import Secret
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from bridge.simulators.server import Simulator
from tests.appstore.scripted import Answer, document, error, serving
from tests.clock import FakeClock

MakeStore = Callable[..., AppStore]
URL = "https://bridge.example.com/webhooks/sunrise"
SECRET = Secret("a-long-random-string", source="env ASC_WEBHOOK_SECRET")
MORE = (*EVENTS, "BUILD_UPLOAD_STATE_UPDATED")


async def test_a_missing_webhook_is_created_once(
    store: AppStore, app: AppId, simulator: Simulator
) -> None:
    first = await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    second = await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    assert (first.how, second.how) == ("created", "unchanged")
    assert first.webhook == second.webhook
    assert await store.webhooks(app.app_id) == (first.webhook,)
    assert (first.webhook.url, first.webhook.enabled) == (URL, True)
    assert set(first.webhook.events) == set(EVENTS)
    assert simulator.requests["POST /appstore/v1/webhooks"] == 1


async def test_missing_events_are_added_to_those_that_are_there(
    store: AppStore, app: AppId
) -> None:
    await store.register_webhook(
        app.app_id, url=URL, secret=SECRET, events=["BUILD_UPLOAD_STATE_UPDATED"]
    )
    found = await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    assert found.how == "updated"
    assert set(found.webhook.events) == set(MORE)


async def test_a_webhook_that_was_switched_off_is_switched_on(store: AppStore, app: AppId) -> None:
    made = await store.register_webhook(app.app_id, url=URL, secret=SECRET)
    off = await store.update_webhook(made.id, enabled=False)
    assert not off.enabled
    found = await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    assert (found.how, found.webhook.enabled, found.webhook.id) == ("updated", True, made.id)


async def test_other_peoples_webhooks_are_left_alone(store: AppStore, app: AppId) -> None:
    other = await store.register_webhook(
        app.app_id, url="https://other.example.com/hook", secret=SECRET, name="theirs"
    )
    await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    found = await store.webhooks(app.app_id)
    assert other in found
    assert len(found) == 2


async def test_an_eleventh_webhook_is_refused_before_it_is_asked_for(
    store: AppStore, app: AppId, simulator: Simulator
) -> None:
    for number in range(10):
        await store.register_webhook(app.app_id, url=f"{URL}/{number}", secret=SECRET)
    with pytest.raises(Refused, match="has 10 webhooks already, and App Store Connect allows 10"):
        await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    assert simulator.requests["POST /appstore/v1/webhooks"] == 10
    assert (
        await store.ensure_webhook(app.app_id, url=f"{URL}/3", secret=SECRET)
    ).how == "unchanged"


async def test_an_update_changes_what_is_given_and_nothing_else(
    store: AppStore, app: AppId
) -> None:
    made = await store.register_webhook(app.app_id, url=URL, secret=SECRET)
    moved = await store.update_webhook(made.id, url=URL + "/new", secret=SECRET)
    assert (moved.url, moved.events, moved.name) == (URL + "/new", made.events, made.name)
    changed = await store.update_webhook(made.id, events=["BUILD_UPLOAD_STATE_UPDATED"])
    assert changed.events == ("BUILD_UPLOAD_STATE_UPDATED",)
    assert changed.url == URL + "/new"


async def test_a_webhook_of_an_app_that_is_not_ours_is_told(
    store: AppStore, service: AppStoreSimulator, app: AppId
) -> None:
    with pytest.raises(Gone, match="webhooks of app 999"):
        await store.ensure_webhook("999", url=URL, secret=SECRET)
    service.forbid(app.app_id)
    with pytest.raises(Forbidden):
        await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)


async def test_the_secret_is_blotted_out_of_apples_words(
    make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    quoted = f"'{SECRET.reveal()}' is not a valid value for the attribute 'secret'."
    entry = {"status": "409", "code": "ENTITY_ERROR", "title": quoted, "detail": quoted}
    async with serving(document({"errors": [entry]}, 409)) as script:
        store = make_store(script.origin, key)
        for write in (
            store.register_webhook(app.app_id, url=URL, secret=SECRET),
            store.update_webhook("W1", secret=SECRET),
        ):
            with pytest.raises(Refused) as caught:
                await write
            assert SECRET.reveal() not in f"{caught.value} {caught.value.__cause__!r}"
            assert "'…' is not a valid value" in str(caught.value)


@pytest.mark.parametrize("answer", [error(500), error(503), Answer(body=b"{", announced=10)])
async def test_a_create_whose_answer_is_lost_is_not_sent_again(
    answer: Answer, make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    async with serving(answer) as script:
        with pytest.raises(LostAnswer):
            await make_store(script.origin, key).register_webhook(
                app.app_id, url=URL, secret=SECRET
            )
        assert len(script.requests) == 1


async def test_a_lost_create_is_found_by_the_next_registration(
    store: AppStore, app: AppId, simulator: Simulator
) -> None:
    simulator.faults.replace(
        [{"match": "POST /appstore/v1/webhooks", "when": "after", "action": "reset", "times": 1}]
    )
    with pytest.raises(LostAnswer):
        await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)
    assert (await store.ensure_webhook(app.app_id, url=URL, secret=SECRET)).how == "unchanged"
    assert len(await store.webhooks(app.app_id)) == 1


async def test_a_create_that_was_never_sent_is_tried_again(
    make_store: MakeStore, key: ApiKey, app: AppId, clock: FakeClock
) -> None:
    async with serving(error(500)) as script:
        origin = script.origin
    with pytest.raises(Transient) as caught:
        await make_store(origin, key).register_webhook(app.app_id, url=URL, secret=SECRET)
    assert not isinstance(caught.value, LostAnswer)
    assert len(clock.slept) == 3


async def test_a_create_that_was_refused_for_now_is_sent_again(
    make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    made = document(
        {"data": {"type": "webhooks", "id": "W1", "attributes": {"url": URL, "enabled": None}}}, 201
    )
    async with serving(error(429, Retry_After="1"), made) as script:
        found = await make_store(script.origin, key).register_webhook(
            app.app_id, url=URL, secret=SECRET
        )
        assert json.loads(script.bodies[0]) == json.loads(script.bodies[1])
    assert (found.id, found.enabled, found.events) == ("W1", True, ())


async def test_an_update_may_be_sent_again(make_store: MakeStore, key: ApiKey) -> None:
    done = document({"data": {"type": "webhooks", "id": "W1"}})
    async with serving(error(503), done) as script:
        assert (await make_store(script.origin, key).update_webhook("W1", enabled=True)).id == "W1"
        assert [request.method for request in script.requests] == ["PATCH", "PATCH"]


async def test_a_ping_that_is_limited_says_so(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(error(429, Retry_After="99")) as script:
        with pytest.raises(RateLimited):
            await make_store(script.origin, key).ping("W1")


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[str, asyncio.Queue[tuple[bytes, str]]]]:
    """A place that deliveries can be sent to."""
    received: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        await received.put((await request.read(), request.headers["X-Apple-SIGNATURE"]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/sunrise", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/webhooks/sunrise")), received


async def test_a_ping_is_delivered_and_signed(
    store: AppStore, app: AppId, receiver: tuple[str, asyncio.Queue[tuple[bytes, str]]]
) -> None:
    url, received = receiver
    made = await store.register_webhook(app.app_id, url=url, secret=SECRET)
    assert await store.ping(made.id)
    body, signature = await asyncio.wait_for(received.get(), 5)
    assert json.loads(body)["data"]["type"] == "webhookPingCreated"
    wanted = hmac.digest(SECRET.reveal().encode(), body, hashlib.sha256).hex()
    assert signature == f"hmacsha256={wanted}"


async def test_a_ping_to_a_webhook_that_is_not_there_is_told(store: AppStore) -> None:
    with pytest.raises(Gone, match="a ping to webhook W404"):
        await store.ping("W404")


async def test_check_reads_the_app_and_its_feedback(store: AppStore, app: AppId) -> None:
    found = await store.check(app)
    assert (found.app_id, found.bundle_id, found.name) == (app.app_id, app.bundle_id, app.name)
