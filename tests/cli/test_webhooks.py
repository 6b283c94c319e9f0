"""`webhooks register, list, ping`: App Store Connect's side, as often as one likes."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.appstore import EVENTS
from tests.cli.conftest import Run
from tests.pipeline.conftest import APPS, House

PUBLIC = "https://bridge.example.com"
CREATE = "POST /appstore/v1/webhooks"
FIELDS = ["app", "id", "url", "enabled", "events"]


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[str, list[dict[str, object]]]]:
    """What stands in for the service; gives its address and what came."""
    came: list[dict[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        came.append({"app": request.match_info["app"], "type": body["data"]["type"]})
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/{app}", take)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}", came


async def test_every_app_that_lacks_it_gets_a_webhook_once(
    run: Run, house: House, config: Path
) -> None:
    wanted = ("webhooks", "register", "--url", f"{PUBLIC}/", "--format", "json")
    first = await run(*wanted, config=config)
    second = await run(*wanted, config=config)
    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    assert [line["app"] for line in first.lines] == list(APPS)
    assert [line["how"] for line in first.lines] == ["created"] * 3
    assert [line["how"] for line in second.lines] == ["unchanged"] * 3
    assert [line["id"] for line in first.lines] == [line["id"] for line in second.lines]
    for line in first.lines:
        assert line["url"] == f"{PUBLIC}/webhooks/{line['app']}"
        assert line["enabled"] is True
        assert set(line["events"]) == set(EVENTS)
    assert house.simulator.requests[CREATE] == 3


async def test_one_app_can_be_named(run: Run, house: House, config: Path) -> None:
    done = await run("webhooks", "register", APPS[1], "--url", PUBLIC, config=config)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{APPS[1]}: {PUBLIC}/webhooks/{APPS[1]} (")
    assert "created" in done.out
    assert house.simulator.requests[CREATE] == 1


async def test_an_app_that_is_not_configured_is_wrong_use(
    run: Run, house: House, config: Path
) -> None:
    for command in (("register", "--url", PUBLIC), ("list",), ("ping",)):
        done = await run("webhooks", *command, "moonrise", config=config)
        assert (done.code, done.out) == (2, "")
        assert "no app is called moonrise; there are: sunrise-github" in done.err
    assert not house.simulator.requests


async def test_without_a_public_address_it_is_asked_for(run: Run, config: Path) -> None:
    done = await run("webhooks", "register", config=config)
    assert (done.code, done.out) == (2, "")
    assert "--url or server.public_url" in done.err


async def test_an_address_that_is_none_is_wrong_use(run: Run, house: House, config: Path) -> None:
    for url in ("bridge.example.com", "ftp://bridge.example.com", "https://", ""):
        done = await run("webhooks", "register", "--url", url, config=config)
        assert (done.code, done.out) == (2, ""), url
        assert "https://bridge.example.com" in done.err
    assert not house.simulator.requests


async def test_the_public_address_may_stand_in_the_configuration(run: Run, config: Path) -> None:
    text = config.read_text().replace("server: {", f"server: {{public_url: {PUBLIC}, ")
    config.write_text(text)
    done = await run("webhooks", "register", "--format", "json", config=config)
    assert {line["url"] for line in done.lines} == {f"{PUBLIC}/webhooks/{app}" for app in APPS}


async def test_list_shows_what_is_there(run: Run, config: Path) -> None:
    assert (await run("webhooks", "list", "--format", "json", config=config)).out == ""
    await run("webhooks", "register", "--url", PUBLIC, config=config)
    done = await run("webhooks", "list", "--format", "json", config=config)
    assert (done.code, done.err) == (0, "")
    assert [list(line) for line in done.lines] == [FIELDS] * 3
    told = await run("webhooks", "list", config=config)
    assert [line.split(":")[0] for line in told.out.splitlines()] == list(APPS)


async def test_a_ping_is_sent_to_each_of_our_webhooks(
    run: Run, config: Path, receiver: tuple[str, list[dict[str, object]]]
) -> None:
    address, came = receiver
    await run("webhooks", "register", "--url", address, config=config)
    done = await run("webhooks", "ping", "--format", "json", config=config)
    assert (done.code, done.err) == (0, "")
    assert [line["app"] for line in done.lines] == list(APPS)
    assert all(line["ping"] for line in done.lines)
    async with asyncio.timeout(30):  # pings come on their own
        while len(came) < len(APPS):
            await asyncio.sleep(0.01)
    assert {str(each["app"]) for each in came} == set(APPS)
    assert {each["type"] for each in came} == {"webhookPingCreated"}
    told = await run("webhooks", "ping", APPS[0], config=config)
    assert "a ping is on its way" in told.out


async def test_a_ping_without_a_webhook_fails_and_says_what_to_do(run: Run, config: Path) -> None:
    done = await run("webhooks", "ping", APPS[0], config=config)
    assert (done.code, done.out) == (1, "")
    assert f"{APPS[0]}: no webhook ends in /webhooks/{APPS[0]}" in done.err
    assert "feedback-bridge webhooks register" in done.err


async def test_what_fails_for_one_app_is_done_for_the_others(
    run: Run, house: House, config: Path
) -> None:
    house.simulator.appstore.forbid(house.bridge.config.apps[APPS[0]].app_id)
    done = await run("webhooks", "register", "--url", PUBLIC, "--format", "json", config=config)
    assert done.code == 1
    assert [line["app"] for line in done.lines] == list(APPS[1:])
    assert done.err.startswith(f"{APPS[0]}: ")
    assert len(done.err.splitlines()) == 1


async def test_a_key_that_is_not_accepted_fails_without_telling_it(
    run: Run, house: House, config: Path
) -> None:
    house.simulator.appstore.revoke(house.simulator.appstore.keys.key_id)
    done = await run("webhooks", "list", config=config)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 3
    assert "PRIVATE KEY" not in done.err
    assert "eyJ" not in done.err
