from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.grouping import occurrence_of, summarise
from bridge.model import (
    Build,
    CrashFeedback,
    Device,
    Occurrence,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def occurrence(n: int, **more: Any) -> Occurrence:
    values: dict[str, Any] = {
        "at": NOON + timedelta(minutes=n),
        "build": "143",
        "version": "2.4.1",
        **more,
    }
    return Occurrence(group_id="g", app="sunrise", feedback_id=f"A{n}", **values)


def test_an_occurrence_takes_what_a_summary_needs() -> None:
    feedback = CrashFeedback(
        app="sunrise",
        id="A1",
        created_at=NOON,
        comment="boom",
        build=Build(id="b", number="143", version="2.4.1", uploaded_at=NOON),
        device=Device(model="iPhone17,1", os_version="26.1", platform="IOS"),
    )
    made = occurrence_of(feedback, log=None, tester_key="t")
    assert (made.build, made.version, made.build_uploaded_at) == ("143", "2.4.1", NOON)
    assert (made.os_version, made.device_model, made.tester_key) == ("26.1", "iPhone17,1", "t")


def test_builds_are_ordered_by_upload_not_by_their_names() -> None:
    older, newer = NOON - timedelta(days=2), NOON - timedelta(days=1)
    summary = summarise(
        [
            occurrence(1, build="9", build_uploaded_at=newer),
            occurrence(2, build="10", build_uploaded_at=older),
        ]
    )
    assert [b.build for b in summary.builds] == ["9", "10"]


def test_testers_are_counted_once_and_their_newest_words_shown() -> None:
    summary = summarise(
        [
            occurrence(1, tester_key="a", comment="first"),
            occurrence(2, tester_key="a", comment="second"),
            occurrence(3, tester_key="b", comment="  "),
            occurrence(4, comment="anonymous"),
        ]
    )
    assert summary.testers == 2
    assert [w.text for w in summary.words] == ["anonymous", "second"]
    assert (summary.first_at, summary.last_at) == (
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=4),
    )


def test_at_most_five_testers_words_are_shown() -> None:
    summary = summarise([occurrence(n, tester_key=str(n), comment=f"w{n}") for n in range(9)])
    assert [w.text for w in summary.words] == ["w8", "w7", "w6", "w5", "w4"]


def test_order_of_arrival_does_not_matter() -> None:
    ones = [occurrence(n, tester_key=str(n % 2), comment=f"w{n}") for n in range(4)]
    assert len({summarise(order) for order in permutations(ones)}) == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_builds_add_up_to_the_whole(pairs: list[tuple[int, int]]) -> None:
    ones = [
        occurrence(n, build=str(build), tester_key=str(tester))
        for n, (build, tester) in enumerate(pairs)
    ]
    summary = summarise(ones)
    assert sum(b.occurrences for b in summary.builds) == summary.occurrences == len(pairs)
    assert max(b.testers for b in summary.builds) <= summary.testers


def test_two_submissions_of_one_incident_are_one_crash_with_both_testers_words() -> None:
    summary = summarise(
        [
            occurrence(1, incident="incident:1", tester_key="a", comment="first"),
            occurrence(2, incident="incident:1", tester_key="b", comment="second"),
            occurrence(3, incident="incident:2", tester_key="c"),
            occurrence(4, incident=None, tester_key="c"),
        ]
    )
    assert (summary.occurrences, summary.testers) == (3, 2)
    assert [b.occurrences for b in summary.builds] == [3]
    assert [w.text for w in summary.words] == ["second", "first"]
