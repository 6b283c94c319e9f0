"""Misbehaviour on demand, over real connections."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bridge.simulators.faults import BadRule, Faults, Rule, read_rules

BODY = b'{"done": true, "padding": "0123456789"}'
SEGMENT = st.text(alphabet="abcxyz0189-_.", min_size=1, max_size=8)


class Service:
    """A service that counts what it did."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.effects = 0
        self.url = URL()

    async def effect(self, request: web.Request) -> web.Response:
        self.effects += 1
        if request.path.endswith("/gone"):
            raise web.HTTPGone
        return web.Response(body=BODY, content_type="application/json")

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware])
        app.router.add_route("*", "/{tail:.*}", self.effect)
        return app


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    it = Service()
    async with TestServer(it.application()) as server:
        it.url = server.make_url("/github/repos/example/sunrise/issues")
        yield it


@pytest.fixture
async def post(service: Service) -> AsyncIterator[Any]:
    async with aiohttp.ClientSession() as session:

        async def send() -> tuple[int, bytes, Any]:
            async with session.post(service.url) as answer:
                return answer.status, await answer.read(), answer.headers

        yield send


def rule(**keys: Any) -> list[dict[str, Any]]:
    return [{"match": "POST /github/repos/*/*/issues", **keys}]


async def test_without_rules_nothing_is_touched(service: Service, post: Any) -> None:
    status, body, _ = await post()
    assert (status, body, service.effects) == (200, BODY, 1)


async def test_a_status_before_the_effect_leaves_nothing_done(service: Service, post: Any) -> None:
    service.faults.replace(rule(action="status", status=502, times=1))
    assert (await post())[0] == 502
    assert service.effects == 0
    assert (await post())[0] == 200


async def test_a_status_after_the_effect_hides_that_it_was_done(
    service: Service, post: Any
) -> None:
    service.faults.replace(rule(when="after", action="status", status=502))
    assert (await post())[0] == 502
    assert service.effects == 1


async def test_a_rule_ends_after_its_times(service: Service, post: Any) -> None:
    service.faults.replace(rule(action="status", status=500, times=3))
    assert [(await post())[0] for _ in range(5)] == [500, 500, 500, 200, 200]


