"""How like two stacks are: the laws, whatever the stacks, and what weighs more."""

from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash.similarity import FRAMES, Rarity, plain, similarity
from bridge.model import Trace

NAMES = st.sampled_from([f"Sunrise!f{number}()" for number in range(12)])
STACKS = st.lists(NAMES, min_size=1, max_size=50)
RARITIES = st.builds(
    Rarity,
    groups=st.integers(0, 300),
    holders=st.dictionaries(NAMES.map(plain), st.integers(0, 300)),
)
NOBODY = Rarity()
HUNDRED = 100
CART = ("total()", "body", "remove(_:)", "dispatch(_:)", "run()")


def stack(*names: str, family: str = "trap") -> Trace:
    return Trace(family=family, frames=tuple(f"Sunrise!{name}" for name in names))


def of(names: list[str]) -> Trace:
    return Trace(family="trap", frames=tuple(names))


@given(STACKS, STACKS, RARITIES)
def test_it_is_the_same_from_both_sides_and_between_0_and_1(
    one: list[str], other: list[str], rarity: Rarity
) -> None:
    there, back = similarity(of(one), of(other), rarity), similarity(of(other), of(one), rarity)

    assert there == back
    assert 0 <= there.score <= 1
    assert bool(there.common) == (there.score > 0)
    assert there.telling <= len(there.common)


@given(STACKS, RARITIES)
def test_a_stack_is_wholly_like_itself(names: list[str], rarity: Rarity) -> None:
    found = similarity(of(names), of(names), rarity)

    assert found.score == 1
    assert found.common == tuple(plain(name) for name in names[:FRAMES])


@given(STACKS, STACKS, RARITIES, st.data())
def test_a_frame_that_becomes_another_makes_it_no_larger(
    one: list[str], other: list[str], rarity: Rarity, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(one) - 1))
    changed = [*one[:place], "Sunrise!elsewhere()", *one[place + 1 :]]
    # As rare as the frame that was there: a common frame counts for less where it differs, too.
    holders = {**rarity.holders, "elsewhere()": rarity.holders.get(plain(one[place]), 0)}
    alike = replace(rarity, holders=holders)

    before = similarity(of(one), of(other), alike).score

    assert similarity(of(changed), of(other), alike).score <= before + 1e-9


@given(STACKS, STACKS, RARITIES)
def test_what_both_have_beneath_makes_it_no_smaller(
    one: list[str], other: list[str], rarity: Rarity
) -> None:
    short, long = one[: FRAMES - 1], other[: len(one)][: FRAMES - 1]
    size = min(len(short), len(long))
    first, second = short[:size], long[:size]
    before = similarity(of(first), of(second), rarity).score

    after = similarity(of([*first, "Sunrise!run()"]), of([*second, "Sunrise!run()"]), rarity)

    assert after.score >= before - 1e-9


@given(STACKS)
def test_causes_of_two_families_are_nothing_like_each_other(names: list[str]) -> None:
    found = similarity(of(names), replace(of(names), family="memory"), NOBODY)

    assert (found.score, found.common, found.telling) == (0, (), 0)


def test_stacks_without_frames_are_like_nothing_not_even_each_other() -> None:
    empty = stack()

    assert similarity(empty, empty, NOBODY).score == 0
    assert similarity(empty, stack(*CART), NOBODY).score == 0


def test_a_difference_at_the_top_weighs_more_than_one_beneath() -> None:
    scores = [
        similarity(
            stack(*CART), stack(*CART[:place], "elsewhere()", *CART[place + 1 :]), NOBODY
        ).score
        for place in range(len(CART))
    ]

    assert all(above < beneath for above, beneath in pairwise(scores))


def test_what_few_groups_have_weighs_more_than_what_all_have() -> None:
    one, other = stack("total()", "run()"), stack("empty()", "run()")
    common = Rarity(groups=HUNDRED, holders={"run()": HUNDRED})

    assert similarity(one, other, common).score < 0.1 < similarity(one, other, NOBODY).score


def test_order_counts_and_a_frame_that_stands_twice_counts_twice() -> None:
    turned = similarity(stack("a()", "b()"), stack("b()", "a()"), NOBODY)
    assert len(turned.common) == 1

    twice = similarity(stack("a()", "b()", "a()"), stack("a()", "b()", "a()"), NOBODY)
    assert twice.common == ("a()", "b()", "a()")
    assert twice.telling == 2


@pytest.mark.parametrize("written", ["total() {closure}", "total() block", "total()"])
def test_a_closure_is_as_good_as_the_function_it_is_in(written: str) -> None:
    assert similarity(stack(written, "body"), stack("total()", "body"), NOBODY).score == 1


def test_a_function_is_the_same_in_whichever_image_it_is_linked() -> None:
    moved = Trace(family="trap", frames=tuple(f"SunriseKit!{name}" for name in CART))

    assert similarity(stack(*CART), moved, NOBODY).score == 1


@pytest.mark.parametrize("frame", ["", "!", "main", "Sunrise!", "Sunrise! {closure}"])
def test_a_frame_always_has_some_plain_name(frame: str) -> None:
    assert plain(frame) or not frame


def test_with_few_groups_no_frame_is_common() -> None:
    everywhere = Rarity(groups=2, holders={"run()": 2})

    assert everywhere.of("run()") > 0.7
    assert everywhere.of("total()") == 1
    assert Rarity(groups=HUNDRED, holders={"run()": HUNDRED}).of("run()") < 0.1
    assert 0.4 < Rarity(groups=HUNDRED, holders={"run()": 10}).of("run()") < 0.8


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_frame_is_rarer_the_fewer_groups_have_it(groups: int, holders: int) -> None:
    fewer = Rarity(groups=groups, holders={"run()": holders}).of("run()")
    more = Rarity(groups=max(groups, holders), holders={"run()": holders + 1}).of("run()")

    assert 0 < more <= fewer + 0.01
    assert fewer <= 1


def test_stacks_of_any_length_take_a_bounded_time() -> None:
    long = of([f"Sunrise!f{number % 7}()" for number in range(200_000)])
    cut = of(list(long.frames[:FRAMES]))
    start = perf_counter()
    assert similarity(long, long, NOBODY).score == 1
    assert similarity(long, of([*cut.frames, "Sunrise!deep()"]), NOBODY).score == 1
    assert perf_counter() - start < 0.5
