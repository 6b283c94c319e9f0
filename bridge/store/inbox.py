"""The inbox: deliveries made durable before anybody is told that they were taken.

Deliveries that arrive while a commit runs share the next one. The batch clocks itself: it takes
all that waits when the last commit is done, so a quiet service commits at once and a busy one
pays for one flush of the disk per batch.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.clock import Clock
from bridge.errors import Unreadable
from bridge.model import Delivery, JobKey, JobState
from bridge.store.engine import Database, sqlite_time, whole
from bridge.store.failures import StoreUnavailable
from bridge.store.schema import DELIVERIES

MOST_ROWS = 256  # in one commit; SQLite allows 32,766 values in one statement
_DELIVERY = ("app", "id", "type", "instance_type", "instance_id", "occurred_at", "received_at",
             "body")  # fmt: skip
_JOB = ("app", "instance_type", "instance_id", "state", "created_at", "due_at", "take_at",
        "delivery_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Delivery
    job: JobKey | None
    outcome: asyncio.Future[bool]


class Inbox:
    """The durable table of deliveries."""

    def __init__(self, database: Database, *, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def put(self, delivery: Delivery, job: JobKey | None) -> bool:
        """Return once the delivery is on disk: True if it is new, False if it was sent again.

        The job it asks for is created in the same transaction, due now, unless there is one with
        that key. Raises StoreUnavailable if the delivery can't be made durable, and Unreadable if
        it holds what no database takes. A cancelled call may have kept the delivery all the same.
        """
        _check_text(delivery, job)
        outcome = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(delivery, job, outcome))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_what_waits())
        return await outcome

    @whole
    async def counts(self) -> Mapping[str, int]:
        """Return how many deliveries there are of each event type."""
        query = select(DELIVERIES.c.type, func.count().label("n")).group_by(DELIVERIES.c.type)
        async with self._database.reading() as connection:
            return {row.type: row.n for row in await connection.execute(query)}

    async def aclose(self) -> None:
        """Return when nothing waits to be committed any more."""
        if self._committing is not None:
            await self._committing

    async def _commit_what_waits(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_ROWS], self._waiting[MOST_ROWS:]
            await self._settle(batch)

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch and tell everybody in it; what breaks it breaks only its own row."""
        try:
            new = await self._commit(batch)
        except StoreUnavailable as error:
            for waiting in batch:
                _fail(waiting, StoreUnavailable(str(error)))
        except Exception as error:  # noqa: BLE001 - handed on to whoever put the row
            await self._settle_one_by_one(batch, error)
        else:
            for waiting, is_new in zip(batch, new, strict=True):
                if not waiting.outcome.done():
                    waiting.outcome.set_result(is_new)
            self._wake()

    async def _settle_one_by_one(self, batch: Sequence[_Waiting], error: Exception) -> None:
        if len(batch) == 1:
            _fail(batch[0], error)
            return
        for waiting in batch:
            await self._settle([waiting])

    async def _commit(self, batch: Sequence[_Waiting]) -> Sequence[bool]:
        now = self._clock.now()
        jobs = [_job_row(each.job, each.delivery, now) for each in batch if each.job]
        async with self._database.writing() as connection:
            fresh = await _insert_deliveries(connection, [each.delivery for each in batch])
            if jobs:
                statement = _statement("jobs", _JOB, len(jobs))
                await _run(connection, statement, [value for row in jobs for value in row])
        return [_take(fresh, (each.delivery.app, each.delivery.id)) for each in batch]


async def _insert_deliveries(
    connection: AsyncConnection, deliveries: Sequence[Delivery]
) -> set[tuple[str, str]]:
    """Insert what is new, and return the keys of that."""
    values: list[Any] = []
    for delivery in deliveries:
        values += _delivery_row(delivery)
    statement = _statement("deliveries", _DELIVERY, len(deliveries)) + " RETURNING app, id"
    return {(app, id_) for app, id_ in await _run(connection, statement, values)}


def _statement(table: str, columns: Sequence[str], rows: int) -> str:
    """Return the INSERT that Core would make, as text: Core takes longer over it than SQLite."""
    row = f"({', '.join('?' * len(columns))})"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)} "  # noqa: S608
        "ON CONFLICT DO NOTHING"
    )


async def _run(
    connection: AsyncConnection, statement: str, values: Sequence[Any]
) -> Sequence[tuple[Any, ...]]:
    result = await connection.exec_driver_sql(statement, tuple(values))
    return [tuple(row) for row in result] if result.returns_rows else []


def _delivery_row(delivery: Delivery) -> tuple[Any, ...]:
    occurred = delivery.occurred_at and sqlite_time(delivery.occurred_at)
    return (
        delivery.app, delivery.id, delivery.type, delivery.instance_type, delivery.instance_id,
        occurred, sqlite_time(delivery.received_at), delivery.body,
    )  # fmt: skip


def _job_row(job: JobKey, delivery: Delivery, now: datetime) -> tuple[Any, ...]:
    at = sqlite_time(now)
    return (
        job.app, job.instance_type, job.instance_id, JobState.WAITING.value, at, at, at,
        delivery.id,
    )  # fmt: skip


def _take(fresh: set[tuple[str, str]], key: tuple[str, str]) -> bool:
    """Say once for each new key that it is new: the first of two in one batch is."""
    if key not in fresh:
        return False
    fresh.remove(key)
    return True


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.outcome.done():
        waiting.outcome.set_exception(error)


def _check_text(delivery: Delivery, job: JobKey | None) -> None:
    """Refuse what can't be stored as text before it meets other people's deliveries."""
    texts = [delivery.app, delivery.id, delivery.type, delivery.instance_type or "",
             delivery.instance_id or ""]  # fmt: skip
    if job is not None:
        texts += [job.app, job.instance_type, job.instance_id]
    for text in texts:
        if "\0" in text or not _encodable(text):
            raise Unreadable("a delivery's names hold characters that no database takes")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