async def test_headers_are_sent_with_the_status(service: Service, post: Any) -> None:
    service.faults.replace(rule(status=429, headers={"Retry-After": 7}))
    status, _, headers = await post()
    assert (status, headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
async def test_a_reset_cuts_the_connection_without_an_answer(
    service: Service, post: Any, when: str, effects: int
) -> None:
    service.faults.replace(rule(when=when, action="reset"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await post()
    assert service.effects == effects


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
async def test_a_truncated_answer_ends_too_early(
    service: Service, post: Any, when: str, effects: int
) -> None:
    service.faults.replace(rule(when=when, action="truncate"))
    with pytest.raises(aiohttp.ClientPayloadError):
        await post()
    assert service.effects == effects


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
async def test_a_hanging_request_ends_when_the_rules_are_replaced(
    service: Service, post: Any, when: str, effects: int
) -> None:
    service.faults.replace(rule(when=when, action="hang"))
    hanging = asyncio.create_task(post())
    done, _ = await asyncio.wait([hanging], timeout=0.1)
    assert not done
    service.faults.replace([])
    with pytest.raises(aiohttp.ClientConnectionError):
        await asyncio.wait_for(hanging, timeout=2)
    assert service.effects == effects
    assert (await post())[0] == 200


async def test_pass_only_delays(service: Service, post: Any) -> None:
    service.faults.replace(rule(action="pass", delay_ms=60))
    started = asyncio.get_running_loop().time()
    status, body, _ = await post()
    assert (status, body, service.effects) == (200, BODY, 1)
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_pass_spares_a_request_from_the_rules_below(service: Service, post: Any) -> None:
    service.faults.replace([*rule(action="pass", times=1), *rule(status=503)])
    assert [(await post())[0] for _ in range(2)] == [200, 503]


async def test_an_error_of_the_service_counts_as_its_effect(service: Service) -> None:
    service.faults.replace([{"match": "GET /gone", "when": "after", "status": 502}])
    url = service.url.with_path("/gone")
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 502
    assert service.effects == 1


def test_the_same_seed_throws_the_same_dice() -> None:
    chances: list[list[bool]] = []
    for _ in range(2):
        faults = Faults(seed=7)
        faults.replace(rule(status=500, probability=0.5))
        chances.append(
            [faults.pick("POST", "/github/repos/a/b/issues") is not None for _ in range(50)]
        )
    assert chances[0] == chances[1]
    assert 10 < sum(chances[0]) < 40


def test_a_rule_that_the_dice_pass_over_is_not_used_up() -> None:
    faults = Faults()
    faults.replace(rule(status=500, probability=0.0, times=1))
    assert all(faults.pick("POST", "/github/repos/a/b/issues") is None for _ in range(20))


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({}, "a list of rules"),
        (["x"], "rule 1 is not an object"),
        ([{}], "rule 1: match is a method and a path"),
        ([{"match": "/github"}], "match is a method and a path"),
        ([{"match": "get /github"}], "match is a method and a path"),
        ([{"match": "GET github"}], "match is a method and a path"),
        (rule(), "the action status needs a status"),
        (rule(action="explode"), "action is one of status, reset, hang, truncate, pass"),
        (rule(status=500, when="later"), "when is one of before, after"),
        (rule(status=99), "status is a whole number, at least 200"),
        (rule(status=600), "status is at most 599"),
        (rule(status="500"), "status is a whole number"),
        (rule(status=500, times=0), "times is a whole number, at least 1"),
        (rule(status=500, times=True), "times is a whole number"),
        (rule(status=500, delay_ms=-1), "delay_ms is a whole number, at least 0"),
        (rule(status=500, probability=2), "probability is between 0 and 1"),
        (rule(status=500, probability=-0.1), "probability is a number, at least 0"),
        (rule(status=500, probability=float("nan")), "probability is a number"),
        (rule(status=500, headers=["x"]), "headers is an object"),
        (rule(status=500, headers={"a b": "x"}), "'a b' is not a header's name"),
        (rule(status=500, headers={"a": "x\r\nb: c"}), "the header a needs a value of one line"),
        (rule(status=500, path="/x"), "path is not known; a rule has match, when"),
        ([*rule(status=500), {"match": 7}], "rule 2: match"),
    ],
)
def test_a_bad_rule_is_refused_with_the_reason(document: object, complaint: str) -> None:
    with pytest.raises(BadRule, match=complaint.replace("(", r"\(")):
        read_rules(document)


def test_a_bad_rule_leaves_the_present_ones_in_force() -> None:
    faults = Faults()
    faults.replace(rule(status=500))
    with pytest.raises(BadRule):
        faults.replace(rule(status=1))
    assert faults.pick("POST", "/github/repos/a/b/issues") is not None


@given(st.lists(SEGMENT, min_size=1, max_size=6))
def test_a_path_matches_itself(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    assert Rule(method="GET", path=path).matches("GET", path)
    assert not Rule(method="GET", path=path).matches("POST", path)
    assert Rule(method="*", path=path).matches("PATCH", path)


@given(st.lists(SEGMENT, min_size=1, max_size=6), st.data())
def test_a_star_is_exactly_one_segment(parts: list[str], data: st.DataObject) -> None:
    starred = list(parts)
    where = data.draw(st.integers(0, len(parts) - 1))
    starred[where] = "*"
    it = Rule(method="GET", path="/" + "/".join(starred))
    assert it.matches("GET", "/" + "/".join(parts))
    assert not it.matches("GET", "/" + "/".join([*parts, "more"]))
    assert not it.matches("GET", "/" + "/".join(parts[:-1]))
    without = [*parts[:where], "", *parts[where + 1 :]]
    assert not it.matches("GET", "/" + "/".join(without))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["match", "action", "status", "headers", "times", "when", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_list_of_rules_or_a_bad_rule(document: object) -> None:
    try:
        rules = read_rules(document)
    except BadRule:
        return
    assert all(isinstance(r, Rule) for r in rules)
