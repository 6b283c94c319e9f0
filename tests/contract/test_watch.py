"""The watch itself: it sees what it should, and lets pass what it should."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.contract.deviations import DEVIATIONS, OUTSIDE
from tests.contract.documents import Documents, specs_folder
from tests.contract.watch import Watch, without_nulls

PING = {
    "data": {
        "type": "webhookPings",
        "relationships": {"webhook": {"data": {"type": "webhooks", "id": "1"}}},
    }
}
PONG = {
    "data": {"type": "webhookPings", "id": "2"},
    "links": {"self": "https://api.appstoreconnect.apple.com/v1/webhookPings/2"},
}


@pytest.fixture
def watch(official_documents: Documents | None) -> Watch:
    if official_documents is None:
        pytest.skip("SPECS_DIR is not set: nothing is validated against the official documents")
    return Watch(official_documents)


Say = Callable[..., Any]


@pytest.fixture
async def say(watch: Watch) -> AsyncIterator[Say]:
    """Send a request to a service that answers as it is told."""
    answers: list[tuple[int, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        status, body = answers.pop()
        return web.json_response(body, status=status)

    app = web.Application(middlewares=[watch.middleware])
    app.router.add_route("*", "/{tail:.*}", answer)

    async def send(
        method: str, path: str, answered: Any, *, status: int = 200, **more: Any
    ) -> None:
        answers.append((status, answered))
        async with session.request(method, server.make_url(path), **more):
            pass

    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield send


def found(watch: Watch) -> list[str]:
    return [str(violation) for violation in watch.violations()]


async def test_a_documented_exchange_is_no_violation(watch: Watch, say: Say) -> None:
    await say("POST", "/appstore/v1/webhookPings", PONG, status=201, json=PING)
    assert found(watch) == []
    assert len(watch.exchanges) == 1


async def test_a_wrong_request_is_told_with_its_place(watch: Watch, say: Say) -> None:
    await say("POST", "/appstore/v1/webhookPings", PONG, status=201, json={"data": {}})
    (violation,) = found(watch)
    assert violation.startswith("POST /appstore/v1/webhookPings (request, 201): at data: ")
    assert "'relationships' is a required property" in violation


async def test_a_wrong_answer_is_told_with_its_place(watch: Watch, say: Say) -> None:
    wrong = {**PONG, "data": {"type": "pings", "id": "2"}}
    await say("POST", "/appstore/v1/webhookPings", wrong, status=201, json=PING)
    (violation,) = found(watch)
    assert "(answer, 201): at data/type: 'pings' is not one of" in violation


async def test_the_same_violation_is_told_once(watch: Watch, say: Say) -> None:
    for _ in range(2):
        await say("POST", "/appstore/v1/webhookPings", PONG, status=201, json={"data": {}})
    assert len(found(watch)) == 1


async def test_a_query_parameter_that_is_not_documented_is_a_violation(
    watch: Watch, say: Say
) -> None:
    await say("GET", "/jira/rest/api/2/serverInfo", {}, params={"nonsense": "1"})
    assert found(watch) == [
        "GET /jira/rest/api/2/serverInfo (request, 200): there is no query parameter nonsense"
    ]


@pytest.mark.parametrize("path", ["/github/nowhere", "/appstore/v1/nowhere", "/jira/rest/api/3/x"])
async def test_a_path_that_is_not_documented_is_a_violation(
    watch: Watch, say: Say, path: str
) -> None:
    await say("GET", path, {})
    (violation,) = found(watch)
    assert violation.endswith("(request, 200): there is no such path")


async def test_a_status_that_is_not_documented_is_a_violation(watch: Watch, say: Say) -> None:
    await say("POST", "/appstore/v1/webhookPings", {}, status=418, json=PING)
    (violation,) = found(watch)
    assert violation.endswith("(answer, 418): the status 418 is not documented")


async def test_a_status_that_any_service_may_give_is_none(watch: Watch, say: Say) -> None:
    await say("POST", "/appstore/v1/webhookPings", {}, status=503, json=PING)
    assert found(watch) == []


async def test_nulls_in_an_answer_are_taken_out_first(watch: Watch, say: Say) -> None:
    nulls = {**PONG, "meta": None, "links": {**PONG["links"], "next": None}}
    await say("POST", "/appstore/v1/webhookPings", nulls, status=201, json=PING)
    assert found(watch) == []


async def test_nulls_in_a_request_stay(watch: Watch, say: Say) -> None:
    body = {"data": {**PING["data"], "relationships": None}}
    await say("POST", "/appstore/v1/webhookPings", PONG, status=201, json=body)
    assert len(found(watch)) == 1


async def test_a_github_path_with_slashes_in_its_last_value_is_documented(
    watch: Watch, say: Say
) -> None:
    body = {"message": "m", "content": "aGk="}
    await say("PUT", "/github/repos/a/b/contents/x/y/z%20.png", {}, status=201, json=body)
    assert not [v for v in found(watch) if "no such path" in v]


async def test_our_own_endpoints_are_not_watched(watch: Watch, say: Say) -> None:
    await say("GET", "/_state", {})
    assert watch.exchanges == []


def test_all_nulls_go_and_nothing_else() -> None:
    value = {"a": None, "b": [{"c": None, "d": 0}], "e": "", "f": False}
    assert without_nulls(value) == {"b": [{"d": 0}], "e": "", "f": False}


def test_each_deviation_has_a_name_and_a_source() -> None:
    assert all(d.name and d.source for d in DEVIATIONS)
    assert len({d.name for d in DEVIATIONS}) == len(DEVIATIONS)
    assert all(o.why for o in OUTSIDE)


def test_a_specs_folder_that_is_missing_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPECS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        specs_folder()
