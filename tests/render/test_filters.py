"""Dates, sizes, durations, versions and counts as people write them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bridge.render import filters

MOMENT = datetime(2026, 11, 24, 10, 2, tzinfo=UTC)


def test_moments_are_in_utc() -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=14)))

    assert filters.moment(elsewhere) == "24 Nov 10:02 UTC"
    assert filters.day(elsewhere) == "24 Nov"


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (MOMENT, "24 Nov"),
        (MOMENT - timedelta(days=6), "18–24 Nov"),
        (MOMENT - timedelta(days=30), "25 Oct – 24 Nov"),
        (MOMENT - timedelta(days=365), "24 Nov 2025 – 24 Nov 2026"),
    ],
)
def test_a_span_says_no_more_than_needed(first: datetime, text: str) -> None:
    assert filters.span(first, MOMENT) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (1_500_000, "1.5 MB"), (12_300_000_000, "12 GB"),
     (9_960_000_000, "10 GB"), (2_000_000_000_000, "2 TB")],
)  # fmt: skip
def test_sizes(count: int, text: str) -> None:
    assert filters.size(count) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "under 1 s"), (1000, "1 s"), (59_999, "59 s"), (252_000, "4 min"), (7_200_000, "2 h"),
     (86_400_000, "1 day"), (200_000_000, "2 days")],
)  # fmt: skip
def test_durations(milliseconds: int, text: str) -> None:
    assert filters.duration(milliseconds) == text


@pytest.mark.parametrize(
    ("build", "text"),
    [
        ({"version": "2.4.1", "number": "143"}, "2.4.1 (143)"),
        ({"version": "2.4.1", "number": None}, "2.4.1"),
        ({"version": None, "number": "143"}, "build 143"),
        ({"version": None, "number": None}, ""),
    ],
)
def test_versions(build: dict[str, Any], text: str) -> None:
    assert filters.version(build) == text


def test_a_range_names_the_newest_build() -> None:
    newest = {"version": "2.4.1", "number": "143", "is_newest": True}
    builds = [newest, {"version": "2.4.0", "number": "139"}]

    assert filters.build_range(builds) == "2.4.0 (139) → 2.4.1 (143, newest)"
    assert filters.build_range(builds[:1]) == "2.4.1 (143, newest)"
    assert filters.build_range([{"version": None, "number": None}]) == ""
    nine, eight = {"version": None, "number": "9"}, {"version": None, "number": "8"}
    assert filters.build_range([nine, eight]) == "build 8 → build 9"
    assert filters.build_range([{**nine, "is_newest": True}, eight]) == "build 8 → build 9 (newest)"


def test_the_year_is_there_where_it_is_another() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)

    assert filters.day(MOMENT, now) == "24 Nov 2026"
    assert filters.day(MOMENT, MOMENT) == "24 Nov"
    assert filters.moment(MOMENT, now) == "24 Nov 2026 10:02 UTC"
    assert filters.span(MOMENT - timedelta(days=6), MOMENT, now) == "18–24 Nov 2026"
    assert filters.long_day(MOMENT) == "24 November 2026"


def test_counts() -> None:
    assert filters.count(1, "crash", "crashes") == "1 crash"
    assert filters.count(1400, "crash", "crashes") == "1,400 crashes"
    assert filters.count(2, "tester") == "2 testers"
