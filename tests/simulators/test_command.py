"""`simulate` and `simulate send`, as one types them."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

PROGRAM = (sys.executable, "-c", "from bridge.cli import main; main()", "simulate")


async def start(*arguments: str) -> tuple[Process, str]:
    """Start `simulate` and return it with its address, which is its first line."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, *arguments, stdout=PIPE, stderr=PIPE, env=os.environ | {"COLUMNS": "200"}
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), timeout=30)
    return process, line.decode().strip()


async def run(*arguments: str) -> tuple[int | None, str, str]:
    """Run a command to its end and return its status, output and errors."""
    process = await asyncio.create_subprocess_exec(*PROGRAM, *arguments, stdout=PIPE, stderr=PIPE)
    out, err = await asyncio.wait_for(process.communicate(), timeout=30)
    return process.returncode, out.decode(), err.decode()


async def state(origin: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{origin}/_state") as answer:
        return await answer.json()


@pytest.fixture
async def simulated(tmp_path: Path) -> AsyncIterator[str]:
    process, origin = await start("--port", "0", "--write-config", str(tmp_path))
    yield origin
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.communicate()


class Service:
    """Stands in for the service; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.bodies: list[bytes] = []

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        return web.Response(status=self.status)


@pytest.fixture
async def service(simulated: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A service at the address that the written configuration names."""
    it = Service()
    app = web.Application()
    app.router.add_post("/webhooks/{app}", it.receive)
    async with TestServer(app) as server:
        config = tmp_path / "bridge.yaml"
        config.write_text(config.read_text().replace("port: 8080", f"port: {server.port}"))
        yield it


@pytest.mark.e2e
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_is_and_ends_when_told_to(number: signal.Signals) -> None:
    process, origin = await start("--port", "0")
    assert (await state(origin))["requests"] == {}
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), timeout=10)
    assert process.returncode == 0
    assert (out, err) == (b"", b"")


@pytest.mark.e2e
async def test_send_prints_a_summary(simulated: str, service: Service, tmp_path: Path) -> None:
    status, out, err = await run(
        "send", "--config", str(tmp_path / "bridge.yaml"), "--app", "sunrise-jira",
        "--kind", "crash", "--count", "2", "--repeat", "2",
    )  # fmt: skip
    assert (status, err) == (0, "")
    summary = json.loads(out)
    assert (summary["sent"], summary["by_status"]) == (4, {"200": 4})
    kept = [each["id"] for each in (await state(simulated))["appstore"]["submissions"]]
    assert summary["submissions"] == kept
    assert len(service.bodies) == 4


@pytest.mark.e2e
async def test_send_fails_when_the_service_refuses(service: Service, tmp_path: Path) -> None:
    service.status = 401
    status, out, err = await run(
        "send", "--config", str(tmp_path / "bridge.yaml"), "--app", "sunrise-local"
    )
    assert status == 1
    assert json.loads(out)["by_status"] == {"401": 1}
    assert "not answered 200" in err


@pytest.mark.e2e
async def test_an_app_that_is_not_configured_is_wrong_use(service: Service, tmp_path: Path) -> None:
    status, out, err = await run(
        "send", "--config", str(tmp_path / "bridge.yaml"), "--app", "moonrise"
    )
    assert (status, out) == (2, "")
    assert "has no app 'moonrise'; it has: sunrise-github" in err


@pytest.mark.e2e
async def test_a_folder_without_crash_logs_is_wrong_use(tmp_path: Path) -> None:
    status, out, err = await run("--port", "0", "--crash-logs", str(tmp_path))
    assert (status, out) == (2, "")
    assert "there is no crash log in" in err


@pytest.mark.e2e
async def test_a_port_that_is_taken_is_told(simulated: str) -> None:
    status, out, err = await run("--port", simulated.rpartition(":")[2])
    assert (status, out) == (1, "")
    assert "address already in use" in err
