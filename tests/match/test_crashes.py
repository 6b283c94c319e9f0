"""How a crash finds its group in the store: by fingerprint, nearly, or not at all."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bridge.crash import understand
from bridge.errors import Gone
from bridge.grouping.near import KEPT
from bridge.match.crashes import CrashMatch
from bridge.model import Diagnosis, Group, Kind, Occurrence
from bridge.routes import Near, Route
from bridge.store import StorageSettings, Store
from tests.clock import FakeClock
from tests.crash.samples import APP, CART, IMAGES, Crash, Line, text_report
from tests.store.made import occurrence

NUMBERS = count(1)
SUGGEST = Route(tracker="local")
JOIN = Route(tracker="local", near=Near.JOIN)
TAIL = tuple(Line("Sunrise", f"Router.step{number}()", 0xE000 + 64 * number) for number in range(9))
STACK = (*CART[:6], *TAIL, *CART[6:])
WRAPPED = (*STACK[:3], Line("Sunrise", "Cart.measured(_:)", 0xC700), *STACK[3:])
OTHER = tuple(
    replace(line, symbol=f"Other.{number}()") if line.image == "Sunrise" else line
    for number, line in enumerate(STACK)
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=FakeClock())
    yield opened
    await opened.aclose()


def crash(stack: Sequence[Line] = STACK, **changes: Any) -> Diagnosis:
    """A crash of its own incident and its own build."""
    number = next(NUMBERS)
    values: dict[str, Any] = {
        "incident": f"8E7C1C0F-30CF-4C3B-9D0E-{number:012X}",
        "images": (replace(APP, uuid=f"{number:032x}"), *IMAGES[1:]),
        **changes,
    }
    diagnosis = understand(text_report(Crash(stack=tuple(stack), **values)).encode())
    assert diagnosis is not None
    return diagnosis


async def joined(
    store: Store, diagnosis: Diagnosis, route: Route = SUGGEST, *, app: str = "sunrise"
) -> tuple[Group, Occurrence]:
    """Let a new feedback join, and return its group and itself as they are kept."""
    name = f"S{next(NUMBERS)}"
    group = await CrashMatch(store).join(occurrence(name, app=app), diagnosis, route, "local")
    kept = await store.ledger.occurrences(group.id)
    return group, next(one for one in kept if one.feedback_id == name)


async def test_an_unknown_crash_opens_a_group_and_an_equal_one_joins_it(store: Store) -> None:
    first, opener = await joined(store, crash())
    second, member = await joined(store, crash())
    other, alone = await joined(store, crash(OTHER))

    assert first.id == second.id != other.id
    assert (opener.how, member.how, alone.how) == ("new", "exact", "new")
    assert first.like == other.like == ()
    assert first.kind is Kind.CRASH


async def test_a_second_submission_of_one_incident_says_so(store: Store) -> None:
    one = crash()
    _, opener = await joined(store, one)
    _, member = await joined(store, crash(OTHER, incident=one.report.incident_id))

    assert (opener.how, member.how) == ("new", "incident")


async def test_a_near_crash_is_a_group_of_its_own_that_names_what_it_is_like(store: Store) -> None:
    first, _ = await joined(store, crash())
    second, member = await joined(store, crash(WRAPPED))

    assert member.how == "new"
    [like] = second.like
    assert like.group_id == first.id
    assert 0.8 < like.score < 1
    assert like.common[:2] == ("CartView.total.getter", "CartView.body.getter")
    assert (await store.ledger.group(second.id)).like == second.like


async def test_a_near_crash_joins_where_the_route_says_so_and_brings_its_keys(store: Store) -> None:
    first, _ = await joined(store, crash())
    near, member = await joined(store, crash(WRAPPED), JOIN)
    again, later = await joined(store, crash(WRAPPED))

    assert first.id == near.id == again.id
    assert (member.how, later.how) == ("near", "exact")
    assert len(await store.ledger.traces(first.id)) == 2


async def test_what_is_only_possibly_the_same_never_joins(store: Store) -> None:
    first, _ = await joined(store, crash())
    top = replace(CART[2], symbol="CartView.discount.getter")
    second, member = await joined(store, crash((*STACK[:2], top, *STACK[3:])), JOIN)

    assert member.how == "new"
    assert [like.group_id for like in second.like] == [first.id]


async def test_another_apps_crash_is_near_to_nothing(store: Store) -> None:
    await joined(store, crash())
    group, _ = await joined(store, crash(WRAPPED), JOIN, app="sunset")

    assert group.like == ()


async def test_what_is_near_to_a_merged_group_names_its_successor(store: Store) -> None:
    old, _ = await joined(store, crash())
    new, _ = await joined(store, crash(OTHER))
    await store.ledger.merge(old.id, into=new.id)

    near, member = await joined(store, crash(WRAPPED), JOIN)
    assert member.how == "new"  # its stacks are of two kinds now, so it is people who choose
    assert [like.group_id for like in near.like] == [new.id]
    exact, _ = await joined(store, crash())
    assert exact.id == new.id


async def test_a_crash_that_joins_twice_is_in_one_group_once(store: Store) -> None:
    """After a kill between any two steps the job runs again."""
    one = crash(WRAPPED)
    await joined(store, crash())
    for _ in range(2):
        group = await CrashMatch(store).join(occurrence("S0"), one, SUGGEST, "local")
        assert [o.feedback_id for o in await store.ledger.occurrences(group.id)] == ["S0"]
        assert [o.how for o in await store.ledger.occurrences(group.id)] == ["new"]
        assert len(await store.ledger.traces(group.id)) == 1


async def test_only_a_few_stacks_of_a_group_are_kept(store: Store) -> None:
    group = None
    for number in range(KEPT + 3):
        variant = Line("Sunrise", f"Variant.{number}()", 0xF000)
        group, _ = await joined(store, crash((*STACK[:5], variant, *STACK[5:])))

    assert group is not None
    assert len(await store.ledger.occurrences(group.id)) == KEPT + 3
    assert len(await store.ledger.traces(group.id)) == KEPT


async def test_a_stack_without_a_named_top_is_not_kept_and_never_joins(store: Store) -> None:
    bare = (CART[0], Line("Sunrise", None, 0x9900), *STACK[2:])
    group, _ = await joined(store, crash(bare))
    assert await store.ledger.traces(group.id) == {}

    known, _ = await joined(store, crash())
    second, member = await joined(
        store, crash((CART[0], Line("Sunrise", None, 0x9A00), *STACK[2:])), JOIN
    )
    assert member.how == "new"
    assert [like.group_id for like in second.like] == [known.id]


async def test_a_log_that_came_late_is_learnt_from(store: Store) -> None:
    late = await store.ledger.join(occurrence("S0"), kind=Kind.CRASH, tracker="local")
    for _ in range(2):
        await CrashMatch(store).learn(late, crash())

    group, _ = await joined(store, crash(WRAPPED))
    assert [like.group_id for like in group.like] == [late.id]
    with pytest.raises(Gone):
        await CrashMatch(store).learn(replace(late, id="g0"), crash())


async def test_two_groups_that_people_took_apart_are_both_named_and_neither_joined(
    store: Store,
) -> None:
    one = crash()
    first, _ = await joined(store, one)
    apart = await store.ledger.join(occurrence("apart"), kind=Kind.CRASH, tracker="local")
    await CrashMatch(store).learn(apart, one)

    group, member = await joined(store, crash(WRAPPED), JOIN)

    assert member.how == "new"
    assert {like.group_id for like in group.like} == {first.id, apart.id}
