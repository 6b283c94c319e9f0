import asyncio
import gc
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bridge.model import JobState
from bridge.store import LeaseLost, Store
from tests.clock import FakeClock
from tests.store.made import delivery, key, taken


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


async def test_an_error_that_nobody_waits_for_any_more_is_not_reported_as_a_bug(
    store: Store, clock: FakeClock
) -> None:
    reports: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
    await store.inbox.put(delivery("S1"), key("S1"))
    lost = await taken(store, lease=1)
    clock.advance(1)
    await taken(store, owner="w1")

    beat = asyncio.create_task(store.jobs.extend(lost, lease=60))
    await asyncio.sleep(0)
    beat.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beat
    await store.inbox.put(delivery("S2"), key("S2"))  # its turn comes after the beat's
    await asyncio.sleep(0)
    gc.collect()

    assert not reports


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
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    async with store._database.writing() as connection:
        await connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            "INSERT INTO jobs (app, instance_type, instance_id, state, created_at, due_at) "
            "SELECT 'a', 't', i, 'filed', '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM n"
        )
    await store.inbox.put(delivery("S1"), key("S1"))
    event.listen(store._database._writer.sync_engine, "before_cursor_execute", note)

    assert (await taken(store)).key == key("S1")

    statement, values = next(each for each in asked if each[0].startswith("UPDATE jobs"))
    async with store._database.reading() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row.detail for row in plan]
    assert any("jobs_by_take_at" in step for step in steps)
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in steps)


async def test_dead_work_of_our_own_is_listed_apart_from_feedback(
    store: Store, clock: FakeClock
) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await store.jobs.request(key("g1", type_="group"), due=clock.now())
    for _ in range(2):
        await store.jobs.bury(await taken(store), error="the issue may not be edited")

    assert [row.submission for row in await store.jobs.status(states=[JobState.DEAD])] == ["S1"]
    [job] = await store.jobs.dead_follow_ups()
    assert (job.key.instance_id, job.error) == ("g1", "the issue may not be edited")
