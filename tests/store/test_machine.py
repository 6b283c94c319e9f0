"""Deliveries and jobs under any order of events, crashes among them, against a plain model."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bridge.model import Job, JobState
from bridge.store import LeaseLost, StorageSettings, Store
from tests.clock import FakeClock
from tests.store.made import delivery, key

NAMES = st.sampled_from(["S1", "S2", "S3", "S4"])
LEASE = 60.0
OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass
class Expected:
    state: JobState
    take_at: datetime | None
    tries: int = 0
    steps: set[str] = field(default_factory=set)
    token: str | None = None


class StoreMachine(RuleBasedStateMachine):
    """What was acknowledged stays; a job is with one worker; nothing that is due is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = FakeClock()
        self.store = self._opened()
        self.abandoned: list[Store] = []
        self.deliveries: set[str] = set()
        self.jobs: dict[str, Expected] = {}
        self.held: list[Job] = []

    def _opened(self) -> Store:
        opening = Store.open(StorageSettings(), base=self.folder, clock=self.clock)
        return self.loop.run_until_complete(opening)

    def teardown(self) -> None:
        for store in (*self.abandoned, self.store):
            self.loop.run_until_complete(store.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(names=st.lists(NAMES, min_size=1, max_size=5), other=st.booleans())
    def put(self, names: list[str], other: bool) -> None:
        """Several deliveries at once, some of them again, some of them others of the same."""
        suffix = "-again" if other else ""
        events = [delivery(name + suffix, instance_id=name) for name in names]
        expected = []
        for event, name in zip(events, names, strict=True):
            expected.append(event.id not in self.deliveries)
            self.deliveries.add(event.id)
            self.jobs.setdefault(name, Expected(JobState.WAITING, self.clock.now()))

        async def put() -> list[bool]:
            pairs = zip(events, names, strict=True)
            return await asyncio.gather(
                *(self.store.inbox.put(event, key(name)) for event, name in pairs)
            )

        assert self.loop.run_until_complete(put()) == expected

    @rule()
    def take(self) -> None:
        due = [e.take_at for e in self.jobs.values() if e.take_at and e.take_at <= self.clock.now()]
        job = self.loop.run_until_complete(self.store.jobs.take(owner="w", lease=LEASE))
        assert (job is None) == (not due)
        if job is None:
            return
        expected = self.jobs[job.key.instance_id]
        assert expected.take_at == min(due)
        assert (job.tries, set(job.checkpoint)) == (expected.tries, expected.steps)
        expected.state = JobState.RUNNING
        expected.take_at = self.clock.now() + timedelta(seconds=LEASE)
        expected.token = job.lease
        self.held.append(job)

    def _try(self, which: int, call: str, *args: object, **kwargs: object) -> Expected | None:
        """Do something with a job that some worker believes to hold; None if it doesn't."""
        if not self.held:
            return None
        job = self.held[which % len(self.held)]
        expected = self.jobs[job.key.instance_id]
        mine = expected.state is JobState.RUNNING and expected.token == job.lease
        try:
            self.loop.run_until_complete(getattr(self.store.jobs, call)(job, *args, **kwargs))
        except LeaseLost:
            assert not mine
            return None
        assert mine
        return expected

    @rule(which=st.integers(0, 9))
    def extend(self, which: int) -> None:
        if expected := self._try(which, "extend", lease=LEASE):
            expected.take_at = self.clock.now() + timedelta(seconds=LEASE)

    @rule(which=st.integers(0, 9), step=st.sampled_from(["fetch", "render"]))
    def checkpoint(self, which: int, step: str) -> None:
        if expected := self._try(which, "checkpoint", step, {"done": True}):
            expected.steps.add(step)

    @rule(which=st.integers(0, 9), state=st.sampled_from([JobState.FILED, JobState.HELD]))
    def finish(self, which: int, state: JobState) -> None:
        if expected := self._try(which, "finish", state):
            expected.state, expected.take_at = state, None

    @rule(which=st.integers(0, 9), seconds=st.integers(0, 90), counts=st.booleans())
    def postpone(self, which: int, seconds: int, counts: bool) -> None:
        due = self.clock.now() + timedelta(seconds=seconds)
        if expected := self._try(which, "postpone", due=due, error="502", counts=counts):
            expected.state, expected.take_at = JobState.WAITING, due
            expected.tries += counts

    @rule(which=st.integers(0, 9))
    def bury(self, which: int) -> None:
        if expected := self._try(which, "bury", error="403"):
            expected.state, expected.take_at = JobState.DEAD, None

    @rule(state=st.sampled_from([JobState.DEAD, JobState.HELD]))
    def retry(self, state: JobState) -> None:
        wanted = [each for each in self.jobs.values() if each.state is state]
        done = self.loop.run_until_complete(self.store.jobs.retry(states=[state]))
        assert done == len(wanted)
        for each in wanted:
            each.state, each.take_at, each.tries = JobState.WAITING, self.clock.now(), 0

    @rule()
    def stop_in_order(self) -> None:
        running = [each for each in self.jobs.values() if each.state is JobState.RUNNING]
        assert self.loop.run_until_complete(self.store.jobs.release("w")) == len(running)
        for each in running:
            each.state, each.take_at = JobState.WAITING, self.clock.now()

    @rule(seconds=st.sampled_from([1, 30, 60, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def crash(self) -> None:
        """The process is gone without a word, and another one opens what it left."""
        self.abandoned.append(self.store)
        self.store = self._opened()

    @invariant()
    def everything_is_where_it_should_be(self) -> None:
        counts = self.loop.run_until_complete(self.store.jobs.counts())
        states = [each.state for each in self.jobs.values()]
        assert counts == {state: states.count(state) for state in JobState}
        next_due = self.loop.run_until_complete(self.store.jobs.next_due())
        waiting = [each.take_at for each in self.jobs.values() if each.state in OPEN]
        assert next_due == min((at for at in waiting if at), default=None)
        kept = self.loop.run_until_complete(self.store.inbox.counts())
        assert sum(kept.values()) == len(self.deliveries)


StoreMachine.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_the_store_keeps_its_promises_in_any_order = StoreMachine.TestCase
