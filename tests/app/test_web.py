"""The web application as a whole: deliveries in, pages out, and the same care on every answer."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from io import BytesIO

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bridge.app import web_application
from bridge.app.web import SECURITY_HEADERS
from bridge.intake import Intake
from bridge.model import JobState
from tests.app.conftest import delivery, signed
from tests.pipeline.conftest import House
from tests.pipeline.samples import screenshot

APP = "sunrise-local"
ANSWERS = (
    ("GET", "/", 200),
    ("GET", "/style.css", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/metrics", 200),
    ("HEAD", "/", 200),
    ("GET", "/nothing", 404),
    ("GET", "/feedback/sunrise-local/nothing", 404),
    ("POST", "/", 405),
    ("DELETE", "/healthz", 405),
    ("GET", f"/webhooks/{APP}", 405),
    ("POST", "/webhooks/nobody", 404),
    ("POST", f"/webhooks/{APP}", 401),
)
Site = tuple[TestClient[web.Request, web.Application], Intake]


@pytest.fixture
async def site(house: House) -> AsyncIterator[Site]:
    app, intake = web_application(house.bridge)
    async with TestClient(TestServer(app)) as client:
        yield client, intake


async def test_a_delivery_is_kept_once_and_asks_for_a_job(site: Site, house: House) -> None:
    client, _ = site
    submission, body = delivery(house, screenshot(APP))
    told: list[object] = []
    for _ in range(2):
        answer = await client.post(f"/webhooks/{APP}", data=body, headers=signed(house, APP, body))
        told.append((answer.status, await answer.json()))
    assert told == [(200, {"status": "accepted"}), (200, {"status": "duplicate"})]
    assert (await house.row(submission)).state is JobState.WAITING


async def test_a_delivery_that_nothing_reacts_to_is_kept_and_asks_for_nothing(
    site: Site, house: House
) -> None:
    client, _ = site
    body = json.dumps({"data": {"type": "webhookPingCreated", "id": "ping-1"}}).encode()
    answer = await client.post(f"/webhooks/{APP}", data=body, headers=signed(house, APP, body))
    assert (answer.status, await answer.json()) == (200, {"status": "ignored"})
    assert await house.bridge.store.inbox.counts() == {"webhookPingCreated": 1}
    assert not any((await house.bridge.store.jobs.counts()).values())


async def test_every_answer_says_how_browsers_are_to_treat_it(site: Site) -> None:
    client, _ = site
    for method, path, status in ANSWERS:
        answer = await client.request(method, path)
        assert answer.status == status, path
        said = {name: answer.headers.get(name) for name in SECURITY_HEADERS}
        assert said == SECURITY_HEADERS, path
        if status == 405:
            assert answer.headers["Allow"]


async def test_a_page_that_may_not_be_seen_is_treated_alike(house: House) -> None:
    app, _ = web_application(house.bridge)
    server = house.bridge.config.settings.server
    object.__setattr__(server, "trust_loopback", False)
    async with TestClient(TestServer(app)) as client:
        for path in ("/", "/metrics", "/issues/x/", "/feedback/a/b"):
            answer = await client.get(path)
            assert answer.status == 403
            assert answer.headers["X-Frame-Options"] == "DENY"


async def test_while_it_stops_it_is_not_ready_and_takes_no_delivery(
    site: Site, house: House
) -> None:
    client, intake = site
    assert (await (await client.get("/readyz")).json())["checks"] == {
        "store": "ok",
        "workers": "ok",
    }
    intake.closing = True
    ready = await client.get("/readyz")
    assert ready.status == 503
    assert (await ready.json())["checks"] == {"store": "ok", "workers": "the service is stopping"}
    _, body = delivery(house, screenshot(APP))
    answer = await client.post(f"/webhooks/{APP}", data=body, headers=signed(house, APP, body))
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert not await house.bridge.store.inbox.counts()
    assert (await client.get("/healthz")).status == 200


async def test_a_service_whose_workers_have_ended_is_not_ready(site: Site, house: House) -> None:
    client, _ = site
    stop = asyncio.Event()
    serving = asyncio.create_task(house.bridge.worker.serve(stop))
    await asyncio.sleep(0)
    assert (await client.get("/readyz")).status == 200
    house.bridge.worker._loops[0].cancel()
    await asyncio.wait(house.bridge.worker._loops[:1])
    ready = await client.get("/readyz")
    assert ready.status == 503
    assert (await ready.json())["checks"]["workers"].startswith("1 of the workers have ended")
    stop.set()
    await serving


async def test_where_no_jobs_run_readiness_says_nothing_of_workers(house: House) -> None:
    app, intake = web_application(house.bridge, working=False)
    async with TestClient(TestServer(app)) as client:
        ready = await client.get("/readyz")
        assert (ready.status, (await ready.json())["checks"]) == (
            200,
            {"store": "ok", "intake": "ok"},
        )
        intake.closing = True
        assert (await client.get("/readyz")).status == 503


async def test_a_store_that_can_not_be_written_takes_no_delivery_and_is_not_ready(
    site: Site, house: House
) -> None:
    client, _ = site
    async with house.bridge.store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(house.folder / "data/bridge.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _, body = delivery(house, screenshot(APP))
    headers = signed(house, APP, body)
    answer = await client.post(f"/webhooks/{APP}", data=body, headers=headers)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert (await client.get("/readyz")).status == 503
    assert (await client.get("/")).status == 200  # reading goes on
    other.close()
    assert (await client.post(f"/webhooks/{APP}", data=body, headers=headers)).status == 200
    assert (await client.get("/readyz")).status == 200


async def test_a_store_that_can_not_be_read_says_so_on_every_page(site: Site, house: House) -> None:
    client, _ = site
    with closing(sqlite3.connect(house.folder / "data/bridge.db")) as other:
        other.execute("ALTER TABLE jobs RENAME TO away")
    for path in ("/", "/feedback/a/b", "/metrics"):
        answer = await client.get(path)
        assert answer.status == 503, path
        assert "the store is unavailable" in await answer.text()


async def test_a_delivery_larger_than_allowed_is_refused(site: Site, house: House) -> None:
    client, _ = site
    body = b" " * (house.bridge.config.settings.server.max_body + 1)
    headers = signed(house, APP, body)
    answer = await client.post(f"/webhooks/{APP}", data=BytesIO(body), headers=headers)
    assert answer.status == 413
