"""Stacks in the store: found by their frames, counted, and bounded in number and time."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from bridge.errors import Gone
from bridge.model import Group, Kind, Trace
from bridge.store import Store
from bridge.store.ledger.traces import Neighbourhood, counting, holding
from tests.store.made import occurrence

A = Trace(family="trap", frames=("Sunrise!Cart.total()", "Sunrise!Cart.body {closure}"))
B = Trace(family="trap", frames=("Sunrise!Cart.empty()", "Sunrise!Cart.body {closure}"))


async def opened(store: Store, name: str, *, app: str = "sunrise") -> Group:
    return await store.ledger.join(occurrence(name, app=app), kind=Kind.CRASH, tracker="local")


async def keep(store: Store, group: Group, trace: Trace, exact: str, *, most: int = 5) -> None:
    await store.ledger.keep_trace(group.id, exact, trace, frames=trace.frames, most=most)


async def around(
    store: Store, frames: Sequence[str], *, app: str = "sunrise", by: int = 10, most: int = 20
) -> Neighbourhood:
    return await store.ledger.neighbourhood(app, frames=frames, by=by, scanned=200, most=most)


async def test_a_stack_is_found_by_any_of_its_first_frames(store: Store) -> None:
    group, other = await opened(store, "S1"), await opened(store, "S2")
    await keep(store, group, A, "one")
    await keep(store, other, B, "two")

    found = await around(store, ("Sunrise!Cart.total()", "Sunrise!Elsewhere()"))

    assert found == Neighbourhood(
        traces={group.id: [A]},
        groups=2,
        holders={"Sunrise!Cart.total()": 1, "Sunrise!Elsewhere()": 0},
    )
    shared = await around(store, A.frames)
    assert shared.traces == {group.id: [A], other.id: [B]}
    assert shared.holders == {A.frames[0]: 1, A.frames[1]: 2}
    assert (await around(store, ("Sunrise!Elsewhere()", A.frames[0]), by=1)).traces == {}


async def test_stacks_of_another_app_are_not_near(store: Store) -> None:
    await keep(store, await opened(store, "S1"), A, "one")

    found = await around(store, A.frames, app="sunset")

    assert found == Neighbourhood(traces={}, groups=0, holders=dict.fromkeys(A.frames, 0))


async def test_those_who_share_most_frames_come_first(store: Store) -> None:
    groups = [await opened(store, f"S{number}") for number in range(4)]
    for group in groups[:3]:
        await keep(store, group, B, "one")
    await keep(store, groups[3], A, "one")

    found = await around(store, A.frames, most=2)

    assert len(found.traces) == 2
    assert next(iter(found.traces)) == groups[3].id


async def test_a_group_keeps_a_few_stacks_the_first_of_each_finer_key(store: Store) -> None:
    group = await opened(store, "S1")

    for exact, trace in (("one", A), ("one", B), ("two", B), ("three", A)):
        await keep(store, group, trace, exact, most=2)

    assert await store.ledger.traces(group.id) == {"one": A, "two": B}


async def test_a_group_that_takes_over_another_has_its_stacks(store: Store) -> None:
    old, new = await opened(store, "S1"), await opened(store, "S2")
    await keep(store, old, A, "one")
    await keep(store, old, B, "both")
    await keep(store, new, A, "both")

    await store.ledger.merge(old.id, into=new.id)
    await store.ledger.merge(old.id, into=new.id)
    await keep(store, old, B, "late")

    assert await store.ledger.traces(old.id) == {}
    assert await store.ledger.traces(new.id) == {"one": A, "both": A, "late": B}
    found = await around(store, B.frames)
    assert set(found.traces) == {new.id}
    assert found.holders == {B.frames[0]: 1, B.frames[1]: 1}
    assert found.groups == 1


async def test_a_stack_that_was_taken_out_is_not_found_again(store: Store) -> None:
    group = await opened(store, "S1")
    await keep(store, group, A, "one")
    await keep(store, group, B, "two")

    await store.ledger.forget_trace(group.id, "one")
    assert (await around(store, A.frames)).traces == {group.id: [B]}
    await store.ledger.forget_trace(group.id, "two")
    assert await around(store, A.frames) == Neighbourhood(
        traces={}, groups=1, holders=dict.fromkeys(A.frames, 0)
    )


async def test_a_group_that_is_not_there_has_no_stacks(store: Store) -> None:
    with pytest.raises(Gone, match="group g0 is not in the store"):
        await store.ledger.keep_trace("g0", "one", A, frames=A.frames, most=5)
    with pytest.raises(Gone, match="group g0 is not in the store"):
        await store.ledger.forget_trace("g0", "one")
    assert await store.ledger.traces("g0") == {}


async def test_names_without_end_and_without_sense_are_kept_and_found(store: Store) -> None:
    name = "Sunrise!" + "\ud800\0'; --" + "x" * 100_000
    group = await opened(store, "S1")
    trace = Trace(family="trap", frames=(name,))
    await keep(store, group, trace, "one")

    found = await around(store, (name,))

    assert found.traces == {group.id: [trace]}
    assert found.holders == {name: 1}


async def test_nothing_is_near_to_nothing(store: Store) -> None:
    assert await around(store, ()) == Neighbourhood(traces={}, groups=0, holders={})


@pytest.mark.parametrize("build", ["holding", "counting"])
async def test_looking_for_frames_reads_an_index_alone(
    store: Store, tmp_path: Path, build: str
) -> None:
    await keep(store, await opened(store, "S1"), A, "one")
    words = [f"Sunrise!f{number}()" for number in range(20)]
    query = (
        holding("sunrise", words, limit=200) if build == "holding" else counting("sunrise", words)
    )
    text = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))

    [file] = tmp_path.rglob("*.db")
    connection = sqlite3.connect(file)
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
    connection.close()

    reads = [step for step in steps if "trace_frames" in step]
    index = "USING COVERING INDEX sqlite_autoindex_trace_frames_1 (app=? AND frame=?)"
    assert len(reads) == len(words)
    assert all(index in step for step in reads), steps
