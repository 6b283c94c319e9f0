"""Whether the process lives, whether it is ready, and what it has counted."""

import sqlite3
from collections.abc import Mapping

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from bridge.errors import Transient
from bridge.model import JobState
from bridge.ops.access import ServerSettings
from bridge.ops.health import Health
from bridge.settings import Secret
from bridge.telemetry import Metrics
from tests.e2e.rig import queue_counts
from tests.ops.conftest import Pages
from tests.pipeline.conftest import House
from tests.pipeline.samples import screenshot


async def well() -> None:
    return


async def unwell() -> None:
    raise Transient("the store is unavailable: the disk is full")


def health(**checks: object) -> Health:
    async def queue() -> Mapping[str, int]:
        return {"waiting": 3}

    return Health(
        checks=checks,
        queue=queue,
        metrics=Metrics(CollectorRegistry()),
        server=ServerSettings(admin_token=Secret("token", source="env ADMIN_TOKEN")),
    )


async def asked(health: Health, path: str, **headers: str) -> tuple[int, str]:
    app = web.Application()
    health.add_routes(app)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(path, headers=headers)
        return answer.status, await answer.text()


async def test_a_process_that_lives_says_so_though_nothing_else_is_well() -> None:
    assert await asked(health(store=unwell), "/healthz") == (200, '{"status": "alive"}')


async def test_it_is_ready_when_every_check_passes() -> None:
    status, text = await asked(health(store=well, workers=well), "/readyz")
    assert status == 200
    assert text == '{"status": "ready", "checks": {"store": "ok", "workers": "ok"}}'


async def test_one_check_that_fails_makes_it_unready_and_each_result_is_told() -> None:
    status, text = await asked(health(store=unwell, workers=well), "/readyz")
    assert status == 503
    assert '"status": "not ready"' in text
    assert '"store": "the store is unavailable: the disk is full"' in text
    assert '"workers": "ok"' in text


async def test_numbers_are_for_operators() -> None:
    assert (await asked(health(), "/metrics"))[0] == 401
    status, text = await asked(health(), "/metrics", Authorization="Bearer token")
    assert status == 200
    assert 'feedback_bridge_queue{state="waiting"} 3.0' in text


async def test_the_store_is_tried_when_asked_whether_it_is_ready(
    pages: Pages, house: House
) -> None:
    assert (await pages.get("/readyz")).status == 200
    async with house.bridge.store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(house.folder / "data/bridge.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = await pages.get("/readyz")
    assert answer.status == 503
    assert "the store is unavailable" in (await answer.json())["checks"]["store"]
    assert (await pages.get("/healthz")).status == 200
    other.close()
    assert (await pages.get("/readyz")).status == 200


async def test_the_queue_is_counted_by_state_and_an_emptied_state_is_counted_as_empty(
    pages: Pages, house: House
) -> None:
    await house.deliver(screenshot("sunrise-local"), screenshot("sunrise-local"))
    counts = queue_counts(await (await pages.get("/metrics")).text())
    assert counts == {state.value: 0 for state in JobState} | {"waiting": 2}
    await house.work()
    counts = queue_counts(await (await pages.get("/metrics")).text())
    assert (counts["waiting"], counts["filed"]) == (0, 2)


async def test_finished_jobs_are_counted_and_timed(pages: Pages, house: House) -> None:
    await house.deliver(screenshot("sunrise-local"))
    await house.work()
    answer = await pages.get("/metrics")
    text = await answer.text()
    assert answer.content_type == "text/plain"
    assert 'feedback_bridge_jobs_total{outcome="filed"} 1.0' in text
    assert "feedback_bridge_job_seconds_count" in text
