"""Jobs: taken under a lease by one worker, finished, postponed or buried by that worker alone."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.clock import Clock
from bridge.model import Job, JobKey, JobState
from bridge.store.engine import Database, insert_into, whole
from bridge.store.failures import LeaseLost
from bridge.store.records import add_error
from bridge.store.schema import FEEDBACK_KINDS, JOBS, WATCH
from bridge.store.status import StatusRow, status_rows
from bridge.store.wakeups import Wakeups

MOST_ERRORS = 200  # kept in a job's row; a tracker that is down for days would fill the disk
ENDS = (JobState.FILED, JobState.ADDED, JobState.IGNORED, JobState.HELD, JobState.DONE)
RETRIED = (JobState.DEAD, JobState.HELD)


class Jobs:
    """The work that deliveries ask for, and our own follow-up work."""

    def __init__(self, database: Database, *, clock: Clock, wakeups: Wakeups) -> None:
        self._database = database
        self._clock = clock
        self._wakeups = wakeups

    @whole
    async def take(self, *, owner: str, lease: float) -> Job | None:
        """Take the job that is due longest, for `lease` seconds; None if nothing is due.

        A job whose worker let its lease end is due again at that moment.
        """
        now = self._clock.now()
        due = (
            select(JOBS.c.id)
            .where(JOBS.c.take_at <= now)
            .order_by(JOBS.c.take_at, JOBS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(JOBS)
            .where(JOBS.c.id == due.scalar_subquery())
            .values(
                state=JobState.RUNNING.value,
                owner=owner,
                lease=f"{owner}:{secrets.token_hex(8)}",
                take_at=now + timedelta(seconds=lease),
                again_at=None,  # this run begins after whatever was asked for
            )
            .returning(JOBS)
        )
        self._wakeups.forget()
        async with self._database.writing() as connection:
            row = (await connection.execute(taken)).one_or_none()
        if row is None:
            return None
        self._wakeups.say()
        return _job(row)

    @whole
    async def extend(self, job: Job, *, lease: float) -> None:
        """Hold the job for `lease` seconds from now. Raises LeaseLost if another worker has it."""
        until = self._clock.now() + timedelta(seconds=lease)
        async with self._database.writing() as connection:
            await self._held(connection, job)
            await connection.execute(_of(job).values(take_at=until))

    @whole
    async def checkpoint(self, job: Job, step: str, value: Any) -> Job:
        """Keep what a finished step left, a JSON value; return the job with it.

        Raises LeaseLost. Steps that run side by side keep each other's.
        """
        async with self._database.writing() as connection:
            row = await self._held(connection, job)
            kept = json.dumps({**json.loads(row.checkpoint), step: value})
            changed = _of(job).values(checkpoint=kept).returning(JOBS)
            return _job((await connection.execute(changed)).one())

    @whole
    async def finish(self, job: Job, state: JobState) -> None:
        """End a job well. If `request` asked for it meanwhile, it is due once more, from its start.

        Raises LeaseLost, and ValueError for a state that ends nothing.
        """
        if state not in ENDS:
            raise ValueError(f"a job doesn't end as {state}")
        async with self._database.writing() as connection:
            row = await self._held(connection, job)
            ended = {"error": None, **self._ended(row, state)}
            await connection.execute(_of(job).values(**ended))
        self._wakeups.say()

    @whole
    async def postpone(self, job: Job, *, due: datetime, error: str | None, counts: bool) -> None:
        """Let the job wait until `due`; a failure that `counts` uses up a try. Raises LeaseLost."""
        async with self._database.writing() as connection:
            row = await self._held(connection, job)
            tries = row.tries + 1 if counts else row.tries
            await connection.execute(
                _of(job).values(
                    **_waiting(due),
                    tries=tries,
                    error=error,
                    errors=self._errors(row, error, tries),
                )
            )
        self._wakeups.say()

    @whole
    async def bury(self, job: Job, *, error: str) -> None:
        """End a job as a dead letter, with all its errors. Raises LeaseLost.

        A `request` that came while it ran wakes it at once, as it would a moment later.
        """
        async with self._database.writing() as connection:
            row = await self._held(connection, job)
            tries = row.tries + 1
            ended = {"tries": tries, "error": error, **self._ended(row, JobState.DEAD)}
            errors = self._errors(row, error, tries)
            await connection.execute(_of(job).values(**ended, errors=errors))
        self._wakeups.say()

    @whole
    async def release(self, owner: str) -> int:
        """Give back all that `owner` still runs, due at once; return how many. For a shutdown."""
        query = update(JOBS).where(JOBS.c.owner == owner, JOBS.c.state == JobState.RUNNING.value)
        async with self._database.writing() as connection:
            released = await connection.execute(query.values(**_waiting(self._clock.now())))
        self._wakeups.say()
        return released.rowcount

    @whole
    async def request(self, key: JobKey, *, due: datetime) -> None:
        """Ask for our own follow-up work by `due`.

        A new job is made; one that ended is woken from its start; one that waits is brought
        forward, unless it waits because of an error; one that runs will run once more. A held
        job stays held.
        """
        async with self._database.writing() as connection:
            row = (await connection.execute(select(JOBS).where(*_is(key)))).one_or_none()
            if row is None:
                await self._insert(connection, key, due)
            elif changes := _asked_again(row, due):
                await connection.execute(update(JOBS).where(JOBS.c.id == row.id).values(**changes))
        self._wakeups.say()

    @whole
    async def retry(
        self,
        *,
        ids: Sequence[int] | None = None,
        submission: str | None = None,
        app: str | None = None,
        states: Sequence[JobState] = (JobState.DEAD,),
        error_contains: str | None = None,
    ) -> int:
        """Make dead letters, or held jobs, due at once with all their tries; return how many.

        They go on from their last checkpoint; a held job is marked as released. Given conditions
        must all hold.
        """
        wanted = [state.value for state in states if state in RETRIED]
        query = update(JOBS).where(JOBS.c.state.in_(wanted))
        if ids is not None:
            query = query.where(JOBS.c.id.in_(ids))
        if submission is not None:
            query = query.where(JOBS.c.instance_id == submission)
        if app is not None:
            query = query.where(JOBS.c.app == app)
        if error_contains is not None:
            query = query.where(JOBS.c.error.contains(error_contains, autoescape=True))
        async with self._database.writing() as connection:
            released = or_(JOBS.c.released, JOBS.c.state == JobState.HELD.value)
            again = {**_waiting(self._clock.now()), "tries": 0, "released": released}
            done = await connection.execute(query.values(**again))
        self._wakeups.say()
        return done.rowcount

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 - time is what is promised
        """Return when something may be due in this process, or after `timeout` real seconds."""
        await self._wakeups.wait(timeout)

    @whole
    async def next_due(self) -> datetime | None:
        """Return when the next job may be taken; None if no job needs work."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.min(JOBS.c.take_at)))

    @whole
    async def get(self, key: JobKey) -> Job | None:
        """Return the job with this key."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(JOBS).where(*_is(key)))).one_or_none()
        return None if row is None else _job(row)

    @whole
    async def counts(self) -> Mapping[JobState, int]:
        """Return how many jobs there are in each state; those that never end are left out."""
        query = select(JOBS.c.state, func.count().label("n")).group_by(JOBS.c.state)
        query = query.where(JOBS.c.instance_type != WATCH)
        async with self._database.reading() as connection:
            found = {JobState(row.state): row.n for row in await connection.execute(query)}
        return {state: found.get(state, 0) for state in JobState}

    @whole
    async def status(
        self,
        *,
        submission: str | None = None,
        issue: str | None = None,
        states: Sequence[JobState] = (),
        limit: int = 50,
    ) -> Sequence[StatusRow]:
        """Return what became of feedback, newest first; `issue` is its key, number or URL."""
        async with self._database.reading() as connection:
            return await status_rows(
                connection, submission=submission, issue=issue, states=states, limit=limit
            )

    @whole
    async def dead_follow_ups(self, *, limit: int = 50) -> Sequence[Job]:
        """Return our own work that failed for good, newest first; `status` is about feedback."""
        query = select(JOBS).where(JOBS.c.state == JobState.DEAD.value)
        query = query.where(JOBS.c.instance_type.not_in(list(FEEDBACK_KINDS)))
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(JOBS.c.id.desc()).limit(limit))
            return [_job(row) for row in found]

    async def _held(self, connection: AsyncConnection, job: Job) -> Row[Any]:
        """Return the job's row, locked, if `job` is still the one who holds it."""
        mine = select(JOBS).where(
            JOBS.c.id == job.id,
            JOBS.c.lease == job.lease,
            JOBS.c.state == JobState.RUNNING.value,
        )
        row = (await connection.execute(mine.with_for_update())).one_or_none()
        if row is None:
            raise LeaseLost(f"job {job.id} is no longer ours: its lease ended, and it was taken")
        return row

    async def _insert(self, connection: AsyncConnection, key: JobKey, due: datetime) -> None:
        await connection.execute(
            insert_into(connection, JOBS).values(
                app=key.app,
                instance_type=key.instance_type,
                instance_id=key.instance_id,
                created_at=self._clock.now(),
                **_waiting(due),
            )
        )

    def _ended(self, row: Row[Any], state: JobState) -> dict[str, Any]:
        if row.again_at is not None:
            return {**_waiting(row.again_at), **_FROM_THE_START}
        return {
            "state": state.value,
            "owner": None,
            "lease": None,
            "take_at": None,
            "finished_at": self._clock.now(),
        }

    def _errors(self, row: Row[Any], error: str | None, tries: int) -> str:
        if error is None:
            return row.errors
        return add_error(
            row.errors, at=self._clock.now(), error=error, tries=tries, most=MOST_ERRORS
        )


