"""Looking at what people did, again and again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import BadCredentials, Permanent, RateLimited, Transient
from bridge.filing import GROUP, Rounds
from bridge.model import (
    Group,
    IssueRef,
    IssueState,
    IssueStatus,
    Job,
    JobKey,
    JobState,
    Kind,
    Occurrence,
)
from bridge.store import WATCH, StorageSettings, Store, StoreUnavailable
from bridge.watch import Watch, WatchSettings
from tests.clock import StillClock
from tests.filing.scripted import ScriptedTracker

FIVE_MINUTES = timedelta(minutes=5)
KEY = JobKey(app="", instance_type=WATCH, instance_id="scripted")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def store(tmp_path: Path, clock: StillClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()


@pytest.fixture
def tracker(clock: StillClock) -> ScriptedTracker:
    return ScriptedTracker(clock)


def watching(store: Store, tracker: Any, clock: StillClock, *, every: float = 300) -> Watch:
    return Watch(
        store=store,
        trackers={"scripted": tracker},
        rounds=Rounds(store.jobs, clock=clock),
        settings=WatchSettings(every=every),
        clock=clock,
    )


async def filed(store: Store, clock: StillClock, n: int) -> str:
    """File a group's issue, and return the group's id."""
    occurrence = Occurrence(group_id="", app="sunrise", feedback_id=f"A{n}", at=clock.now())
    group = await store.ledger.join(occurrence, kind=Kind.CRASH, tracker="scripted")
    ref = IssueRef(tracker="scripted", key=f"S-{n}", url="", id=str(n))
    await store.ledger.set_issue(group.id, ref, title="t")
    return group.id


async def look(store: Store, watch: Watch) -> set[str]:
    """Run the watch's job; return the groups whose jobs it asked for."""
    job = await store.jobs.take(owner="w", lease=60)
    assert job is not None
    assert job.key == KEY
    await store.jobs.finish(job, await watch.look(job))
    asked: set[str] = set()
    for group in await store.ledger.groups():
        found = await group_job(store, group.id)
        if found is not None and found.state is JobState.WAITING:
            asked.add(group.id)
    return asked


async def group_job(store: Store, group_id: str) -> Job | None:
    return await store.jobs.get(JobKey(app="sunrise", instance_type=GROUP, instance_id=group_id))


async def test_it_asks_again_and_again(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    watch = watching(store, tracker, clock)
    await watch.begin()
    for _ in range(3):
        await look(store, watch)
        assert await store.jobs.next_due() == clock.now() + FIVE_MINUTES
        clock.advance(300)


async def test_all_are_looked_at_first_and_then_those_that_changed(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    watch = watching(store, tracker, clock)
    groups = [await filed(store, clock, n) for n in range(3)]
    await watch.begin()
    assert await look(store, watch) == set(groups)
    dues: list[Any] = []
    for group in groups:
        job = await group_job(store, group)
        assert job is not None
        dues.append(job.due_at)
    assert len(set(dues)) == 3  # so that feedback is not kept waiting by hundreds of them
    for _ in groups:
        clock.advance(2)
        job = await store.jobs.take(owner="w", lease=60)
        assert job is not None
        await store.jobs.finish(job, JobState.DONE)
    tracker.states["S-1"] = IssueState(status=IssueStatus.OPEN, labels=("testflight: mute",))
    clock.advance(300)
    assert await look(store, watch) == {groups[1]}


async def test_looks_are_spread_over_no_more_than_the_time_between_two_questions(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    watch = watching(store, tracker, clock, every=2)
    groups = [await filed(store, clock, n) for n in range(10)]
    await watch.begin()
    assert await look(store, watch) == set(groups)
    for group in groups:
        job = await group_job(store, group)
        assert job is not None
        assert job.due_at < clock.now() + timedelta(seconds=2)


@pytest.mark.parametrize(
    "problem",
    [
        Transient("the tracker is down"),
        BadCredentials("the token is not accepted"),
        Permanent("gone"),
        ZeroDivisionError("a bug"),
    ],
)
async def test_whatever_fails_is_tried_again_and_is_no_dead_letter(
    store: Store, tracker: ScriptedTracker, clock: StillClock, problem: Any
) -> None:
    watch = watching(store, tracker, clock)
    group = await filed(store, clock, 1)
    await watch.begin()
    tracker.refuses["changed"] = problem
    for _ in range(12):
        assert await look(store, watch) == set()
        clock.advance(300)
    tracker.refuses.clear()
    assert await look(store, watch) == {group}


async def test_a_tracker_that_asks_for_patience_gets_it(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    watch = watching(store, tracker, clock)
    await watch.begin()
    tracker.refuses["changed"] = RateLimited("wait", retry_after=1800)
    await look(store, watch)
    assert await store.jobs.next_due() == clock.now() + timedelta(seconds=1800)


async def test_several_processes_share_one_look(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    one, other = (watching(store, tracker, clock) for _ in range(2))
    await one.begin()
    await other.begin()
    await look(store, one)
    assert await store.jobs.take(owner="w", lease=60) is None


async def test_without_a_time_nothing_is_watched(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    await watching(store, tracker, clock).begin()
    off = watching(store, tracker, clock, every=0)
    await look(store, off)
    await off.begin()
    assert await store.jobs.next_due() is None


async def test_a_tracker_that_is_no_longer_configured_is_no_longer_watched(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    await watching(store, tracker, clock).begin()
    without = Watch(
        store=store,
        trackers={},
        rounds=Rounds(store.jobs, clock=clock),
        settings=WatchSettings(),
        clock=clock,
    )
    await look(store, without)
    assert await store.jobs.next_due() is None


class Dying(Rounds):
    """Dies as the first group's job is asked for."""

    async def at(self, group: Group, when: datetime) -> None:
        raise StoreUnavailable(f"the disk is full for {group.id} at {when}")


async def test_changes_that_were_seen_and_not_acted_on_are_seen_again(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    watch = watching(store, tracker, clock)
    group = await filed(store, clock, 1)
    await watch.begin()
    job = await store.jobs.take(owner="dies", lease=60)
    assert job is not None
    with pytest.raises(StoreUnavailable):
        await replace(watch, rounds=Dying(store.jobs, clock=clock)).look(job)
    clock.advance(61)
    assert await look(store, watch) == {group}


async def test_a_watch_counts_as_no_job_that_waits(
    store: Store, tracker: ScriptedTracker, clock: StillClock
) -> None:
    await watching(store, tracker, clock).begin()
    assert not any((await store.jobs.counts()).values())
