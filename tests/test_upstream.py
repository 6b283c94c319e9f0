from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bridge.errors import RateLimited
from bridge.upstream import HOUR, MINUTE, Backoff, Pace, WriteBudget, WriteLimits, retry_after
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
