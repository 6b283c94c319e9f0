"""Issues: what a group's issue says and holds, created, completed and kept current."""

import contextlib
import hashlib
import hmac
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.clock import Clock
from bridge.errors import Gone, Misconfigured, NotYet
from bridge.filing.creates import Creates
from bridge.filing.files import issue_files, log_file
from bridge.filing.writers import Writers
from bridge.grouping import summarise
from bridge.markup import Markup
from bridge.model import (
    Attachment,
    AttachmentResult,
    AttachmentRole,
    CrashFeedback,
    Diagnosis,
    Group,
    IssueBlock,
    IssueDraft,
    IssueStatus,
    Kind,
    Occurrence,
    Tester,
    UpdateOutcome,
)
from bridge.render import AppFacts, FieldContext, IssueContext, Rendered, Renderer
from bridge.routes import IncludeTester, Route
from bridge.store import KeptFeedback, Store
from bridge.trackers.base import Tracker

LOGS_PER_ISSUE = 20  # after that only the newest log is added at each rewrite: writes are scarce
DELETED = "the issue was deleted in the tracker"
FIRST_ISSUE_WAIT = 5.0  # seconds until a merge looks again whether the other issue is filed
PAGES = {Kind.CRASH: "crashes", Kind.SCREENSHOT: "screenshots"}


def page_link(app_id: str, kind: Kind) -> str:
    """Return App Store Connect's page of an app's feedback of this kind."""
    return f"https://appstoreconnect.apple.com/apps/{app_id}/testflight/{PAGES[kind]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A tracker as it is configured, and the apps that share one place in it."""

    tracker: Tracker
    type: str
    """`github`, `jira`, `folder`: which templates are used."""
    shared_by: frozenset[str] = frozenset()
    """Apps whose titles need `[App]` in front, because others file into the same project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an issue is written from: the newest feedback, what its log says, its route."""

    kept: KeptFeedback
    diagnosis: Diagnosis | None
    route: Route


