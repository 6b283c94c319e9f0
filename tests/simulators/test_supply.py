"""Which feedback comes next."""

from datetime import UTC, datetime

import pytest

from bridge.simulators import estate
from bridge.simulators.samples.crashes import CRASHES
from bridge.simulators.supply import NoSuchSample, Supply

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST, SECOND = estate.APPS[:2]


def supply(seed: int = 0) -> Supply:
    return Supply(seed=seed, now=lambda: NOON)


def test_forty_of_both_kinds_are_each_another_sample() -> None:
    it = supply()
    samples = [it.next(FIRST, "both") for _ in range(40)]
    kinds = [sample.kind for sample in samples]
    assert kinds.count("screenshot") == 10
    assert kinds[:2] == ["screenshot", "crash"]
    crashes = [sample.bug for sample in samples if sample.kind == "crash"]
    assert crashes == [sample.bug for sample in CRASHES][:30]


def test_each_app_walks_by_itself() -> None:
    it = supply()
    assert it.next(FIRST, "crash").bug == it.next(SECOND, "crash").bug
    assert it.next(FIRST, "crash").bug != it.next(FIRST, "screenshot").bug


def test_asking_for_a_bug_leaves_the_walk_where_it_is() -> None:
    it, other = supply(), supply()
    it.next(FIRST, "crash", bug="receipt-recursion")
    assert it.next(FIRST, "crash") == other.next(FIRST, "crash")


def test_the_same_seed_gives_the_same_feedback_and_another_does_not() -> None:
    assert supply(1).next(FIRST, "crash") == supply(1).next(FIRST, "crash")
    assert supply(1).next(FIRST, "crash").crash_log != supply(2).next(FIRST, "crash").crash_log


def test_the_second_walk_gives_new_reports_of_the_same_bugs() -> None:
    it = supply()
    rounds = [[it.next(FIRST, "crash") for _ in CRASHES] for _ in range(2)]
    assert [s.bug for s in rounds[0]] == [s.bug for s in rounds[1]]
    assert not {s.crash_log for s in rounds[0]} & {s.crash_log for s in rounds[1]}


def test_a_bug_finds_its_own_kind() -> None:
    it = supply()
    assert it.next(FIRST, "both", bug="screen-pins-overlap").kind == "screenshot"
    assert it.next(FIRST, "both", bug="money-overflow").kind == "crash"


def test_an_unknown_bug_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NoSuchSample, match="cart-total-out-of-range, coupon"):
        supply().next(FIRST, "crash", bug="none")


def test_feedback_is_of_now_and_its_build_older() -> None:
    for sample in (supply().next(FIRST, "crash"), supply().next(FIRST, "screenshot")):
        assert sample.created_at == NOON
        assert sample.uploaded_at is not None
        assert sample.uploaded_at < NOON


def test_a_build_that_is_asked_for_is_in_the_crash_log_too() -> None:
    sample = supply().next(FIRST, "crash", build="150")
    assert (sample.build, sample.version) == ("150", "2.5.0")
    assert "Version:             2.5.0 (150)" in (sample.crash_log or "")


def test_some_crash_logs_come_later() -> None:
    it = supply()
    late = [it.next(FIRST, "crash").log_after for _ in CRASHES]
    assert sum(1 for wait in late if wait) == 2