_FROM_THE_START: Mapping[str, Any] = {"tries": 0, "checkpoint": "{}", "error": None}


def _waiting(due: datetime) -> dict[str, Any]:
    """Return what makes a job wait, with nobody holding it."""
    return {
        "state": JobState.WAITING.value,
        "due_at": due,
        "take_at": due,
        "again_at": None,
        "owner": None,
        "lease": None,
        "finished_at": None,
    }


def _asked_again(row: Row[Any], due: datetime) -> dict[str, Any]:
    """Return what a request changes in a job that exists."""
    match JobState(row.state):
        case JobState.RUNNING:
            return {"again_at": min(due, row.again_at or due)}
        case JobState.WAITING:
            sooner = row.error is None and due < row.take_at
            return {"due_at": due, "take_at": due} if sooner else {}
        case JobState.HELD:
            return {}
        case _:
            return {**_waiting(due), **_FROM_THE_START}


def _of(job: Job) -> Any:
    return update(JOBS).where(JOBS.c.id == job.id)


def _is(key: JobKey) -> tuple[Any, ...]:
    return (
        JOBS.c.app == key.app,
        JOBS.c.instance_type == key.instance_type,
        JOBS.c.instance_id == key.instance_id,
    )


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        key=JobKey(app=row.app, instance_type=row.instance_type, instance_id=row.instance_id),
        state=JobState(row.state),
        tries=row.tries,
        created_at=row.created_at,
        due_at=row.due_at,
        delivery_id=row.delivery_id,
        lease=row.lease,
        checkpoint=json.loads(row.checkpoint),
        released=row.released,
        error=row.error,
        finished_at=row.finished_at,
    )