class Issues:
    """Creates, completes and rewrites the issues of groups."""

    def __init__(
        self,
        *,
        store: Store,
        renderer: Renderer,
        creates: Creates,
        writers: Writers,
        desks: Mapping[str, Desk],
        apps: Mapping[str, AppFacts],
        clock: Clock,
    ) -> None:
        """Write to each desk, by its tracker's name, for each app, by its name here."""
        self._ledger = store.ledger
        self._blobs = store.blobs
        self._key = store.marker_key
        self._renderer = renderer
        self._creates = creates
        self._writers = writers
        self._desks = desks
        self._apps = apps
        self._clock = clock

    def tester_key(self, tester: Tester) -> str | None:
        """Return a keyed hash of who sent it, equal for equal testers; None if unknown."""
        who = tester.id or (tester.email or "").strip().lower()
        if not who:
            return None
        return hmac.new(self._key, f"tester:{who}".encode(), hashlib.sha256).hexdigest()[:16]

    def update_gap(self, group: Group) -> float:
        """Return the seconds between two rewrites of the group's issue."""
        return self._desk(group).tracker.limits.update_gap

    async def file(self, group: Group, subject: Subject) -> tuple[Group, bool]:
        """Return the group with its issue, which now exists and has its files.

        The second value is whether the issue should be rewritten soon, because it doesn't say yet
        what could not be set or attached.
        """
        desk = self._desk(group)
        async with self._writers.alone(desk.tracker.name):
            group = await self._ledger.group(group.id)
            files = await issue_files(subject.kept, self._blobs)
            if group.issue is None:
                group = await self._create(desk, group, subject, files)
            refused = False
            if not group.frozen:
                async with self._unless_deleted(desk, group):
                    refused = await self._attach(desk, group, files)
            return group, not group.frozen and (bool(group.notes) or refused)

    async def refresh(self, group: Group, subject: Subject) -> None:
        """Rewrite our block of the group's issue from all its occurrences."""
        if group.issue is None or group.frozen or group.merged_into:
            return
        desk = self._desk(group)
        async with self._writers.alone(desk.tracker.name), self._unless_deleted(desk, group):
            occurrences = await self._ledger.occurrences(group.id)
            had_log = await self._attach_logs(desk, group, occurrences)
            rendered = await self._render(desk, group, subject, occurrences)
            new_title = rendered.title if not had_log and rendered.title != group.title else None
            outcome = await desk.tracker.update(
                group.issue,
                IssueBlock(
                    block=rendered.block,
                    marker=self._creates.marker(group.id),
                    title=new_title,
                    was_title=group.title if new_title else None,
                ),
            )
            await self._note(group, outcome, new_title)

    async def text(self, group: Group, subject: Subject) -> str:
        """Return what the issue says, as GitHub Markdown that names its files."""
        occurrences = await self._ledger.occurrences(group.id)
        files = [
            replace(result, url=result.attachment.name)
            for result in await self._ledger.files(group.id)
        ]
        context = self._context(self._desk(group), group, subject, occurrences, files)
        rendered = self._renderer.issue(
            context, markup=Markup.GITHUB, tracker_type="github", title_limit=80, body_limit=60_000
        )
        return rendered.block

    async def merge(self, group: Group, *, into: Group) -> bool:
        """Close the group's issue as a duplicate of the other's; return whether they may be one.

        They may not if the other issue was deleted, or while a create of this group's own is
        unknown. Raises `NotYet` while the other group has no issue yet.
        """
        if group.issue is None:
            return not await self._creates.is_unknown(group.id)
        if group.tracker != into.tracker:
            return True
        if into.issue is None:
            raise NotYet(
                "this crash belongs to a group whose issue is being filed",
                retry_after=FIRST_ISSUE_WAIT,
            )
        desk = self._desk(group)
        async with self._writers.alone(desk.tracker.name):
            if await self._is_deleted(desk, into):
                return False
            async with self._unless_deleted(desk, group):
                await desk.tracker.close_as_duplicate(group.issue, into.issue)
        return True

    async def _is_deleted(self, desk: Desk, group: Group) -> bool:
        """Return whether people deleted the group's issue; then it is only counted from now on."""
        if group.issue is None:
            return False
        if (await desk.tracker.state(group.issue)).status is not IssueStatus.GONE:
            return False
        await self._ledger.freeze(group.id, DELETED)
        return True

    @contextlib.asynccontextmanager
    async def _unless_deleted(self, desk: Desk, group: Group) -> AsyncGenerator[None]:
        """Run the block; that the group's issue was deleted ends it, and is no failure."""
        try:
            yield
        except Gone:
            if not await self._is_deleted(desk, group):
                raise

    async def _create(
        self, desk: Desk, group: Group, subject: Subject, files: Sequence[Attachment]
    ) -> Group:
        tracker = desk.tracker
        if tracker.attach_when == "before":
            await self._attach(desk, group, files)
            expected: Sequence[AttachmentResult] = ()
        else:
            expected = [AttachmentResult(attachment=f, url=f.name) for f in files]
        occurrences = await self._ledger.occurrences(group.id)
        rendered = await self._render(desk, group, subject, occurrences, expected)
        fields = self._renderer.fields(subject.route.fields, self._field_context(subject))
        issue, intent = await self._creates.create(
            tracker,
            group.id,
            lambda marker: IssueDraft(
                title=rendered.title, block=rendered.block, marker=marker, fields=fields
            ),
        )
        filed = await self._ledger.set_issue(group.id, issue, title=rendered.title)
        await self._creates.settled(intent)
        return filed

    async def _attach(self, desk: Desk, group: Group, files: Sequence[Attachment]) -> bool:
        """Put up those files that no earlier run has put up; return whether one was refused."""
        there = {r.attachment.name: r for r in await self._ledger.files(group.id)}
        missing = [f for f in files if f.name not in there]
        # Where each file is a write of its own, a later one's failure doesn't repeat the earlier.
        step = 1 if desk.tracker.attach_when == "before" else max(len(missing), 1)
        for start in range(0, len(missing), step):
            results = await desk.tracker.attach(group.issue, missing[start : start + step])
            await self._ledger.record_files(group.id, results)
            there |= {r.attachment.name: r for r in results}
        return any(there[f.name].error for f in files)

    async def _attach_logs(
        self, desk: Desk, group: Group, occurrences: Sequence[Occurrence]
    ) -> bool:
        """Put up newer occurrences' logs; return whether the issue had a log before."""
        recorded = await self._ledger.files(group.id)
        with_log = {
            r.attachment.feedback_id for r in recorded if r.attachment.role is AttachmentRole.LOG
        }
        newest_first = [o for o in reversed(occurrences) if o.log is not None]
        room = LOGS_PER_ISSUE - len(with_log)
        wanted = newest_first if room > 0 else newest_first[:1]
        missing = [o for o in wanted if o.feedback_id not in with_log][: max(room, 1)]
        logs = [await log_file(o.log, self._blobs) for o in missing if o.log is not None]
        await self._attach(desk, group, logs)
        return bool(with_log)

    async def _render(
        self,
        desk: Desk,
        group: Group,
        subject: Subject,
        occurrences: Sequence[Occurrence],
        expected: Sequence[AttachmentResult] = (),
    ) -> Rendered:
        recorded = list(await self._ledger.files(group.id)) or list(expected)
        limits = desk.tracker.limits
        rendered = self._renderer.issue(
            self._context(desk, group, subject, occurrences, recorded),
            markup=desk.tracker.markup,
            tracker_type=desk.type,
            title_limit=limits.title,
            body_limit=limits.body,
        )
        if rendered.notes:
            await self._ledger.add_notes(group.id, rendered.notes)
        return rendered

    def _context(
        self,
        desk: Desk,
        group: Group,
        subject: Subject,
        occurrences: Sequence[Occurrence],
        files: Sequence[AttachmentResult],
    ) -> IssueContext:
        feedback, app = subject.kept.feedback, self._apps[group.app]
        rank = {o.feedback_id: n for n, o in enumerate(occurrences)}
        newest_first = sorted(files, key=lambda r: -rank.get(r.attachment.feedback_id, -1))
        return IssueContext(
            app=app,
            feedback=feedback,
            diagnosis=subject.diagnosis,
            summary=summarise(occurrences),
            files=newest_first,
            notes=(*group.notes, *subject.kept.notes),
            tester=self._tester(subject),
            link=page_link(app.app_id, group.kind),
            show_app=group.app in desk.shared_by,
            log_missing=isinstance(feedback, CrashFeedback) and subject.kept.log is None,
        )

    async def _note(self, group: Group, outcome: UpdateOutcome, new_title: str | None) -> None:
        if outcome is UpdateOutcome.BLOCK_GONE:
            await self._ledger.freeze(group.id, "our block was taken out of the issue")
        elif outcome is UpdateOutcome.ISSUE_GONE:
            await self._ledger.freeze(group.id, DELETED)
        else:
            await self._ledger.set_block(
                group.id, title=new_title or group.title, at=self._clock.now()
            )

    def _desk(self, group: Group) -> Desk:
        desk = self._desks.get(group.tracker)
        if desk is None:
            raise Misconfigured(
                f"the issue is in tracker {group.tracker}, which is no longer in the "
                "configuration; add it again, then retry"
            )
        return desk

    def _tester(self, subject: Subject) -> str | None:
        tester = subject.kept.feedback.tester
        match subject.route.include_tester:
            case IncludeTester.NEVER:
                return None
            case IncludeTester.HASH:
                return self.tester_key(tester)
            case IncludeTester.EMAIL:
                return tester.email

    def _field_context(self, subject: Subject) -> FieldContext:
        feedback = subject.kept.feedback
        build = feedback.build
        return FieldContext(
            app=self._apps[feedback.app],
            kind=feedback.kind,
            build=build.number if build else None,
            version=build.version if build else None,
        )
