"""What may pass is waited for: a moment here, longer in the queue."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bridge.appstore import AppId, AppStore
from bridge.errors import (
    RateLimited,
    Transient,
)
from bridge.simulators.appstore import ApiKey
from bridge.simulators.server import Simulator
from tests.appstore.scripted import Answer, document, error, serving
from tests.clock import FakeClock

LOG = document({"data": {"type": "betaCrashLogs", "id": "A1", "attributes": {"logText": "x"}}})
MakeStore = Callable[..., AppStore]


async def test_what_failed_for_a_moment_is_asked_again_with_growing_waits(
    make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(500), error(502), error(503), LOG) as script:
        assert await make_store(script.origin, key).crash_log("A1") == "x"
    assert clock.slept == [1.0, 2.0, 4.0]


async def test_waits_are_shortened_by_chance(
    make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(500), error(502), LOG) as script:
        assert await make_store(script.origin, key, chance=0.25).crash_log("A1") == "x"
    assert clock.slept == [0.25, 0.5]


async def test_it_is_not_asked_more_often_than_the_settings_say(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(error(500)) as script:
        with pytest.raises(Transient):
            await make_store(script.origin, key, retry={"tries": 2}).crash_log("A1")
        assert len(script.requests) == 2


async def test_a_short_retry_after_is_waited_for(
    make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(429, Retry_After="3"), LOG) as script:
        assert await make_store(script.origin, key, chance=0.0).crash_log("A1") == "x"
    assert clock.slept == [3.0]


async def test_a_retry_after_may_be_a_date(
    make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    at = format_datetime(clock.now() + timedelta(seconds=2), usegmt=True)
    async with serving(error(503, Retry_After=at), LOG) as script:
        assert await make_store(script.origin, key, chance=0.0).crash_log("A1") == "x"
    assert clock.slept == [2.0]


@pytest.mark.parametrize(
    "value", ["soon", "-1", "Tue, 24 Nov 99999999999999 10:00:00 GMT", "Tue, 99999999999 Nov 2026"]
)
async def test_a_retry_after_that_says_nothing_is_as_none(
    value: str, make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(503, Retry_After=value), LOG) as script:
        assert await make_store(script.origin, key).crash_log("A1") == "x"
    assert clock.slept == [1.0]


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, Transient)])
async def test_a_long_retry_after_is_given_back_to_the_queue(
    status: int, kind: type[Transient], make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(status, Retry_After="1800")) as script:
        with pytest.raises(kind) as caught:
            await make_store(script.origin, key, chance=0.0).crash_log("A1")
        assert len(script.requests) == 1
    assert caught.value.retry_after == 1800
    assert clock.slept == []


async def test_after_a_429_nobody_asks_before_the_time_is_over(
    make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(429, Retry_After="1800"), LOG) as script:
        store = make_store(script.origin, key, chance=0.0)
        for _ in range(2):
            with pytest.raises(RateLimited):
                await store.crash_log("A1")
            clock.advance(600)
        assert len(script.requests) == 1
        clock.advance(600)
        assert await store.crash_log("A1") == "x"


async def test_a_429_without_retry_after_ends_in_a_minutes_pause(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(error(429)) as script:
        with pytest.raises(RateLimited) as caught:
            await make_store(script.origin, key, chance=0.5).crash_log("A1")
        assert len(script.requests) == 4
    assert caught.value.retry_after == 60
    assert not caught.value.counts_as_try


@pytest.mark.parametrize(
    "header",
    [
        "user-hour-lim:3600;user-hour-rem:0",
        "user-hour-lim:3600;user-hour-rem:0;",
        " user-hour-rem: 0 ",
    ],
)
async def test_a_used_up_budget_holds_the_next_request_back(
    header: str, make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    used_up = Answer(body=LOG.body, headers={"X-Rate-Limit": header})
    async with serving(used_up, LOG) as script:
        store = make_store(script.origin, key)
        assert await store.crash_log("A1") == "x"
        with pytest.raises(RateLimited, match="budget is used up for another 60 s") as caught:
            await store.crash_log("A1")
        assert len(script.requests) == 1
        assert caught.value.retry_after is not None
        clock.advance(caught.value.retry_after)
        assert await store.crash_log("A1") == "x"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "user-hour-lim:3600;user-hour-rem:1",
        "nonsense",
        ";;:;user-hour-rem:",
        "user-hour-rem:-1",
    ],
)
async def test_a_budget_that_is_not_used_up_holds_nothing_back(
    header: str, make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(body=LOG.body, headers={"X-Rate-Limit": header})) as script:
        store = make_store(script.origin, key)
        assert [await store.crash_log("A1") for _ in range(2)] == ["x", "x"]


async def test_a_connection_that_is_cut_is_tried_again(
    simulator: Simulator, store: AppStore, app: AppId, crash: Callable[..., str]
) -> None:
    submission = crash()
    simulator.faults.replace(
        [
            {
                "match": "GET /appstore/v1/betaFeedbackCrashSubmissions/*",
                "action": "reset",
                "times": 2,
            },
            {"match": "GET /appstore/v1/builds/*", "action": "truncate", "times": 1},
        ]
    )
    assert (await store.crash(app, submission)).id == submission


async def test_a_service_that_is_not_there_is_transient(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(LOG) as script:
        origin = script.origin
    with pytest.raises(Transient, match="could not be asked for crash log of A1: ConnectError"):
        await make_store(origin, key).crash_log("A1")


async def test_silence_is_not_waited_out(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(Answer(silence=True)) as script:
        store = make_store(script.origin, key, timeout=0.05, retry={"tries": 2})
        with pytest.raises(Transient, match="ReadTimeout"):
            await store.crash_log("A1")
        assert len(script.requests) == 2
