"""What the Dockerfile promises, as far as that can be seen without a container engine."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.image import ROOT, arguments, stages

BUILD, FINAL = stages()


def test_the_image_runs_as_a_user_without_rights() -> None:
    (user,) = arguments(FINAL, "USER")
    assert user == "10001:10001"
    names = [name for name, _ in FINAL]
    assert names.index("USER") > max(i for i, name in enumerate(names) if name == "RUN")


def test_the_image_serves_the_mounted_configuration() -> None:
    assert json.loads(arguments(FINAL, "ENTRYPOINT")[0]) == ["feedback-bridge"]
    (command,) = arguments(FINAL, "CMD")
    assert json.loads(command) == ["serve", "--config", "/etc/feedback-bridge/bridge.yaml"]


def test_nothing_is_installed_that_is_not_locked() -> None:
    installs = [
        part
        for run in arguments(BUILD, "RUN")
        for part in run.split(" && ")
        if part.startswith(("pip ", "uv pip "))
    ]
    assert len(installs) == 4
    assert all("--require-hashes" in part or "--no-deps" in part for part in installs)
    assert not any("pip" in run for run in arguments(FINAL, "RUN"))


def test_only_what_the_image_needs_is_in_its_build_context() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    wanted = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    copied = [
        source.rstrip("/") for copy in arguments(BUILD, "COPY") for source in copy.split()[:-1]
    ]
    assert {Path(rule).parts[0] for rule in wanted} == set(copied)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
async def test_the_health_check_believes_the_status(*, status: int, healthy: bool) -> None:
    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    (check,) = arguments(FINAL, "HEALTHCHECK")
    python, *rest = json.loads(check.partition("CMD ")[2])
    assert python == "python"
    async with TestServer(app) as server:
        command = [sys.executable, *(part.replace("8080", str(server.port)) for part in rest)]
        assert await _exit_code(command) == (0 if healthy else 1)


async def _exit_code(command: list[str]) -> int:
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
    return await process.wait()
