import asyncio
from datetime import timedelta

import pytest

from bridge.model import Job, JobState
from bridge.store import LeaseLost, Store
from tests.clock import FakeClock
from tests.store.made import delivery, key

FOLLOW_UP = "group-refresh"


async def taken(store: Store, *, owner: str = "w1", lease: float = 60) -> Job:
    job = await store.jobs.take(owner=owner, lease=lease)
    assert job is not None
    return job


async def test_a_job_is_taken_by_one(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))

    jobs = await asyncio.gather(*(store.jobs.take(owner=f"w{n}", lease=60) for n in range(5)))

    assert [job.key for job in jobs if job] == [key("S1")]


async def test_what_is_due_longest_is_taken_first(store: Store, clock: FakeClock) -> None:
    for name in ("S1", "S2", "S3"):
        await store.inbox.put(delivery(name), key(name))
        clock.advance(1)
    first = await taken(store)
    await store.jobs.postpone(first, due=clock.now(), error=None, counts=False)

    order = [(await taken(store)).key.instance_id for _ in range(3)]

    assert order == ["S2", "S3", "S1"]


async def test_a_lost_worker_gives_its_job_back(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    lost = await taken(store, lease=60)
    clock.advance(59)
    assert await store.jobs.take(owner="w2", lease=60) is None
    clock.advance(1)

    again = await taken(store, owner="w2")

    assert again.id == lost.id
    assert again.lease != lost.lease


async def test_a_worker_whose_lease_was_lost_writes_nothing(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    lost = await taken(store, lease=1)
    clock.advance(1)
    again = await taken(store, owner="w1")

    for late in (
        store.jobs.extend(lost, lease=60),
        store.jobs.checkpoint(lost, "fetch", 1),
        store.jobs.finish(lost, JobState.FILED),
        store.jobs.postpone(lost, due=clock.now(), error="x", counts=True),
        store.jobs.bury(lost, error="x"),
    ):
        with pytest.raises(LeaseLost):
            await late
    assert await store.jobs.get(again.key) == again


async def test_a_job_that_nobody_took_belongs_to_nobody(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    job = await store.jobs.get(key("S1"))
    assert job is not None

    with pytest.raises(LeaseLost):
        await store.jobs.finish(job, JobState.FILED)


async def test_a_heartbeat_keeps_the_job(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    job = await taken(store, lease=60)
    clock.advance(50)
    await store.jobs.extend(job, lease=60)
    clock.advance(50)

    assert await store.jobs.take(owner="w2", lease=60) is None


async def test_checkpoints_of_steps_side_by_side_are_all_kept(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    job = await taken(store)

    await asyncio.gather(
        *(store.jobs.checkpoint(job, f"step{n}", {"n": [n, None, "\ud800"]}) for n in range(5))
    )

    kept = await store.jobs.get(job.key)
    assert kept is not None
    assert kept.checkpoint == {f"step{n}": {"n": [n, None, "\ud800"]} for n in range(5)}


async def test_a_postponed_job_goes_on_where_it_was(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    job = await store.jobs.checkpoint(await taken(store), "fetch", "done")
    due = clock.now() + timedelta(seconds=30)
    await store.jobs.postpone(job, due=due, error="502", counts=True)
    assert await store.jobs.take(owner="w", lease=60) is None
    assert await store.jobs.next_due() == due
    clock.advance(30)

    again = await taken(store)

    assert (again.tries, again.error, again.checkpoint) == (1, "502", {"fetch": "done"})


async def test_waiting_for_what_was_expected_costs_no_try(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await store.jobs.postpone(await taken(store), due=clock.now(), error=None, counts=False)

    assert (await taken(store)).tries == 0


async def test_a_finished_job_is_never_taken(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await store.jobs.finish(await taken(store), JobState.FILED)
    clock.advance(10**6)

    assert await store.jobs.take(owner="w", lease=60) is None
    assert await store.jobs.next_due() is None
    job = await store.jobs.get(key("S1"))
    assert job is not None
    assert job.finished_at is not None


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING, JobState.DEAD])
async def test_a_job_does_not_end_well_in_a_state_that_is_no_end(
    store: Store, state: JobState
) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    with pytest.raises(ValueError, match="doesn't end"):
        await store.jobs.finish(await taken(store), state)


async def test_a_dead_letter_keeps_every_error(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    for words in ("502 once", "502 twice"):
        await store.jobs.postpone(await taken(store), due=clock.now(), error=words, counts=True)
        clock.advance(60)
    await store.jobs.bury(await taken(store), error="gave up")

    (row,) = await store.jobs.status(states=[JobState.DEAD])

    assert (row.state, row.attempts, row.error) == (JobState.DEAD, 3, "gave up")
    assert [words for _, words in row.errors] == ["502 once", "502 twice", "gave up"]
    assert row.errors[2][0] == clock.now()


async def test_a_retried_dead_letter_has_all_its_tries(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    job = await store.jobs.checkpoint(await taken(store), "fetch", 1)
    await store.jobs.bury(job, error="gone")

    assert await store.jobs.retry() == 1

    again = await taken(store)
    assert (again.tries, again.checkpoint, again.released) == (0, {"fetch": 1}, False)


async def test_a_retried_held_job_is_released(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await store.jobs.finish(await taken(store), JobState.HELD)
    assert await store.jobs.retry() == 0

    assert await store.jobs.retry(states=[JobState.HELD]) == 1

    assert (await taken(store)).released


async def test_retry_takes_those_that_fit_everything_said(store: Store) -> None:
    for app, name, error in (
        ("one", "S1", "403: 100% refused"),
        ("one", "S2", "404"),
        ("two", "S3", "403"),
    ):
        await store.inbox.put(delivery(name, app=app), key(name, app=app))
        await store.jobs.bury(await taken(store), error=error)
    await store.inbox.put(delivery("S4", app="one"), key("S4", app="one"))

    assert await store.jobs.retry(app="one", error_contains="%") == 1
    assert await store.jobs.retry(submission="S3", app="one") == 0
    assert await store.jobs.retry(ids=[]) == 0
    assert await store.jobs.retry(submission="S3") == 1
    assert await store.jobs.retry(states=[JobState.WAITING]) == 0
    assert await store.jobs.retry(ids=[1, 2, 3, 4]) == 1


async def test_a_shutdown_gives_back_its_own_jobs_only(store: Store) -> None:
    for name in ("S1", "S2", "S3"):
        await store.inbox.put(delivery(name), key(name))
    mine = [await taken(store, owner="me"), await taken(store, owner="me")]
    await taken(store, owner="you")

    assert await store.jobs.release("me") == 2

    back = [await taken(store), await taken(store)]
    assert {job.id for job in back} == {job.id for job in mine}


async def test_follow_up_work_is_one_job_however_often_it_is_asked_for(
    store: Store, clock: FakeClock
) -> None:
    later = clock.now() + timedelta(seconds=60)
    for due in (later, later + timedelta(seconds=5), clock.now() + timedelta(seconds=10)):
        await store.jobs.request(key("g1", type_=FOLLOW_UP), due=due)

    assert (await store.jobs.counts())[JobState.WAITING] == 1
    assert await store.jobs.next_due() == clock.now() + timedelta(seconds=10)


async def test_what_is_asked_for_during_a_run_runs_once_more_from_its_start(
    store: Store, clock: FakeClock
) -> None:
    refresh = key("g1", type_=FOLLOW_UP)
    await store.jobs.request(refresh, due=clock.now())
    job = await store.jobs.checkpoint(await taken(store), "render", 1)
    await store.jobs.request(refresh, due=clock.now() + timedelta(seconds=9))
    await store.jobs.request(refresh, due=clock.now() + timedelta(seconds=5))
    await store.jobs.finish(job, JobState.DONE)
    clock.advance(5)

    again = await taken(store)
    assert again.checkpoint == {}
    await store.jobs.finish(again, JobState.DONE)
    clock.advance(60)
    assert await store.jobs.take(owner="w", lease=60) is None


async def test_a_lost_run_that_begins_anew_covers_what_was_asked_for(
    store: Store, clock: FakeClock
) -> None:
    refresh = key("g1", type_=FOLLOW_UP)
    await store.jobs.request(refresh, due=clock.now())
    await taken(store, lease=1)
    await store.jobs.request(refresh, due=clock.now())
    clock.advance(1)
    await store.jobs.finish(await taken(store), JobState.DONE)

    assert await store.jobs.take(owner="w", lease=60) is None


@pytest.mark.parametrize("meanwhile", [True, False])
async def test_a_request_wakes_a_dead_follow_up(
    store: Store, clock: FakeClock, meanwhile: bool
) -> None:
    refresh = key("g1", type_=FOLLOW_UP)
    await store.jobs.request(refresh, due=clock.now())
    job = await taken(store)
    if meanwhile:
        await store.jobs.request(refresh, due=clock.now())
    await store.jobs.bury(job, error="403")
    if not meanwhile:
        await store.jobs.request(refresh, due=clock.now())

    again = await taken(store)

    assert (again.tries, again.error) == (0, None)


async def test_a_request_does_not_shorten_the_wait_after_an_error(
    store: Store, clock: FakeClock
) -> None:
    refresh = key("g1", type_=FOLLOW_UP)
    await store.jobs.request(refresh, due=clock.now())
    until = clock.now() + timedelta(seconds=60)
    await store.jobs.postpone(await taken(store), due=until, error="429", counts=False)

    await store.jobs.request(refresh, due=clock.now())

    assert await store.jobs.next_due() == until


async def test_a_request_leaves_a_held_job_held(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await store.jobs.finish(await taken(store), JobState.HELD)

    await store.jobs.request(key("S1"), due=clock.now())

    assert (await store.jobs.counts())[JobState.HELD] == 1


async def test_waiting_ends_with_a_put(store: Store) -> None:
    assert await store.jobs.take(owner="w", lease=60) is None
    waiting = asyncio.create_task(store.jobs.wait(30))
    await asyncio.sleep(0)
    assert not waiting.done()

    await store.inbox.put(delivery("S1"), key("S1"))

    await asyncio.wait_for(waiting, 5)


async def test_a_put_between_a_look_and_the_wait_is_not_missed(store: Store) -> None:
    assert await store.jobs.take(owner="w", lease=60) is None
    await store.inbox.put(delivery("S1"), key("S1"))

    await asyncio.wait_for(store.jobs.wait(30), 5)


async def test_one_batch_wakes_as_many_workers_as_it_has_jobs(store: Store) -> None:
    ran: list[str] = []

    async def worker(name: str) -> None:
        while (job := await store.jobs.take(owner=name, lease=60)) is None:
            await store.jobs.wait(30)
        ran.append(job.key.instance_id)

    workers = [asyncio.create_task(worker(f"w{n}")) for n in range(4)]
    await asyncio.sleep(0.05)
    await asyncio.gather(*(store.inbox.put(delivery(f"S{n}"), key(f"S{n}")) for n in range(4)))

    await asyncio.wait_for(asyncio.gather(*workers), 5)
    assert sorted(ran) == ["S0", "S1", "S2", "S3"]


async def test_waiting_ends_by_itself(store: Store) -> None:
    await store.jobs.take(owner="w", lease=60)

    await asyncio.wait_for(store.jobs.wait(0.01), 5)


async def test_a_cancelled_caller_does_not_tear_a_write(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    job = await taken(store)
    finishing = asyncio.create_task(store.jobs.finish(job, JobState.FILED))
    await asyncio.sleep(0)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing

    await store.check_writable()
    kept = await store.jobs.get(key("S1"))
    assert kept is not None
    assert kept.state is JobState.FILED


async def test_a_hundred_thousand_finished_jobs_cost_take_nothing(store: Store) -> None:
    async with store._database.writing() as connection:
        await connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            "INSERT INTO jobs (app, instance_type, instance_id, state, created_at, due_at) "
            "SELECT 'a', 't', i, 'filed', '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM n"
        )
        plan = await connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN UPDATE jobs SET state = 'running' WHERE id = (SELECT id FROM jobs "
            "WHERE take_at <= '2026-11-24' ORDER BY take_at, id LIMIT 1)"
        )
        steps = [row[3] for row in plan]

    assert any("jobs_by_take_at" in step for step in steps)
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in steps)
    await store.inbox.put(delivery("S1"), key("S1"))
    assert (await taken(store)).key == key("S1")
