import asyncio
from datetime import timedelta

import pytest

from bridge.model import JobState
from bridge.store import Store
from tests.clock import FakeClock
from tests.store.made import delivery, key, taken

FOLLOW_UP = "group-refresh"


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


async def test_where_there_was_work_there_may_be_more(store: Store) -> None:
    assert await store.jobs.take(owner="slow", lease=60) is None
    await asyncio.gather(*(store.inbox.put(delivery(f"S{n}"), key(f"S{n}")) for n in range(2)))
    await taken(store, owner="quick")

    await asyncio.wait_for(store.jobs.wait(30), 5)


async def test_old_news_wakes_nobody(store: Store) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await taken(store)
    assert await store.jobs.take(owner="w", lease=60) is None

    waiting = asyncio.create_task(store.jobs.wait(30))
    await asyncio.wait({waiting}, timeout=0.05)

    assert not waiting.done()
    waiting.cancel()
