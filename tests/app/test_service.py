"""The service listens, works, and stops in order."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest

from bridge.app import Bridge, Role, open_bridge, serve
from bridge.errors import Misconfigured
from bridge.model import JobState
from tests.app.conftest import delivery, signed
from tests.pipeline.conftest import House
from tests.pipeline.samples import screenshot

APP = "sunrise-local"
FETCH = "GET /appstore/v1/betaFeedbackScreenshotSubmissions/*"
PATIENCE = 30.0  # seconds
LOOK = 0.02

Session = aiohttp.ClientSession


@dataclass
class Running:
    """A service that runs in this process."""

    task: "asyncio.Task[None]"
    stop: asyncio.Event
    address: str | None


@asynccontextmanager
async def running(bridge: Bridge, role: Role = Role.ALL) -> AsyncIterator[Running]:
    stop, told = asyncio.Event(), list[str]()
    task = asyncio.create_task(serve(bridge, role, stop=stop, listening=told.append))
    if role is not Role.WORKER:
        await until(lambda: told or task.done())
    try:
        yield Running(task, stop, told[0] if told else None)
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE)


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(LOOK)


async def until_it_is(house: House, submission: str, *states: JobState) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await house.row(submission)).state not in states:
            await asyncio.sleep(LOOK)


async def post(house: House, session: Session, address: str | None) -> tuple[int, str]:
    """Make feedback and post its delivery; return the answer's status and the submission."""
    submission, body = delivery(house, screenshot(APP))
    headers = signed(house, APP, body)
    async with session.post(f"{address}/webhooks/{APP}", data=body, headers=headers) as answer:
        return answer.status, submission


async def test_a_delivery_becomes_an_issue(house: House, session: Session) -> None:
    async with running(house.bridge) as service:
        status, submission = await post(house, session, service.address)
        assert status == 200
        await until_it_is(house, submission, JobState.FILED)
    await house.only_issue(APP, submission)


async def test_intake_alone_takes_deliveries_and_leaves_the_jobs(
    house: House, session: Session
) -> None:
    async with running(house.bridge, Role.INTAKE) as service:
        status, submission = await post(house, session, service.address)
        assert status == 200
        async with session.get(f"{service.address}/readyz") as answer:
            assert answer.status == 200
        assert not house.simulator.requests
    assert (await house.row(submission)).state is JobState.WAITING


async def test_a_worker_alone_does_the_jobs_and_listens_nowhere(house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    async with running(house.bridge, Role.WORKER) as service:
        await until_it_is(house, submission, JobState.FILED)
        assert service.address is None


async def test_an_intake_and_a_worker_share_one_store(house: House, session: Session) -> None:
    async with (
        open_bridge(house.bridge.config, clock=house.clock) as other,
        running(other, Role.WORKER),
        running(house.bridge, Role.INTAKE) as intake,
    ):
        _, submission = await post(house, session, intake.address)
        await until_it_is(house, submission, JobState.FILED)


async def test_a_stop_refuses_deliveries_and_lets_running_jobs_end(
    house: House, session: Session
) -> None:
    house.simulator.faults.replace([{"match": FETCH, "action": "pass", "delay_ms": 700}])
    async with running(house.bridge) as service:
        _, submission = await post(house, session, service.address)
        await until(lambda: house.simulator.requests)
        service.stop.set()
        await asyncio.sleep(LOOK)
        async with session.get(f"{service.address}/readyz") as ready:
            assert ready.status == 503
        status, _ = await post(house, session, service.address)
        assert status == 503
    assert (await house.row(submission)).state is JobState.FILED
    assert len(await house.bridge.store.jobs.status()) == 1  # what was refused was not kept


async def test_what_does_not_end_in_time_is_left_and_done_once_by_the_next(
    house: House, session: Session
) -> None:
    house.simulator.faults.replace([{"match": FETCH, "action": "hang"}])
    hasty = house.bridge.worker.settings.model_copy(update={"drain": 1.0})
    bridge = replace(house.bridge, worker=replace(house.bridge.worker, settings=hasty))
    async with running(bridge) as service:
        _, submission = await post(house, session, service.address)
        await until(lambda: house.simulator.requests)
    assert (await house.row(submission)).state is JobState.WAITING
    assert (await house.row(submission)).attempts == 0
    house.simulator.faults.replace([])
    async with open_bridge(house.bridge.config, clock=house.clock) as other, running(other):
        await until_it_is(house, submission, JobState.FILED)
    await house.only_issue(APP, submission)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_and_its_handler_goes_with_it(
    house: House, number: signal.Signals
) -> None:
    async with running(house.bridge) as service:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(service.task, PATIENCE)
    assert signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


async def test_its_port_is_free_again_when_it_has_stopped(house: House) -> None:
    async with running(house.bridge) as service:
        port = int(str(service.address).rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        pass


def listening_at(bridge: Bridge, **server: Any) -> Bridge:
    settings = bridge.config.settings
    changed = settings.server.model_copy(update=server)
    config = replace(bridge.config, settings=settings.model_copy(update={"server": changed}))
    return replace(bridge, config=config)


async def test_a_port_that_is_taken_says_what_to_change(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured) as caught:
            await serve(listening_at(house.bridge, port=port))
    assert f"can't listen on 127.0.0.1:{port}" in str(caught.value)
    assert "address already in use" in str(caught.value)
    assert "server.port" in str(caught.value)


async def test_an_address_that_is_not_this_machines_is_told(house: House) -> None:
    with pytest.raises(Misconfigured, match=r"can't listen on 192\.0\.2\.1:0"):
        await serve(listening_at(house.bridge, host="192.0.2.1"))


async def test_an_ipv6_address_is_told_so_that_it_can_be_opened(
    house: House, session: Session
) -> None:
    async with AsyncExitStack() as stack:
        bridge = listening_at(house.bridge, host="::1")
        try:
            service = await stack.enter_async_context(running(bridge, Role.INTAKE))
        except Misconfigured:
            pytest.skip("this machine has no IPv6")
        assert str(service.address).startswith("http://[::1]:")
        async with session.get(f"{service.address}/healthz") as answer:
            assert answer.status == 200


async def test_what_is_no_http_is_refused_and_its_headers_are_not_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(house.bridge) as service:
        port = int(str(service.address).rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic c2VjcmV0\0\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert "c2VjcmV0" not in caplog.text
    assert not [r for r in caplog.records if r.name.startswith("aiohttp")]
