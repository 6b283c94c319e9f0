"""Looks: whose feedback came when, and what is decided in the transaction that joins it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bridge.grouping.screens import followed
from bridge.model import Group, KeptLook, Kind, Likeness, Look, PictureHashes, Place
from bridge.store import StorageSettings, Store
from tests.clock import START, FakeClock
from tests.store.made import occurrence

HOUR = timedelta(hours=1)
NEW = Place(how="new")


def look(name: str, *, app: str = "sunrise", minutes: float = 0, **others: str | None) -> Look:
    values: dict[str, str | None] = {"tester_key": "t1", "build": "b1", **others}
    at = START + timedelta(minutes=minutes)
    hashes = (PictureHashes(dhash=2**64 - 1, phash=2**63),)
    return Look(app=app, feedback_id=name, at=at, words="wörter", pictures=hashes, **values)


def follow(mine: Look, theirs: Sequence[KeptLook]) -> Place:
    found = followed(mine, theirs)
    return Place(how="follow-up", into=found.group_id) if found else NEW


async def join(store: Store, mine: Look, *, since: int = 0, place: Place | None = None) -> Group:
    return await store.ledger.join_by_look(
        replace(occurrence(mine.feedback_id, app=mine.app), at=mine.at),
        mine,
        tracker="local",
        around=HOUR,
        since=since,
        choose=lambda theirs, _: place or follow(mine, theirs),
    )


async def seen(store: Store, mine: Look, *, since: int = 0) -> tuple[list[str], list[str]]:
    """Let a feedback join, and return which looks it was shown of its tester and of others."""
    shown: list[list[str]] = []

    def choose(theirs: Sequence[KeptLook], meanwhile: Sequence[KeptLook]) -> Place:
        shown.extend([kept.look.feedback_id for kept in some] for some in (theirs, meanwhile))
        return NEW

    await store.ledger.join_by_look(
        occurrence(mine.feedback_id), mine, tracker="local", around=HOUR, since=since, choose=choose
    )
    theirs, meanwhile = shown
    return theirs, meanwhile


async def test_a_look_comes_back_as_it_was_kept(store: Store) -> None:
    group = await join(store, look("S1"))
    [kept] = await store.ledger.looks("sunrise", limit=10)
    assert (kept.look, kept.group_id, kept.tracker) == (look("S1"), group.id, "local")


async def test_looks_are_the_apps_newest(store: Store) -> None:
    for n in range(4):
        await join(store, look(f"S{n}", minutes=n * 60))
    await join(store, look("X", app="other"))
    kept = await store.ledger.looks("sunrise", limit=3)
    assert [k.look.feedback_id for k in kept] == ["S3", "S2", "S1"]


async def test_the_same_testers_feedback_around_that_time_is_shown(store: Store) -> None:
    for n, others in enumerate(
        [{}, {"tester_key": "t2"}, {"build": "b2"}, {"tester_key": None}, {"build": None}]
    ):
        await join(store, look(f"S{n}", **others), place=NEW)
    await join(store, look("before", minutes=-61), place=NEW)
    await join(store, look("after", minutes=61), place=NEW)
    await join(store, look("S0", app="other"), place=NEW)
    assert (await seen(store, look("me", minutes=0)))[0] == ["S0"]


async def test_a_feedback_without_a_tester_is_shown_nobodys(store: Store) -> None:
    await join(store, look("S1", tester_key=None))
    assert (await seen(store, look("me", tester_key=None)))[0] == []


async def test_what_came_after_a_look_was_taken_is_shown(store: Store) -> None:
    await join(store, look("S1"))
    [known] = await store.ledger.looks("sunrise", limit=1)
    await join(store, look("S2", tester_key="t2"))
    assert (await seen(store, look("me", tester_key="t3"), since=known.number))[1] == ["S2"]


async def test_what_was_chosen_is_kept_with_group_and_occurrence(store: Store) -> None:
    first = await join(store, look("S1"))
    like = (Likeness(group_id=first.id, score=0.8, common=("the same screen",)),)
    second = await join(store, look("S2"), place=Place(how="new", like=like))
    third = await join(store, look("S3"), place=Place(how="near", into=first.id))
    assert (second.like, third.id, second.kind) == (like, first.id, Kind.SCREENSHOT)
    members = await store.ledger.occurrences(first.id)
    assert [m.how for m in members] == ["new", "near"]


async def test_joining_again_asks_nothing_and_changes_nothing(store: Store) -> None:
    first = await join(store, look("S1"))
    await join(store, look("S2", tester_key="t2"))
    again = await join(store, look("S1"), place=Place(how="near", into="nowhere"))
    assert again.id == first.id
    assert len(await store.ledger.looks("sunrise", limit=10)) == 2


async def test_a_merged_groups_looks_are_the_other_ones(store: Store) -> None:
    first = await join(store, look("S1"))
    second = await join(store, look("S2", tester_key="t2"))
    await store.ledger.merge(second.id, into=first.id)
    kept = await store.ledger.looks("sunrise", limit=10)
    assert {k.group_id for k in kept} == {first.id}


async def test_two_processes_at_one_moment_make_one_group(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    other = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    try:
        joined = await asyncio.gather(
            *(join((store, other)[n % 2], look(f"S{n}", minutes=n / 60)) for n in range(12))
        )
    finally:
        await other.aclose()
    assert len({group.id for group in joined}) == 1
    assert len(await store.ledger.occurrences(joined[0].id)) == 12


async def test_no_question_reads_a_whole_table(store: Store) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT looks"):
            asked.append((statement, parameters))

    engines = [e.sync_engine for e in (store._database._readers, store._database._writer)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    await store.ledger.looks("sunrise", limit=500)
    await join(store, look("S1"))
    assert len(asked) == 4
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    async with store._database.reading() as connection:
        for question, parameters in asked:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", parameters)
            steps = [row.detail for row in plan]
            assert all(step.startswith("SEARCH") for step in steps), steps
            assert "USING INDEX looks_by_" in steps[0], steps
