from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.grouping.versions import newest, order
from bridge.model import KnownBuild

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NUMBERS = st.lists(st.integers(0, 10**30), min_size=1, max_size=6)


def built(version: str, day: int, *, platform: str | None = "IOS", build: str = "1") -> KnownBuild:
    uploaded_at = NOON + timedelta(days=day)
    return KnownBuild(version=version, build=build, platform=platform, uploaded_at=uploaded_at)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("2.9", "2.10"),
        ("2.4", "2.4.1"),
        ("2.4.9", "2.5"),
        ("9", "10"),
        ("0.9.9", "1"),
        ("2.99.99", "3.0"),
        (None, "0.1"),
        ("", "1"),
        ("beta", "1"),
        ("2.4-rc1", "2.5"),
    ],
)
def test_versions_are_compared_number_by_number(lower: str | None, higher: str) -> None:
    assert order(lower) < order(higher)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2.4", "2.4.0"), ("2.4", "2.4.0.0"), ("02.4", "2.4"), ("v2.4", "2.4"), (" 2.4 ", "2.4"),
     ("0", ""), (None, "0.0"), ("2..4", "2.4")],
)  # fmt: skip
def test_versions_that_differ_in_nothing_but_their_writing_are_equal(
    one: str | None, other: str
) -> None:
    assert order(one) == order(other)


@given(NUMBERS, NUMBERS)
def test_versions_sort_as_their_numbers_do(one: list[int], other: list[int]) -> None:
    length = max(len(one), len(other))
    padded = [[*numbers, *[0] * (length - len(numbers))] for numbers in (one, other)]
    as_text = [order(".".join(map(str, numbers))) for numbers in (one, other)]
    assert (as_text[0] < as_text[1]) == (padded[0] < padded[1])
    assert (as_text[0] == as_text[1]) == (padded[0] == padded[1])


@given(st.text())
def test_any_text_has_a_place_among_versions(text: str) -> None:
    assert order(text) >= order("")


def test_a_number_of_any_length_is_compared() -> None:
    assert order("9" * 100_000) < order("1" + "0" * 100_000)


def test_the_newest_build_is_the_one_that_was_uploaded_last() -> None:
    late, early = built("2.3", 2), built("2.4", 1)
    assert newest([late, early], platform="IOS") == late
    assert newest([late, early], platform="IOS", until=NOON + timedelta(days=1)) == early
    assert newest([late, early], platform="IOS", until=NOON) is None


def test_builds_of_other_platforms_do_not_count() -> None:
    mac, phone, unknown = built("5.0", 3, platform="MAC_OS"), built("2.3", 1), built("2.2", 0)
    assert newest([mac, phone, unknown], platform="IOS") == phone
    assert newest([mac, phone], platform=None) == mac
    anywhere = built("2.5", 2, platform=None)
    assert newest([phone, anywhere], platform="IOS") == anywhere


@given(st.permutations([built("2.4", 1), built("2.10", 1), built("2.9", 0)]))
def test_the_order_in_which_builds_came_does_not_matter(builds: list[KnownBuild]) -> None:
    assert newest(builds, platform=None) == built("2.10", 1)
