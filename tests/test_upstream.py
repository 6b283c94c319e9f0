from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bridge.errors import LostAnswer, NotYet, RateLimited, Transient
from bridge.upstream import (
    HOUR,
    MINUTE,
    PATIENCE,
    READS,
    Backoff,
    Pace,
    WriteBudget,
    WriteLimits,
    check_right,
    read_again,
    retry_after,
    writing_while,
)
from tests.clock import FakeClock

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_backoff_never_passes_its_cap(tries: int, chance: float) -> None:
    assert 0 <= Backoff(first=1, cap=60).wait(tries, chance=chance) <= 60


def test_backoff_doubles_its_bound() -> None:
    waits = [Backoff(first=1, cap=60).wait(n, chance=1.0) for n in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


@given(st.floats(0, 4000), st.floats(0, 1), st.integers(1, 20))
def test_a_wait_that_was_asked_for_is_never_cut_short(
    asked: float, chance: float, tries: int
) -> None:
    assert Backoff().wait(tries, chance=chance, retry_after=asked) >= asked


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("60", 60),
        (" 0 ", 0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("²", None),
        ("9" * 400, 86400),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert retry_after(CIMultiDict({"retry-after": value}), now=NOON) == seconds


def test_no_header_asks_for_nothing() -> None:
    assert retry_after(CIMultiDict(), now=NOON) is None


@given(
    st.lists(st.floats(0, 20), max_size=120),
    st.integers(1, 10),
    st.integers(1, 30),
    st.floats(0, 3),
)
def test_no_window_ever_holds_more_writes_than_allowed(
    idle: list[float], per_minute: int, per_hour: int, gap: float
) -> None:
    budget = WriteBudget(WriteLimits(per_minute=per_minute, per_hour=per_hour, gap=gap))
    now, writes = 0.0, list[float]()
    for pause in idle:
        now += pause
        now += budget.delay(now)
        budget.note(now)
        writes.append(now)
    for start in writes:
        assert sum(start <= at < start + MINUTE - 1e-6 for at in writes) <= per_minute
        assert sum(start <= at < start + HOUR - 1e-6 for at in writes) <= per_hour
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(writes))


async def test_a_short_wait_is_waited_and_a_long_one_goes_back_to_the_queue() -> None:
    clock = FakeClock()
    pace = Pace(WriteLimits(per_minute=2, gap=1), clock)
    await pace.write()
    before = clock.monotonic()
    await pace.write()
    assert clock.monotonic() - before == pytest.approx(1)
    with pytest.raises(RateLimited) as caught:
        await pace.write()
    assert caught.value.retry_after == pytest.approx(59)


class Failing:
    """A read that fails so often, each time taking that long."""

    def __init__(self, clock: FakeClock, *errors: Transient, takes: float = 0.0) -> None:
        self.asked = 0
        self._clock = clock
        self._errors = list(errors)
        self._takes = takes

    async def __call__(self) -> str:
        self.asked += 1
        self._clock.advance(self._takes)
        if self._errors:
            raise self._errors.pop(0)
        return "read"


async def test_a_read_that_fails_now_and_then_is_asked_again() -> None:
    clock = FakeClock()
    read = Failing(clock, *[Transient("503")] * (READS - 1))
    assert await read_again(read, clock=clock) == "read"
    assert len(clock.slept) == READS - 1
    assert sum(clock.slept) < PATIENCE


async def test_a_read_that_goes_on_failing_is_the_jobs_failure() -> None:
    clock = FakeClock()
    read = Failing(clock, *[Transient("503")] * (READS + 1))
    with pytest.raises(Transient):
        await read_again(read, clock=clock)
    assert read.asked == READS


@pytest.mark.parametrize(
    ("error", "takes"),
    [
        (RateLimited("429", retry_after=1), 0.0),
        (NotYet("no log yet"), 0.0),
        (LostAnswer("reset"), 0.0),
        (Transient("503", retry_after=60), 0.0),
        (Transient("no answer in time"), PATIENCE + 1),
    ],
    ids=["limited", "not yet", "lost", "asked to wait", "slow"],
)
async def test_what_asks_for_time_is_not_asked_again(error: Transient, takes: float) -> None:
    clock = FakeClock()
    read = Failing(clock, error, takes=takes)
    with pytest.raises(type(error)):
        await read_again(read, clock=clock)
    assert read.asked == 1
    assert not clock.slept


def test_the_right_to_write_holds_in_its_block_alone() -> None:
    holds = True
    with writing_while(lambda: holds):
        check_right()
        holds = False
        with pytest.raises(NotYet):
            check_right()
    check_right()
