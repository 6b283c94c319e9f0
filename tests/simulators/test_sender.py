"""Sending feedback: what is posted, how often, and what is made of the answers."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.simulators import estate
from bridge.simulators.sender import Order, SimulatorUnavailable, send
from bridge.simulators.server import Simulator

APP = estate.APPS[0].name
SECRET = "This is my secret"


class Service:
    """A service that remembers what it was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.at: list[float] = []

    async def receive(self, request: web.Request) -> web.Response:
        assert request.match_info["app"] == APP
        self.at.append(asyncio.get_running_loop().time())
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["X-Apple-SIGNATURE"])
        return web.Response(status=self.statuses.pop() if self.statuses else 200)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    it = Service()
    app = web.Application()
    app.router.add_post("/webhooks/{app}", it.receive)
    async with TestServer(app) as server:
        it.url = str(server.make_url("")).rstrip("/")
        yield it


def order(simulator: Simulator, service: Service, **more: Any) -> Order:
    base = {"origin": simulator.origin, "service": service.url, "app": APP, "secret": SECRET}
    return Order(**{**base, **more})


async def test_every_delivery_is_signed_over_its_bytes(
    simulator: Simulator, service: Service
) -> None:
    await send(order(simulator, service, count=3))
    for body, signature in zip(service.bodies, service.signatures, strict=True):
        wanted = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert signature == f"hmacsha256={wanted}"


async def test_the_deliveries_are_those_of_the_state(
    simulator: Simulator, service: Service
) -> None:
    summary = await send(order(simulator, service, kind="crash", count=4))
    kept = {s["id"]: s["delivery_id"] for s in simulator.state()["appstore"]["submissions"]}
    sent = [json.loads(body)["data"] for body in service.bodies]
    found = {d["relationships"]["instance"]["data"]["id"]: d["id"] for d in sent}
    assert found == kept
    assert summary.submissions == list(kept)
    assert summary.document() == {"sent": 4, "by_status": {"200": 4}, "submissions": list(kept)}
    assert summary.all_taken


async def test_repeat_posts_identical_bytes(simulator: Simulator, service: Service) -> None:
    summary = await send(order(simulator, service, kind="screenshot", count=2, repeat=3))
    assert summary.sent == 6
    assert len(summary.submissions) == 2
    assert sorted(service.bodies.count(body) for body in set(service.bodies)) == [3, 3]


async def test_more_than_a_batch_can_be_sent(simulator: Simulator, service: Service) -> None:
    summary = await send(order(simulator, service, kind="crash", count=61))
    assert len(set(summary.submissions)) == summary.sent == 61


async def test_a_rate_is_kept(simulator: Simulator, service: Service) -> None:
    await send(order(simulator, service, kind="screenshot", count=6, rate=50.0))
    assert service.at[-1] - service.at[0] >= 0.09


async def test_each_delivery_is_told_when_it_is_over(
    simulator: Simulator, service: Service
) -> None:
    service.statuses = [503]
    seen: list[int] = []
    wanted = order(simulator, service, count=3, repeat=2)
    await send(wanted, answered=lambda: seen.append(len(service.bodies)))
    assert len(seen) == 6
    assert seen[-1] == 6


async def test_an_answer_that_is_not_200_is_counted(simulator: Simulator, service: Service) -> None:
    service.statuses = [503]
    summary = await send(order(simulator, service, count=3))
    assert summary.by_status == {"200": 2, "503": 1}
    assert not summary.all_taken


async def test_a_service_that_is_down_is_counted_as_no_answer(
    simulator: Simulator, service: Service, unused_tcp_port: int
) -> None:
    down = f"http://127.0.0.1:{unused_tcp_port}"
    summary = await send(replace(order(simulator, service, count=2), service=down))
    assert summary.document()["by_status"] == {"no answer": 2}
    assert not summary.all_taken


async def test_a_simulator_that_is_down_is_told(service: Service, unused_tcp_port: int) -> None:
    origin = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(SimulatorUnavailable, match="start it with: feedback-bridge simulate"):
        await send(Order(origin=origin, service=service.url, app=APP, secret=SECRET))


async def test_what_the_simulator_refuses_is_told(simulator: Simulator, service: Service) -> None:
    with pytest.raises(SimulatorUnavailable, match="no crash is about 'none'"):
        await send(order(simulator, service, kind="crash", bug="none"))


def test_an_order_does_not_show_its_secret() -> None:
    it = Order(origin="http://x", service="http://y", app=APP, secret=SECRET)
    assert SECRET not in repr(it)
