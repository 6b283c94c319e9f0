"""When two screenshot feedbacks are one problem, possibly one, or two."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.grouping import screens
from bridge.grouping.screens import JOIN, SUGGEST, compare, followed, place, with_later
from bridge.grouping.words import normalise
from bridge.model import KeptLook, Likeness, Look, PictureHashes, Place
from tests.clock import START
from tests.grouping.reports import REPORTS, TOO_SHORT

SCREENS = sorted({screen for screen, _ in REPORTS})
TOTAL = normalise("The total says 0.00 although there are two items in the cart")


def hashes(screen: str, *, off: int = 0) -> PictureHashes:
    """Return a screen's hashes, `off` bits away; those of two screens differ by half their bits."""
    bits = (0x0123456789ABCDEF * (2 * SCREENS.index(screen) + 3)) % 2**64
    return PictureHashes(dhash=bits, phash=(bits * 31 % 2**64) ^ (2**off - 1))


def look(
    words: str = TOTAL,
    screen: str | None = "cart",
    *,
    off: int = 0,
    name: str = "S1",
    **more: Any,
) -> Look:
    pictures = () if screen is None else (hashes(screen, off=off),)
    values: dict[str, Any] = {
        "build": "b1",
        "locale": "en-US",
        "family": "IPHONE",
        "at": START,
        **more,
    }
    return Look(app="sunrise", feedback_id=name, words=words, pictures=pictures, **values)


def kept(mine: Look, group: str = "G1", *, tracker: str = "local", number: int = 1) -> KeptLook:
    return KeptLook(look=mine, group_id=group, tracker=tracker, number=number)


def reports() -> list[tuple[tuple[str, str], Look]]:
    """Return each labelled comment with its screen: all of one build, language and device."""
    return [
        (problem, look(normalise(comment), problem[0], name=comment))
        for problem, comments in REPORTS.items()
        for comment in comments
    ]


def pairs() -> list[tuple[bool, screens.Comparison, str, str]]:
    return [
        (mine == theirs, compare(one, other), one.feedback_id, other.feedback_id)
        for (mine, one), (theirs, other) in itertools.combinations(reports(), 2)
    ]


def test_different_screens_are_far_apart_here_too() -> None:
    for one, other in itertools.combinations(SCREENS, 2):
        assert compare(look(screen=one), look(screen=other)).picture == 0.0, (one, other)


def test_nothing_wrong_is_joined_and_some_of_what_is_right() -> None:
    joined = [(right, a, b) for right, found, a, b in pairs() if found.joins]
    assert [pair for pair in joined if not pair[0]] == []
    assert len(joined) >= 10


def test_most_suggestions_are_right_and_most_of_what_is_right_is_suggested() -> None:
    found = pairs()
    suggested = [right for right, comparison, *_ in found if comparison.score >= SUGGEST]
    right = sum(right for right, *_ in found)
    assert sum(suggested) / len(suggested) >= 0.7
    assert sum(suggested) / right >= 0.85


def test_nothing_is_suggested_across_screens() -> None:
    for (mine, one), (theirs, other) in itertools.combinations(reports(), 2):
        if mine[0] != theirs[0]:
            assert compare(one, other).score < SUGGEST, (one.words, other.words)


@pytest.mark.parametrize("words", TOO_SHORT)
def test_a_picture_alone_never_counts(words: str) -> None:
    one = look(normalise(words))
    assert compare(one, one).score == 0.0
    assert not compare(one, one).joins
    assert place(one, [kept(look(normalise(words), name="S2"))], tracker="local", join=True) == (
        Place(how="new")
    )


def test_the_same_words_on_another_screen_are_not_even_suggested() -> None:
    found = compare(look(), look(screen="login"))
    assert (found.words, found.picture) == (1.0, 0.0)
    assert found.score < SUGGEST


def test_the_same_words_and_screen_are_suggested_whatever_build_and_device() -> None:
    other = look(build="b2", locale="de-DE", family="IPAD")
    assert SUGGEST <= compare(look(), other).score < JOIN


def test_words_alone_are_suggested_where_there_is_no_picture_but_never_join() -> None:
    found = compare(look(screen=None), look())
    assert found.score >= SUGGEST
    assert not found.joins


def test_a_screen_that_is_only_similar_never_joins() -> None:
    found = compare(look(), look(off=6))
    assert 0 < found.picture < 1
    assert found.score >= JOIN
    assert not found.joins


def test_the_most_alike_of_several_pictures_count() -> None:
    one = look()
    other = Look(
        app="sunrise", feedback_id="S2", at=START, words=TOTAL,
        pictures=(hashes("login"), hashes("cart"), hashes("order")),
    )  # fmt: skip
    assert compare(one, other).picture == 1.0


def test_what_is_common_is_said() -> None:
    assert compare(look(), look(family="IPAD", off=8)).common == (
        "the same words",
        "a similar screen",
        "the same build",
    )


