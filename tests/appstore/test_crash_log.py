"""A crash log comes when it comes; until then there is none."""

from collections.abc import Callable

import pytest

from bridge.appstore import AppStore
from bridge.errors import Unreadable
from bridge.simulators.appstore import ApiKey
from tests.appstore.scripted import document, serving
from tests.clock import FakeClock

MakeStore = Callable[..., AppStore]


async def test_a_log_is_there_after_some_questions(
    store: AppStore, crash: Callable[..., str]
) -> None:
    submission = crash(crash_log="Incident Identifier: 1\n", log_after=2)
    found = [await store.crash_log(submission) for _ in range(3)]
    assert found == [None, None, "Incident Identifier: 1\n"]


async def test_a_log_is_there_after_some_time(
    store: AppStore, crash: Callable[..., str], clock: FakeClock
) -> None:
    submission = crash(crash_log="x", log_after_seconds=60)
    assert await store.crash_log(submission) is None
    clock.advance(60)
    assert await store.crash_log(submission) == "x"


@pytest.mark.parametrize("log", [None, "", " \n"])
async def test_a_log_that_is_missing_or_empty_is_none(
    log: str | None, store: AppStore, crash: Callable[..., str]
) -> None:
    assert await store.crash_log(crash(crash_log=log)) is None


@pytest.mark.parametrize(
    "log", ["a\r\nb\n\n", "\ufeffIncident", "a\0b", "😀 Größe", "no crash log"]
)
async def test_a_log_comes_as_it_is(log: str, store: AppStore, crash: Callable[..., str]) -> None:
    assert await store.crash_log(crash(crash_log=log)) == log


async def test_a_lone_surrogate_in_a_log_can_be_encoded(
    store: AppStore, crash: Callable[..., str]
) -> None:
    assert await store.crash_log(crash(crash_log="a\ud83db")) == "a\ufffdb"


@pytest.mark.parametrize(
    "body",
    [
        {"data": None},
        {},
        {"data": {"type": "betaCrashLogs", "id": "A1", "attributes": None}},
        {"data": {"type": "betaCrashLogs", "id": "A1", "attributes": {"logText": None}}},
    ],
)
async def test_nulls_are_no_log(body: object, make_store: MakeStore, key: ApiKey) -> None:
    async with serving(document(body)) as script:
        assert await make_store(script.origin, key).crash_log("A1") is None


async def test_a_log_that_is_no_text_is_unreadable(make_store: MakeStore, key: ApiKey) -> None:
    body = {"data": {"type": "betaCrashLogs", "id": "A1", "attributes": {"logText": 7}}}
    async with serving(document(body)) as script:
        with pytest.raises(Unreadable, match=r"another number at data\.attributes\.logText"):
            await make_store(script.origin, key).crash_log("A1")
