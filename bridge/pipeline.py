"""The order of the rooms: fetch, understand, match, file, record; nothing else.

Every step keeps what it made, so a job that starts over goes on from its last finished step and no
step's effect happens twice. Failures are not handled here: the worker alone ends a failure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge import grouping, routes
from bridge.clock import Clock
from bridge.crash import is_nameless
from bridge.fetch import Fetch
from bridge.filing import Attending, Issues, Rounds, Subject
from bridge.grouping import Verdict
from bridge.match import Match
from bridge.model import CrashFeedback, Diagnosis, Group, Job, JobState, Kind, Occurrence
from bridge.routes import IncludeTester, Route
from bridge.store import WHY, KeptFeedback, Store
from bridge.understanding import Understanding

LATE_LOG = "lateCrashLog"  # our own jobs that complete an issue filed without its log
NAMED_AMONG = 5  # crashes of a group whose newest one has no names, from which to take one that has
WITHOUT_LOG = "without log"  # the checkpoint of a crash that any run began to file without its log


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The way of a feedback through the rooms."""

    fetch: Fetch
    understanding: Understanding
    match: Match
    issues: Issues
    attending: Attending
    rounds: Rounds
    store: Store
    routes: Sequence[Route]
    tags: Mapping[str, Sequence[str]]
    clock: Clock

    async def feedback(self, job: Job) -> JobState:
        """File a submission, or let it count in its group, whose own job does all else."""
        kept = await self.fetch.feedback(job)
        diagnosis = await self.understanding.of(kept.log)
        route = self._route(kept, released=job.released)
        decision = grouping.decide(route, diagnosis)
        if route is None or route.tracker is None or decision.verdict is not Verdict.FILE:
            await self.store.jobs.checkpoint(job, WHY, decision.reason)
            return JobState.IGNORED if decision.verdict is Verdict.IGNORE else JobState.HELD
        late = await self._is_late(job, kept)
        alike = diagnosis if decision.alike else None
        group = await self.match.join(kept, alike, route, route.tracker)
        if late and alike is not None:
            own, group = group, await self._joined(group, kept.feedback.id, alike)
            if group.id == own.id:
                # An earlier run may have created its issue: it is filed as it was, then completed.
                kept, diagnosis = replace(kept, log=None), None
        first = group.opened_by == kept.feedback.id
        unsaid = False
        if first:
            subject = Subject(kept=kept, diagnosis=diagnosis, route=route)
            group, unsaid = await self.issues.file(group, subject)
        if unsaid or not first:
            await self.rounds.soon(group)
        if late:
            key = replace(job.key, instance_type=LATE_LOG)
            await self.store.jobs.request(key, due=self.clock.now())
        return JobState.FILED if first else JobState.ADDED

    async def _is_late(self, job: Job, kept: KeptFeedback) -> bool:
        """Return whether this or an earlier run files a crash whose log wasn't there."""
        if WITHOUT_LOG in job.checkpoint:
            return True
        if not isinstance(kept.feedback, CrashFeedback) or kept.log is not None:
            return False
        await self.store.jobs.checkpoint(job, WITHOUT_LOG, True)  # noqa: FBT003 - a JSON value
        return True

    async def refresh(self, job: Job) -> JobState:
        """Look at a group's issue, do what people and testers ask for, and rewrite our block."""
        group = await self.store.ledger.group(job.key.instance_id)
        if group.issue is None and (subject := await self._newest(group)) and subject.diagnosis:
            await self.match.learn(group, subject.diagnosis)  # it may come of another group
        await self.attending.attend(group.id, self._newest)
        return JobState.DONE

    async def issue_text(self, group: Group) -> str:
        """Return what the group's issue says, as GitHub Markdown, for the dashboard."""
        subject = await self._newest(group)
        return await self.issues.text(group, subject) if subject else ""

    async def late_log(self, job: Job) -> JobState:
        """Complete an issue whose crash log came late; if the log proves a known group, join it."""
        kept = await self.fetch.log(job)
        group = await self.store.ledger.group_of(job.key.app, job.key.instance_id)
        if kept is None or kept.log is None or group is None:
            return JobState.DONE
        diagnosis = await self.understanding.of(kept.log)
        if diagnosis is not None:
            group = await self._joined(group, job.key.instance_id, diagnosis)
        await self.rounds.soon(group)
        return JobState.DONE

    async def _joined(self, own: Group, feedback_id: str, diagnosis: Diagnosis) -> Group:
        """Give the group the log's keys, or, if another group owns one, merge into that one."""
        ledger, found = self.store.ledger, diagnosis.fingerprint
        incident = grouping.incident_of(diagnosis)
        await ledger.recognise(own.app, feedback_id, incident=incident, exact=found.exact)
        await ledger.add_keys(own.id, found.owned)
        known = await ledger.known(own.app, found.asked, besides=own.id)
        if known is None or known.id in (own.id, own.history.apart_from):
            known = None
        if known is not None and await self.issues.merge(own, into=known):
            await ledger.merge(own.id, into=known.id)
            own = known
        await self.match.learn(own, diagnosis)
        return own

    async def _newest(self, group: Group) -> Subject | None:
        """Return what the group's issue is written from now; None if it has no feedback.

        That is the newest feedback of the group's kind, of crashes the newest with a log. Where
        that one has no names for the app's own functions, it is the newest of a few that has.
        """
        newest_first = list(reversed(await self.store.ledger.occurrences(group.id)))
        logged = [o for o in newest_first if o.log is not None and group.kind is Kind.CRASH]
        newest = await self._first(group, (*logged, *newest_first))
        if newest is None or newest.diagnosis is None or not is_nameless(newest.diagnosis):
            return newest
        named = await self._first(group, logged[:NAMED_AMONG], named=True)
        return _said_to_be_earlier(named, than=newest.diagnosis) if named else newest

    async def _first(
        self, group: Group, occurrences: Sequence[Occurrence], *, named: bool = False
    ) -> Subject | None:
        for occurrence in occurrences:
            kept = await self.store.ledger.feedback(group.app, occurrence.feedback_id)
            if kept is None or kept.feedback.kind is not group.kind:
                continue
            diagnosis = await self.understanding.of(kept.log)
            if named and (diagnosis is None or is_nameless(diagnosis)):
                continue
            return Subject(kept=kept, diagnosis=diagnosis, route=self._route_to(group, kept))
        return None

    def _route(self, kept: KeptFeedback, *, released: bool) -> Route | None:
        tags = self.tags.get(kept.feedback.app, ())
        return routes.choose(self.routes, kept.feedback, tags=tags, released=released)

    def _route_to(self, group: Group, kept: KeptFeedback) -> Route:
        """Return the feedback's route if it leads to the group's tracker, else one that does."""
        route = self._route(kept, released=True)
        if route is not None and route.tracker == group.tracker:
            return route
        tags = self.tags.get(group.app, ())
        leading = [one for one in self.routes if one.tracker == group.tracker]
        other = routes.choose(leading, kept.feedback, tags=tags, released=True)
        silent = {"include_tester": IncludeTester.NEVER}  # its own route may forbid it
        return (other or Route(tracker=group.tracker)).model_copy(update=silent)


def _said_to_be_earlier(shown: Subject, *, than: Diagnosis) -> Subject:
    """Return what is shown in place of the newest crash, with what is missing in that one."""
    if shown.diagnosis is None:
        return shown
    said = "The newest crash log has no names for the app's own functions; an earlier one is shown."
    report = shown.diagnosis.report
    told = tuple(dict.fromkeys((said, *than.report.warnings, *report.warnings)))
    return replace(shown, diagnosis=replace(shown.diagnosis, report=replace(report, warnings=told)))