WORDS = st.one_of(st.sampled_from([c for cs in REPORTS.values() for c in cs]), st.text())
BITS = st.integers(0, 2**64 - 1)
LOOKS = st.builds(
    Look,
    app=st.just("sunrise"),
    feedback_id=st.text(min_size=1),
    at=st.just(START),
    build=st.sampled_from((None, "b1", "b2")),
    locale=st.sampled_from((None, "en-US", "ja-JP")),
    family=st.sampled_from((None, "IPHONE")),
    words=WORDS.map(normalise),
    pictures=st.lists(st.builds(PictureHashes, dhash=BITS, phash=BITS), max_size=3).map(tuple),
)


@given(LOOKS, LOOKS)
def test_comparing_is_symmetric_and_within_bounds(one: Look, other: Look) -> None:
    found, back = compare(one, other), compare(other, one)
    assert found == back
    assert min(found.score, found.words, found.picture) >= 0
    assert max(found.score, found.words, found.picture) <= 1
    assert not found.joins or found.score >= JOIN


@given(LOOKS)
def test_nothing_is_more_alike_than_itself(one: Look) -> None:
    found = compare(one, one)
    assert found.words in (0.0, 1.0)
    assert found.picture == (1.0 if one.pictures else 0.0)


def test_the_nearest_group_is_joined_only_in_the_same_tracker() -> None:
    others = [kept(look(name="S2"), "A", tracker="jira"), kept(look(name="S3"), "B")]
    assert place(look(), others, tracker="local", join=True) == Place(how="near", into="B")
    assert place(look(), others[:1], tracker="local", join=True).into is None


def test_without_leave_to_join_the_nearest_groups_are_named_once_each_best_first() -> None:
    others = [
        kept(look(name="a", build="b2"), "A", number=1),
        kept(look(name="b"), "B", number=2),
        kept(look(name="c", build="b2"), "B", number=3),
        kept(look(name="d", build="b2", locale=None), "D", number=4),
        kept(look(name="e", build="b2", locale=None, family=None), "E", number=5),
        kept(look(name="f", screen="login"), "F", number=6),
    ]
    found = place(look(), others, tracker="local", join=False)
    assert (found.how, found.into) == ("new", None)
    assert [like.group_id for like in found.like] == ["B", "A", "D"]
    assert [like.score for like in found.like] == [1.0, 0.933, 0.867]


def test_another_apps_feedback_and_its_own_are_passed_over() -> None:
    other = Look(app="other", feedback_id="S2", at=START, words=TOTAL, pictures=look().pictures)
    assert place(look(), [kept(other), kept(look())], tracker="local", join=True) == Place(
        how="new"
    )


def test_what_came_meanwhile_counts_as_well() -> None:
    like = [Likeness(group_id=name, score=score) for name, score in (("A", 0.8), ("B", 0.9))]
    first, later = (Place(how="new", like=(one,)) for one in like)
    assert with_later(first, later).like == (like[1], like[0])
    assert with_later(later, first).like == (like[1], like[0])
    near = Place(how="near", into="C")
    assert with_later(first, near) == near
    assert with_later(near, first) == near


def sent(minute: float, name: str, group: str = "G1", **more: Any) -> KeptLook:
    values: dict[str, Any] = {"tester_key": "t1", **more}
    return kept(look(name=name, at=START + timedelta(minutes=minute), **values), group)


def me(minute: float = 0, **more: Any) -> Look:
    return sent(minute, "me", **more).look


@pytest.mark.parametrize("minute", [-10, -1, 0, 1, 10])
def test_a_tester_follows_up_within_ten_minutes_either_way(minute: float) -> None:
    assert followed(me(), [sent(minute, "S2")]) is not None


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        (me(), sent(10.01, "S2")),
        (me(), sent(-10.01, "S2")),
        (me(), sent(1, "S2", tester_key="t2")),
        (me(), sent(1, "S2", build="b2")),
        (me(tester_key=None), sent(1, "S2", tester_key=None)),
        (me(build=None), sent(1, "S2", build=None)),
        (me(), sent(1, "me")),
    ],
)
def test_nothing_else_is_a_follow_up(mine: Look, other: KeptLook) -> None:
    assert followed(mine, [other]) is None


def test_of_several_the_last_before_is_followed_else_the_first_after() -> None:
    around = [sent(-9, "a", "A"), sent(-2, "b", "B"), sent(1, "c", "C"), sent(3, "d", "D")]
    found = followed(me(), around)
    assert found is not None
    assert found.group_id == "B"
    after = followed(me(), around[2:])
    assert after is not None
    assert after.group_id == "C"


@given(st.lists(st.floats(0, 9.9), min_size=1, max_size=40))
def test_a_chain_is_one_issue_until_it_is_an_hour_or_twenty_long(gaps: list[float]) -> None:
    chain: list[KeptLook] = []
    minute = 0.0
    for n, gap in enumerate(gaps):
        minute += gap
        found = followed(me(minute), chain)
        starts = [k for k in chain if k.group_id == "0"]
        if n and len(starts) == len(chain) < 20 and minute <= 60:
            assert found is not None
        chain.append(sent(minute, str(n), found.group_id if found else str(n)))
    for _, members in itertools.groupby(sorted(chain, key=lambda k: k.group_id), _group):
        times = [k.look.at for k in members]
        assert len(times) <= 20
        assert max(times) - min(times) <= timedelta(hours=1)


def _group(one: KeptLook) -> str:
    return one.group_id
