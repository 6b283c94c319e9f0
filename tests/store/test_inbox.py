import asyncio
import sqlite3
from pathlib import Path

import pytest

from bridge.errors import Unreadable
from bridge.model import JobState
from bridge.store import StorageSettings, Store, StoreUnavailable
from tests.clock import FakeClock
from tests.store.made import delivery, key


def rows(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return int(found)


async def test_a_new_delivery_is_new_once(store: Store) -> None:
    assert await store.inbox.put(delivery("S1"), key("S1")) is True
    assert await store.inbox.put(delivery("S1"), key("S1")) is False


async def test_a_delivery_brings_its_job_due_now(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))

    job = await store.jobs.get(key("S1"))

    assert job is not None
    assert (job.state, job.due_at, job.delivery_id) == (
        JobState.WAITING,
        clock.now(),
        "event-S1",
    )


async def test_a_delivery_that_asks_for_nothing_brings_no_job(store: Store) -> None:
    await store.inbox.put(delivery("S1"), None)

    assert sum((await store.jobs.counts()).values()) == 0


async def test_one_submission_in_two_deliveries_is_one_job(store: Store) -> None:
    assert await store.inbox.put(delivery("S1"), key("S1")) is True
    assert await store.inbox.put(delivery("other", instance_id="S1"), key("S1")) is True

    assert (await store.jobs.counts())[JobState.WAITING] == 1


async def test_one_id_in_two_apps_is_two_deliveries(store: Store) -> None:
    assert await store.inbox.put(delivery("S1", app="one"), None) is True
    assert await store.inbox.put(delivery("S1", app="two"), None) is True


async def test_of_two_equal_deliveries_in_one_batch_the_first_is_new(store: Store) -> None:
    outcomes = await asyncio.gather(
        *(store.inbox.put(delivery("S1"), key("S1")) for _ in range(5)),
        store.inbox.put(delivery("S2"), key("S2")),
    )

    assert outcomes == [True, False, False, False, False, True]


async def test_deliveries_that_arrive_during_a_commit_share_the_next(store: Store) -> None:
    before = store._database.commits

    await asyncio.gather(*(store.inbox.put(delivery(f"S{n}"), key(f"S{n}")) for n in range(200)))

    assert store._database.commits - before <= 2
    assert (await store.inbox.counts()) == {"betaFeedbackCrashSubmissionCreated": 200}


async def test_a_delivery_alone_waits_for_nobody(store: Store) -> None:
    before = store._database.commits

    for n in range(3):
        await store.inbox.put(delivery(f"S{n}"), None)

    assert store._database.commits - before == 3


async def test_a_batch_too_large_for_one_statement_is_taken_whole(store: Store) -> None:
    outcomes = await asyncio.gather(
        *(store.inbox.put(delivery(f"S{n}"), key(f"S{n}")) for n in range(1500))
    )

    assert outcomes == [True] * 1500


async def test_what_was_put_is_in_the_file_when_put_returns(store: Store, tmp_path: Path) -> None:
    await store.inbox.put(delivery("S1", body=b"\x00\xff raw"), key("S1"))

    with sqlite3.connect(tmp_path / "data/bridge.db") as other:
        found = other.execute("SELECT body, received_at FROM deliveries").fetchall()
    other.close()
    assert found == [(b"\x00\xff raw", "2026-11-24 10:02:00.000000")]


async def test_a_waiter_who_gives_up_breaks_nobody(store: Store) -> None:
    tasks = [asyncio.create_task(store.inbox.put(delivery(f"S{n}"), None)) for n in range(20)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(outcomes.pop(3), asyncio.CancelledError)
    assert outcomes == [True] * 19
    assert await store.inbox.put(delivery("after"), None) is True


async def test_a_name_that_no_database_takes_is_refused_alone(store: Store) -> None:
    outcomes = await asyncio.gather(
        store.inbox.put(delivery("S1"), None),
        store.inbox.put(delivery("S2", instance_id="\ud800"), None),
        store.inbox.put(delivery("S\0003"), None),
        store.inbox.put(delivery("S4"), None),
        return_exceptions=True,
    )

    assert outcomes[0] is True
    assert outcomes[3] is True
    assert isinstance(outcomes[1], Unreadable)
    assert isinstance(outcomes[2], Unreadable)


async def test_a_row_that_breaks_the_statement_breaks_only_itself(store: Store) -> None:
    naive = delivery("S2").received_at.replace(tzinfo=None)
    outcomes = await asyncio.gather(
        store.inbox.put(delivery("S1"), key("S1")),
        store.inbox.put(delivery("S2", received_at=naive), key("S2")),
        store.inbox.put(delivery("S3"), key("S3")),
        return_exceptions=True,
    )

    assert outcomes[0] is True
    assert isinstance(outcomes[1], ValueError)
    assert outcomes[2] is True
    assert await store.jobs.get(key("S2")) is None


async def test_a_full_disk_is_told_to_everybody_and_passes(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    async with store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")
    big = b"x" * 200_000
    outcomes = await asyncio.gather(
        *(store.inbox.put(delivery(f"S{n}", body=big), key(f"S{n}")) for n in range(3)),
        return_exceptions=True,
    )

    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert "the disk is full" in str(outcomes[0])
    assert rows(tmp_path / "data/bridge.db", "deliveries") == 0

    async with store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert await store.inbox.put(delivery("S0", body=big), key("S0")) is True


async def test_another_process_that_holds_the_database_makes_it_unavailable(
    store: Store, tmp_path: Path
) -> None:
    async with store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "data/bridge.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="another process holds the database"):
        await store.inbox.put(delivery("S1"), key("S1"))

    other.execute("ROLLBACK")
    other.close()
    assert await store.inbox.put(delivery("S1"), key("S1")) is True


async def test_two_processes_agree_on_what_is_new(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    second = await Store.open(StorageSettings(), base=tmp_path, clock=clock)

    outcomes = await asyncio.gather(
        *(
            each.inbox.put(delivery(f"S{n}"), key(f"S{n}"))
            for n in range(50)
            for each in (store, second)
        )
    )
    await second.aclose()

    assert sorted(outcomes) == [False] * 50 + [True] * 50
    assert (await store.jobs.counts())[JobState.WAITING] == 50


async def test_closing_lets_what_waits_be_committed(tmp_path: Path, clock: FakeClock) -> None:
    store = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    puts = [asyncio.create_task(store.inbox.put(delivery(f"S{n}"), None)) for n in range(10)]
    await asyncio.sleep(0)

    await store.aclose()

    assert await asyncio.gather(*puts) == [True] * 10
