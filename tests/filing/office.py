"""A group's job beside a scripted tracker, in a process that can be made to die anywhere."""

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from bridge.errors import Transient
from bridge.filing import (
    GROUP,
    Attending,
    Creates,
    Desk,
    Desks,
    Issues,
    Rounds,
    SettleSettings,
    Subject,
    Texts,
    Writers,
)
from bridge.grouping import occurrence_of
from bridge.model import Build, CrashFeedback, Group, JobState, Kind
from bridge.model import Tester as Person  # pytest would take the name for a test's
from bridge.render import AppFacts, Renderer
from bridge.routes import Route
from bridge.store import Store
from tests.clock import StillClock
from tests.filing.scripted import ScriptedTracker

LEASE = 60.0
RENDERER = Renderer()


class Killed(BaseException):
    """The process died here."""


@dataclass
class Fuse:
    """Kills the process at one of the moments before and after what it does; 0 is the first."""

    moments: int | None = None
    """How many it survives; None is all."""

    def burn(self) -> None:
        if self.moments is None:
            return
        if self.moments == 0:
            raise Killed
        self.moments -= 1


class Mortal:
    """Stands before an object, and may die before and after each of its methods."""

    def __init__(self, behind: object, fuse: Fuse) -> None:
        self._behind = behind
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._behind, name)
        if not callable(found):
            return found

        async def called(*args: Any, **named: Any) -> Any:
            self._fuse.burn()
            result = await cast("Awaitable[Any]", found(*args, **named))
            self._fuse.burn()
            return result

        return called


@dataclass
class MortalStore:
    """The store, as a process has it that may die at each use of the ledger or of the jobs."""

    real: Store
    ledger: Any
    jobs: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@dataclass
class Office:
    """Does groups' jobs, as worker and pipeline do, until none is left."""

    store: Store
    tracker: ScriptedTracker
    clock: StillClock
    route: Route
    fuse: Fuse = field(default_factory=Fuse)
    attending: Attending = field(init=False)
    rounds: Rounds = field(init=False)
    found: object = None
    """What a test keeps of the end."""

    def __post_init__(self) -> None:
        mortal = MortalStore(
            real=self.store,
            ledger=Mortal(self.store.ledger, self.fuse),
            jobs=Mortal(self.store.jobs, self.fuse),
        )
        store: Any = mortal
        tracker: Any = Mortal(self.tracker, self.fuse)
        self.tracker.between = self.fuse.burn
        creates = Creates(self.store.intents, key=b"key", settle=SettleSettings(), clock=self.clock)
        writers = Writers(self.store.leases, owner="w", lease=LEASE, clock=self.clock)
        desks = Desks({"scripted": Desk(tracker=tracker, type="github")}, store.ledger)
        apps = {"sunrise": AppFacts(name="sunrise", app_id="1")}
        texts = Texts(store=store, renderer=RENDERER, apps=apps, clock=self.clock)
        self.rounds = Rounds(store.jobs, clock=self.clock)
        issues = Issues(
            store=store,
            texts=texts,
            creates=creates,
            writers=writers,
            desks=desks,
            clock=self.clock,
        )
        self.attending = Attending(
            store=store,
            issues=issues,
            texts=texts,
            creates=creates,
            writers=writers,
            desks=desks,
            rounds=self.rounds,
            clock=self.clock,
        )

    async def crash(
        self,
        name: str,
        *,
        key: str = "v1:a",
        build: str = "142",
        version: str = "2.4",
        uploaded: datetime | None = None,
        tester: str = "t1",
        exact: str | None = None,
    ) -> Group:
        """Let a crash join, and ask for its group's job, as the pipeline does."""
        made = CrashFeedback(
            app="sunrise",
            id=name,
            created_at=self.clock.now(),
            comment=f"words of {name}",
            build=Build(
                id=build, number=build, version=version, uploaded_at=uploaded or self.clock.now()
            ),
            tester=Person(id=tester),
        )
        await self.store.ledger.keep_feedback(made, files=[], log=None, notes=[])
        occurrence = occurrence_of(made, log=None, tester_key=tester)
        occurrence = replace(occurrence, exact=exact)
        ask = [key] if exact is None else [exact, key]
        group = await self.store.ledger.join(
            occurrence, kind=Kind.CRASH, tracker="scripted", ask=ask, own=[key]
        )
        await Rounds(self.store.jobs, clock=self.clock).soon(group)
        return group

    async def work(self) -> None:
        """Do all jobs, moving time on to when each is due; dies as the fuse says."""
        for _ in range(200):
            job = await self.store.jobs.take(owner="w", lease=LEASE)
            if job is None:
                due = await self.store.jobs.next_due()
                if due is None:
                    return
                self.clock.advance((due - self.clock.now()).total_seconds())
                continue
            assert job.key.instance_type == GROUP
            try:
                await self.attending.attend(job.key.instance_id, self._newest)
            except Transient as later:
                seconds = later.retry_after or 1.0
                due = self.clock.now() + timedelta(seconds=seconds)
                await self.store.jobs.postpone(job, due=due, error=str(later), counts=False)
            else:
                await self.store.jobs.finish(job, JobState.DONE)
        raise AssertionError("jobs never came to an end")

    async def work_to_the_end(self) -> None:
        """Do all jobs, in a new process if this one died."""
        try:
            await self.work()
        except Killed:
            self.fuse.moments = None
            self.clock.advance(LEASE + 1)
            await self.work()

    async def _newest(self, group: Group) -> Subject | None:
        occurrences = await self.store.ledger.occurrences(group.id)
        if not occurrences:
            return None
        kept = await self.store.ledger.feedback(group.app, occurrences[-1].feedback_id)
        assert kept is not None
        return Subject(kept=kept, diagnosis=None, route=self.route)
