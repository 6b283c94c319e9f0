"""The worker: takes jobs under a lease, runs them, and is the only place that ends a failure.

What runs for which kind of job is a table that the composition root hands in.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import structlog
from pydantic import Field

from bridge.clock import Clock
from bridge.errors import Permanent, Transient
from bridge.model import Job, JobState
from bridge.settings import Duration, Settings
from bridge.store import Jobs, LeaseLost, StoreUnavailable
from bridge.upstream import Backoff

log = structlog.get_logger(__name__)

POLL = 1.0  # seconds between two looks for jobs that another process may have put in
STORE_PAUSE = 1.0  # seconds before the store is asked again after it failed

Reaction = Callable[[Job], Awaitable[JobState]]
"""Runs a job and says how it ended; may be run again from the start at any time."""


class BackoffSettings(Settings):
    """How long a failed job waits before its next try."""

    first: Duration = 5.0
    """The longest first wait; each further one may be twice as long."""
    cap: Duration = 600.0
    """No wait is longer."""


class WorkerSettings(Settings):
    """How jobs are run."""

    concurrency: int = Field(default=8, ge=1, le=256)
    """Jobs that run at once."""
    lease: Duration = 60.0
    """A job whose worker died is taken up again after this long."""
    tries: int = Field(default=10, ge=1)
    """Failures after which a job becomes a dead letter; waits that were asked for don't count."""
    backoff: BackoffSettings = BackoffSettings()
    """The waits between tries."""
    drain: Duration = 20.0
    """How long running jobs may go on after a stop was asked for."""


class JobMetrics(Protocol):
    """Where the worker counts."""

    def ended(self, outcome: str, seconds: float) -> None:
        """Count a run of a job that ended so, after that long."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Runs jobs until it is stopped."""

    jobs: Jobs
    reactions: Mapping[str, Reaction]
    """What to run, by the job's instance type."""
    settings: WorkerSettings
    clock: Clock
    owner: str
    """This process, in lease tokens."""
    chance: Callable[[], float]
    """Random numbers from 0 to 1, for jitter."""
    metrics: JobMetrics
    _loops: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]], init=False)

    @property
    def lost(self) -> int:
        """How many of the loops that `serve` began have ended; 0 until it is stopped."""
        return sum(loop.done() for loop in self._loops)

    async def serve(self, stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set; then let running ones finish for `drain` seconds."""
        loops = [asyncio.create_task(self._loop(stop)) for _ in range(self.settings.concurrency)]
        self._loops[:] = loops
        await stop.wait()
        _, late = await asyncio.wait(loops, timeout=self.settings.drain)
        for task in late:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        with contextlib.suppress(StoreUnavailable):
            given_back = await self.jobs.release(self.owner)
            log.info("worker stopped", jobs_given_back=given_back)

    async def run_due(self) -> int:
        """Run every job that is due now, one after another; return how many ran."""
        ran = 0
        while (job := await self._take()) is not None:
            await self.run(job)
            ran += 1
        return ran

    async def run(self, job: Job) -> None:
        """Run one job that was taken, and record how it ended."""
        started = self.clock.monotonic()
        key = job.key
        with structlog.contextvars.bound_contextvars(
            job=job.id, app=key.app, type=key.instance_type, instance=key.instance_id
        ):
            try:
                outcome = await self._end(job)
            except LeaseLost:
                outcome = "lease_lost"
                log.warning("another worker has this job now; its work goes on there")
            self.metrics.ended(outcome, self.clock.monotonic() - started)

    async def _loop(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                job = await self._take()
                if job is None:
                    await _first_of(self.jobs.wait(POLL), stop.wait())
                else:
                    await self.run(job)
            except StoreUnavailable as problem:
                log.warning("the store can't be used; jobs wait", error=str(problem))
                await self.clock.sleep(STORE_PAUSE)
            except Exception:
                # A bug of ours costs this job a lease's wait, never the worker.
                log.exception("a job could not be ended; it is taken up again when its lease ends")
                await self.clock.sleep(STORE_PAUSE)

    async def _take(self) -> Job | None:
        return await self.jobs.take(owner=self.owner, lease=self.settings.lease)

    async def _end(self, job: Job) -> str:
        """Run the reaction and turn its end into the job's next state."""
        try:
            state = await self._react(job)
        except (LeaseLost, StoreUnavailable):
            raise
        except Transient as problem:
            return await self._postpone(job, problem)
        except Permanent as problem:
            return await self._bury(job, str(problem))
        except Exception as problem:
            log.exception("a job met a bug")
            name = type(problem).__name__
            return await self._postpone(
                job, Transient(f"a bug in feedback-bridge ({name}; the log has the whole trace)")
            )
        await self.jobs.finish(job, state)
        log.info("job finished", outcome=state.value)
        return state.value

    async def _react(self, job: Job) -> JobState:
        reaction = self.reactions.get(job.key.instance_type)
        if reaction is None:
            raise Permanent(
                f"nothing handles {job.key.instance_type} here; was a newer version running before?"
            )
        running = asyncio.ensure_future(reaction(job))
        heart = asyncio.ensure_future(self._beat(job))
        try:
            await asyncio.wait((running, heart), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
            heart.result()
            raise LeaseLost("the heartbeat ended")
        finally:
            await _cancel(running)
            await _cancel(heart)

    async def _beat(self, job: Job) -> None:
        """Extend the lease while the job runs; raises LeaseLost when it is not ours any more."""
        while True:
            await self.clock.sleep(self.settings.lease / 3)
            with contextlib.suppress(StoreUnavailable):
                await self.jobs.extend(job, lease=self.settings.lease)

    async def _postpone(self, job: Job, problem: Transient) -> str:
        tries = job.tries + (1 if problem.counts_as_try else 0)
        if tries >= self.settings.tries and problem.counts_as_try:
            return await self._bury(job, f"gave up after {tries} tries: {problem}")
        backoff = Backoff(first=self.settings.backoff.first, cap=self.settings.backoff.cap)
        wait = backoff.wait(max(tries, 1), chance=self.chance(), retry_after=problem.retry_after)
        await self.jobs.postpone(
            job,
            due=self.clock.now() + timedelta(seconds=wait),
            error=str(problem),
            counts=problem.counts_as_try,
        )
        log.info("job postponed", seconds=round(wait, 1), tries=tries, error=str(problem))
        return "postponed"

    async def _bury(self, job: Job, error: str) -> str:
        await self.jobs.bury(job, error=error)
        log.error(
            "job is a dead letter; it is kept whole: see `feedback-bridge dead-letters`, "
            "mend the cause, then `feedback-bridge retry`",
            error=error,
        )
        return "dead"


async def _cancel(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.exception()  # read, so that it is not reported as never retrieved


async def _first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    """Return when one of them does; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            await _cancel(task)
