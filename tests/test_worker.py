import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import NotYet, Permanent, RateLimited, Transient
from bridge.model import Job, JobKey, JobState
from bridge.store import StorageSettings, Store
from bridge.worker import BackoffSettings, Worker, WorkerSettings
from tests.clock import StillClock

KEY = JobKey(app="sunrise", instance_type="sample", instance_id="A1")
SETTINGS = WorkerSettings(
    concurrency=1, lease=60, tries=3, backoff=BackoffSettings(first=8, cap=20), drain=5
)

Reaction = Callable[[Job], Awaitable[JobState]]


class Counts(list[str]):
    def ended(self, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.append(outcome)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def store(tmp_path: Path, clock: StillClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()


def worker(store: Store, clock: StillClock, reaction: Reaction, counts: Counts) -> Worker:
    return Worker(
        jobs=store.jobs,
        reactions={"sample": reaction},
        settings=SETTINGS,
        clock=clock,
        owner="w1",
        chance=lambda: 1.0,
        metrics=counts,
    )


async def state(store: Store) -> Job:
    job = await store.jobs.get(KEY)
    assert job is not None
    return job


def failing(problem: Exception) -> Reaction:
    async def react(_: Job) -> JobState:
        raise problem

    return react


async def run_due(store: Store, clock: StillClock, reaction: Reaction) -> Counts:
    counts = Counts()
    await store.jobs.request(KEY, due=clock.now())
    await worker(store, clock, reaction, counts).run_due()
    return counts


async def test_a_job_that_ends_well_is_finished(store: Store, clock: StillClock) -> None:
    async def react(job: Job) -> JobState:
        assert job.key == KEY
        return JobState.DONE

    assert await run_due(store, clock, react) == ["done"]
    assert (await state(store)).state is JobState.DONE


async def test_a_transient_failure_waits_longer_each_time_and_then_is_a_dead_letter(
    store: Store, clock: StillClock
) -> None:
    reaction, waits = failing(Transient("the tracker is down")), list[float]()
    for _ in range(2):
        assert await run_due(store, clock, reaction) == ["postponed"]
        job = await state(store)
        waits.append((job.due_at - clock.now()).total_seconds())
        clock.advance(waits[-1])
    assert waits == [8, 16]
    assert await run_due(store, clock, reaction) == ["dead"]
    job = await state(store)
    assert job.state is JobState.DEAD
    assert job.error == "gave up after 3 tries: the tracker is down"


@pytest.mark.parametrize("kind", [NotYet, RateLimited])
async def test_a_wait_that_was_asked_for_costs_no_try_and_is_kept(
    store: Store, clock: StillClock, kind: type[Transient]
) -> None:
    for _ in range(5):
        assert await run_due(store, clock, failing(kind("later", retry_after=1800))) == [
            "postponed"
        ]
        job = await state(store)
        assert job.due_at >= clock.now() + timedelta(seconds=1800)
        clock.advance(2000)
    assert (await state(store)).tries == 0


async def test_a_permanent_failure_is_a_dead_letter_at_once(
    store: Store, clock: StillClock
) -> None:
    assert await run_due(store, clock, failing(Permanent("the app is gone"))) == ["dead"]
    assert (await state(store)).error == "the app is gone"


async def test_a_bug_is_tried_again_and_its_words_are_not_shown(
    store: Store, clock: StillClock, caplog: pytest.LogCaptureFixture
) -> None:
    counts = await run_due(store, clock, failing(ValueError("tester@example.com typed this")))
    assert counts == ["postponed"]
    job = await state(store)
    assert job.error is not None
    assert "ValueError" in job.error
    assert "tester@example.com" not in job.error


async def test_a_type_that_nothing_handles_is_a_dead_letter(
    store: Store, clock: StillClock
) -> None:
    other = JobKey(app="sunrise", instance_type="unheard", instance_id="A2")
    await store.jobs.request(other, due=clock.now())
    counts = Counts()
    await worker(store, clock, failing(Permanent("")), counts).run_due()
    assert counts == ["dead"]


async def test_the_lease_is_extended_while_a_long_job_runs(store: Store, clock: StillClock) -> None:
    go_on = asyncio.Event()

    async def react(_: Job) -> JobState:
        await go_on.wait()
        return JobState.DONE

    counts = Counts()
    await store.jobs.request(KEY, due=clock.now())
    running = asyncio.create_task(worker(store, clock, react, counts).run_due())
    for _ in range(6):
        while not any(at > clock.monotonic() for at, _ in clock._sleepers):
            await asyncio.sleep(0)
        clock.advance(20)
        assert await store.jobs.take(owner="w2", lease=60) is None
    go_on.set()
    await running
    assert counts == ["done"]


async def test_a_worker_that_lost_its_lease_stops_and_changes_nothing(
    store: Store, clock: StillClock
) -> None:
    stopped = False

    async def react(_: Job) -> JobState:
        nonlocal stopped
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped = True
            raise
        return JobState.DONE

    counts = Counts()
    await store.jobs.request(KEY, due=clock.now())
    running = asyncio.create_task(worker(store, clock, react, counts).run_due())
    while not clock._sleepers:
        await asyncio.sleep(0)
    clock.pass_by(61)  # a process that was stopped: time passes, its heart doesn't beat
    taken = await store.jobs.take(owner="w2", lease=60)
    assert taken is not None
    clock.advance(0.1)
    await running
    assert stopped
    assert counts == ["lease_lost"]
    assert (await state(store)).lease == taken.lease


async def test_stopping_lets_running_jobs_finish(store: Store, clock: StillClock) -> None:
    started, go_on, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def react(_: Job) -> JobState:
        started.set()
        await go_on.wait()
        return JobState.DONE

    await store.jobs.request(KEY, due=clock.now())
    serving = asyncio.create_task(worker(store, clock, react, Counts()).serve(stop))
    await started.wait()
    stop.set()
    await asyncio.sleep(0)
    go_on.set()
    await serving
    assert (await state(store)).state is JobState.DONE


async def test_a_loop_that_ended_is_counted_as_lost(store: Store, clock: StillClock) -> None:
    stop = asyncio.Event()

    async def react(_: Job) -> JobState:
        for loop in it._loops:
            loop.cancel()
        await asyncio.Event().wait()
        return JobState.DONE

    it = worker(store, clock, react, Counts())
    assert it.lost == 0
    serving = asyncio.create_task(it.serve(stop))
    await asyncio.sleep(0)
    assert it.lost == 0
    await store.jobs.request(KEY, due=clock.now())
    await asyncio.wait(it._loops)
    assert it.lost == 1
    stop.set()
    await serving


async def test_what_does_not_finish_in_time_is_given_back(store: Store, clock: StillClock) -> None:
    started, stop = asyncio.Event(), asyncio.Event()

    async def react(_: Job) -> JobState:
        started.set()
        await asyncio.Event().wait()
        return JobState.DONE

    await store.jobs.request(KEY, due=clock.now())
    it = worker(store, clock, react, Counts())
    it = Worker(
        jobs=it.jobs,
        reactions=it.reactions,
        settings=SETTINGS.model_copy(update={"drain": 0.0}),
        clock=clock,
        owner="w1",
        chance=it.chance,
        metrics=it.metrics,
    )
    serving = asyncio.create_task(it.serve(stop))
    await started.wait()
    stop.set()
    await serving
    assert (await state(store)).state is JobState.WAITING
    assert await store.jobs.take(owner="w2", lease=60) is not None
