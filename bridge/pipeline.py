"""The order of the rooms: fetch, understand, match, file, record; nothing else.

Every step keeps what it made, so a job that starts over goes on from its last finished step and no
step's effect happens twice. Failures are not handled here: the worker alone ends a failure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bridge import grouping, routes
from bridge.clock import Clock
from bridge.fetch import Fetch
from bridge.filing import Issues, Subject
from bridge.grouping import Verdict
from bridge.match import Match
from bridge.model import CrashFeedback, Diagnosis, Group, Job, JobKey, JobState
from bridge.routes import Route
from bridge.store import WHY, KeptFeedback, Store
from bridge.understanding import Understanding

GROUP = "group"  # the instance type of our own job that rewrites a group's issue
LATE_LOG = "lateCrashLog"  # … and of the one that completes an issue filed without its log
WITHOUT_LOG = "without log"  # the checkpoint of a crash that any run began to file without its log


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The way of a feedback through the rooms."""

    fetch: Fetch
    understanding: Understanding
    match: Match
    issues: Issues
    store: Store
    routes: Sequence[Route]
    tags: Mapping[str, Sequence[str]]
    clock: Clock

    async def feedback(self, job: Job) -> JobState:
        """File a submission, or add it to the issue that is already there."""
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
            own, group = group, await self._joined(group, alike)
            if group.id == own.id:
                # An earlier run may have created its issue: it is filed as it was, then completed.
                kept, diagnosis = replace(kept, log=None), None
        first = group.opened_by == kept.feedback.id
        subject = Subject(kept=kept, diagnosis=diagnosis, route=route)
        group, unsaid = await self.issues.file(group, subject)
        if unsaid or not first:
            await self._refresh_soon(group)
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
        """Rewrite our block of a group's issue from all its occurrences."""
        group = await self.store.ledger.group(job.key.instance_id)
        subject = await self._newest(group)
        if subject is not None:
            await self.issues.refresh(group, subject)
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
            group = await self._joined(group, diagnosis)
        await self._refresh_soon(group)
        return JobState.DONE

    async def _joined(self, own: Group, diagnosis: Diagnosis) -> Group:
        """Give the group the log's keys, or, if another group owns one, merge into that one."""
        await self.store.ledger.add_keys(own.id, diagnosis.fingerprint.owned)
        asked = diagnosis.fingerprint.asked
        known = await self.store.ledger.known(own.app, asked, besides=own.id)
        if known is None or known.id == own.id:
            return own
        if not await self.issues.merge(own, into=known):
            return own
        await self.store.ledger.merge(own.id, into=known.id)
        return known

    async def _newest(self, group: Group) -> Subject | None:
        """Return what the group's issue is written from now; None if it has no feedback."""
        occurrences = await self.store.ledger.occurrences(group.id)
        if not occurrences:
            return None
        kept = await self.store.ledger.feedback(group.app, occurrences[-1].feedback_id)
        if kept is None:
            return None
        route = self._route(kept, released=True) or Route(tracker=group.tracker)
        return Subject(kept=kept, diagnosis=await self.understanding.of(kept.log), route=route)

    def _route(self, kept: KeptFeedback, *, released: bool) -> Route | None:
        tags = self.tags.get(kept.feedback.app, ())
        return routes.choose(self.routes, kept.feedback, tags=tags, released=released)

    async def _refresh_soon(self, group: Group) -> None:
        last = group.updated_at or group.created_at
        due = max(last + timedelta(seconds=self.issues.update_gap(group)), self.clock.now())
        key = JobKey(app=group.app, instance_type=GROUP, instance_id=group.id)
        await self.store.jobs.request(key, due=due)
