"""`check`, `schema`, `demo` and `serve`: what people run, and what supervisors see of it."""

import asyncio
import json
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bridge.model import JobState
from bridge.resources import shipped
from tests.cli.conftest import Run
from tests.pipeline.conftest import APPS, House
from tests.pipeline.samples import screenshot

PROGRAM = (sys.executable, "-c", "from bridge.cli import main; main()")
PATIENCE = 60.0  # seconds; a machine under load is slow
PUBLIC = "https://bridge.example.com"


@asynccontextmanager
async def started(*arguments: str | Path) -> AsyncIterator[Process]:
    """Run the program as a process, and leave none behind."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, *map(str, arguments), stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process: Process, words: str) -> str:
    """Return the first line of standard error that has these words."""
    assert process.stderr is not None
    read: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if words in line:
                return line.strip()
            read.append(line)
    raise AssertionError("".join(read))


async def ended(process: Process, number: signal.Signals | None = None) -> tuple[int, str, str]:
    """Return exit code, output and errors, once it has ended of itself or by a signal."""
    if number is not None:
        process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)


def change(config: Path, old: str, new: str) -> None:
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


async def test_check_of_a_house_in_order_is_ok_line_by_line(run: Run, config: Path) -> None:
    change(config, "server: {", f"server: {{public_url: {PUBLIC}, ")
    await run("webhooks", "register", config=config)
    done = await run("check", "--format", "json", config=config)
    assert (done.code, done.err) == (0, "")
    assert [list(line) for line in done.lines] == [["level", "text", "advice"]] * len(done.lines)
    assert {line["level"] for line in done.lines} == {"ok"}
    told = await run("check", config=config)
    assert (told.code, told.err) == (0, "")
    assert all(line.startswith("ok ") for line in told.out.splitlines())
    for app in APPS:
        assert f"app {app}: " in told.out


async def test_check_tells_warnings_with_their_advice_and_does_not_fail(
    run: Run, config: Path
) -> None:
    done = await run("check", config=config)
    assert done.code == 0
    assert "warning" in done.out
    assert "→ run `feedback-bridge webhooks register --url https://…`" in done.out


async def test_check_fails_for_an_error(run: Run, house: House, config: Path) -> None:
    house.simulator.github.access.token = "another"
    done = await run("check", "--format", "json", config=config)
    assert (done.code, done.err) == (1, "")
    bad = [line for line in done.lines if line["level"] == "error"]
    assert bad
    assert all(line["text"].startswith("tracker github: ") for line in bad)


async def test_check_of_a_database_of_another_program_is_wrong_configuration(
    run: Run, config: Path
) -> None:
    (config.parent / "other.db").write_text("not a database, and longer than a header is " * 9)
    change(config, "data/bridge.db", "other.db")
    done = await run("check", config=config)
    assert (done.code, done.out) == (2, "")
    assert "storage.url: " in done.err


async def test_the_schema_is_the_one_that_is_published(run: Run) -> None:
    done = await run("schema")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == json.loads(
        shipped("config").joinpath("bridge.schema.json").read_text(encoding="utf-8")
    )


async def test_a_demo_that_can_not_begin_is_wrong_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    for arguments in (("--out", tmp_path), ("--port", "65536"), ("--out", tmp_path / "thesis.txt")):
        done = await run("demo", "--once", *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err
        assert "Traceback" not in done.err


async def test_a_service_that_can_not_listen_is_wrong_configuration(run: Run, config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        change(config, "port: 8080", f"port: {port}")
        done = await run("serve", config=config)
    assert (done.code, done.out) == (2, "")
    assert f"can't listen on 127.0.0.1:{port}: " in done.err
    assert "Change server.port" in done.err


@pytest.mark.e2e
async def test_the_demo_shows_a_page_until_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "true")  # no browser comes up in a test
    async with started("demo", "--port", "0", "--out", tmp_path / "out") as process:
        await line_with(process, "nothing leaves this machine")
        assert await line_with(process, "new issue")
        assert await line_with(process, "The page stays up until you press Ctrl-C.")
        assert process.stdout is not None
        summary = (await process.stdout.readuntil(b"issues as pages:")).decode()
        assert "10 screenshot feedbacks and 30 crashes of" in summary
        assert "every sample is in its right issue" in summary
        address = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            assert answer.status == 200
            assert (await answer.text()).count('<span class="kind ') == 40
        code, out, err = await ended(process, signal.SIGINT)
    assert (code, out, err) == (0, "", "")
    assert len(list((tmp_path / "out/issues").glob("*/issue.json"))) == 20


@pytest.mark.e2e
async def test_a_service_that_is_told_to_stop_leaves_the_rest_for_the_next(
    house: House, config: Path
) -> None:
    change(config, "port: 8080", "port: 0")
    change(config, "worker: {", "worker: {drain: 500ms, ")
    house.simulator.faults.replace([{"match": "GET /appstore/v1/*/*", "action": "hang"}])
    [submission] = await house.deliver(screenshot(APPS[2]))
    async with started("serve", "--config", config) as process:
        address = (await line_with(process, "feedback-bridge is at ")).split()[-1]
        await until(lambda: house.simulator.requests)
        async with aiohttp.ClientSession() as session, session.get(f"{address}/readyz") as answer:
            assert answer.status == 200
        code, out, err = await ended(process, signal.SIGTERM)
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    last = json.loads(err.splitlines()[-1])  # on no terminal the log is JSON
    assert (last["event"], last["jobs_given_back"]) == ("worker stopped", 1)
    assert (await house.row(submission)).state is JobState.WAITING
    house.simulator.faults.replace([])
    async with started("serve", "--role", "worker", "--config", config) as process:
        async with asyncio.timeout(PATIENCE):
            while (await house.row(submission)).state is not JobState.FILED:
                await asyncio.sleep(0.05)
        assert (await ended(process, signal.SIGTERM))[0] == 0
    assert len(house.issues(APPS[2])) == 1


@pytest.mark.e2e
async def test_the_program_says_what_is_wrong_without_a_traceback(tmp_path: Path) -> None:
    async with started("check", "--config", tmp_path / "bridge.yaml") as process:
        code, out, err = await ended(process)
    assert (code, out) == (2, "")
    assert err.startswith("there is no configuration at ")
