"""When a stack joins, when it is only suggested, and when neither."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bridge.crash import understand
from bridge.crash.similarity import Rarity
from bridge.grouping.near import JOIN, SUGGEST, SUGGESTIONS, Known, comparable, likest
from bridge.model import Trace
from tests.crash.samples import CART, Crash, Line, text_report

NOBODY = Rarity()
NAMES = ("total()", "body", "remove(_:)", "dispatch(_:)", "handle(_:)", "load()", "open()", "run()")
STACK = Trace(
    family="trap", frames=tuple(f"Sunrise!{name}" for name in NAMES), entry="Swift!subscript"
)


def changed(*places: int, by: str = "Sunrise!elsewhere()") -> Trace:
    frames = [by if place in places else frame for place, frame in enumerate(STACK.frames)]
    return replace(STACK, frames=tuple(frames))


def known(*traces: Trace, name: str = "g1") -> Known:
    return Known(group_id=name, traces=traces)


def test_one_frame_more_beneath_the_top_joins() -> None:
    wrapped = replace(STACK, frames=(STACK.frames[0], "Sunrise!wrap(_:)", *STACK.frames[1:]))

    judged = likest(wrapped, [known(STACK)], NOBODY)

    assert judged.join is not None
    assert judged.join.group_id == "g1"
    assert judged.join.score >= JOIN
    assert judged.join.common == NAMES
    assert judged.like == (judged.join,)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(STACK, frames=STACK.frames[1:]), id="top frame inlined"),
        pytest.param(
            replace(STACK, frames=("Sunrise!wrap(_:)", *STACK.frames)), id="wrapper on top"
        ),
        pytest.param(changed(0), id="another function at the top"),
        pytest.param(changed(1), id="another function beneath it"),
        pytest.param(replace(STACK, entry="Swift!first"), id="asked something else"),
        pytest.param(replace(STACK, entry=None), id="asked nothing"),
    ],
)
def test_what_may_be_another_bug_is_only_suggested(other: Trace) -> None:
    judged = likest(other, [known(STACK)], NOBODY)

    assert judged.join is None
    assert [(one.group_id, one.score >= SUGGEST) for one in judged.like] == [("g1", True)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(changed(0, 1, 2), id="the same callers"),
        pytest.param(changed(1, 2, 3, 4, 5, 6, 7), id="only the same top"),
        pytest.param(replace(STACK, family="memory"), id="another family"),
        pytest.param(replace(STACK, frames=()), id="no frames"),
    ],
)
def test_what_has_little_in_common_is_not_even_suggested(other: Trace) -> None:
    assert likest(other, [known(STACK)], NOBODY).like == ()


def test_two_common_frames_never_join_and_one_is_not_suggested() -> None:
    two = replace(STACK, frames=STACK.frames[:2])
    one = replace(STACK, frames=STACK.frames[:1])

    judged = likest(two, [known(two)], NOBODY)
    assert (judged.join, [like.score for like in judged.like]) == (None, [1])
    assert likest(one, [known(one)], NOBODY).like == ()


def test_frames_that_all_groups_have_do_not_make_two_of_them_one() -> None:
    everywhere = Rarity(groups=500, holders=dict.fromkeys(NAMES, 500))

    judged = likest(STACK, [known(STACK)], everywhere)

    assert (judged.join, judged.like) == (None, ())


def test_a_stack_whose_top_is_not_known_is_only_suggested() -> None:
    judged = likest(STACK, [known(STACK)], NOBODY, certain=False)

    assert judged.join is None
    assert judged.like[0].score == 1


def test_between_two_groups_as_near_it_is_people_who_choose() -> None:
    judged = likest(STACK, [known(STACK, name="g2"), known(STACK, name="g1")], NOBODY)

    assert judged.join is None
    assert [like.group_id for like in judged.like] == ["g1", "g2"]
    clear = likest(STACK, [known(changed(4), name="g2"), known(STACK, name="g1")], NOBODY)
    assert clear.join is not None
    assert clear.join.group_id == "g1"


def test_the_nearest_are_suggested_first_and_not_all() -> None:
    others = [known(changed(place), name=f"g{place}") for place in range(7)]

    judged = likest(STACK, others, NOBODY)

    assert [like.group_id for like in judged.like] == ["g6", "g5", "g4"]
    assert len(judged.like) == SUGGESTIONS
    scores = [like.score for like in judged.like]
    assert scores == sorted(scores, reverse=True)


def test_a_chain_of_stacks_does_not_grow_into_one_group() -> None:
    """One stack that is near does not speak for a group whose others are far."""
    far = (changed(2, 3, 4), changed(1, 2, 3))

    assert likest(STACK, [known(STACK)], NOBODY).join is not None
    judged = likest(STACK, [known(STACK, *far)], NOBODY)
    assert judged.join is None
    assert judged.like[0].score == 1


def test_more_than_three_stacks_of_a_group_do_not_count_against_it() -> None:
    near = [STACK, changed(7), changed(6)]

    judged = likest(STACK, [known(*near, changed(0, 1, 2), changed(1, 2, 3))], NOBODY)

    assert judged.join is not None
    assert judged.join.score == 1


def test_a_group_without_stacks_is_near_to_nothing() -> None:
    assert likest(STACK, [known()], NOBODY).like == ()


@pytest.mark.parametrize(
    ("lines", "whether"),
    [
        (CART, True),
        ((Line("Sunrise", None, 0x9900), *CART), False),
        ((Line("UIKitCore", "-[UIApplication _run]", 0xF770, 792),), False),
    ],
)
def test_only_a_stack_with_a_named_top_is_kept_for_others(
    lines: Sequence[Line], *, whether: bool
) -> None:
    diagnosis = understand(text_report(Crash(stack=tuple(lines))).encode())

    assert diagnosis is not None
    assert comparable(diagnosis) is whether
