"""Issues: a group's issue, created with its files, rewritten, and closed as another's duplicate."""

from collections.abc import Sequence
from datetime import timedelta

from bridge.clock import Clock
from bridge.errors import NotYet
from bridge.filing.creates import Creates
from bridge.filing.desks import Desk, Desks, Subject
from bridge.filing.files import Files
from bridge.filing.texts import Texts
from bridge.filing.writers import Writers
from bridge.grouping.lifecycle import DELETED
from bridge.grouping.milestones import begun
from bridge.model import (
    Attachment,
    AttachmentResult,
    Group,
    IssueBlock,
    IssueDraft,
    Kind,
    Occurrence,
    UpdateOutcome,
)
from bridge.store import Store

FIRST_ISSUE_WAIT = 5.0  # seconds until a merge looks again whether the other issue is filed
BLOCK_GONE = "our block was taken out of the issue"


class Issues:
    """Creates, completes and rewrites the issues of groups."""

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        creates: Creates,
        writers: Writers,
        desks: Desks,
        clock: Clock,
    ) -> None:
        self._ledger = store.ledger
        self._files = Files(store)
        self._texts = texts
        self._creates = creates
        self._writers = writers
        self._desks = desks
        self._clock = clock

    async def file(self, group: Group, subject: Subject) -> tuple[Group, bool]:
        """Return the group with its issue, which now exists and has the feedback's files.

        The second value is whether the issue should be rewritten soon, because it doesn't say yet
        what could not be set or attached.
        """
        async with self._writers.alone(self._desks.of(group).tracker.name):
            return await self.file_alone(group, subject)

    async def file_alone(self, group: Group, subject: Subject) -> tuple[Group, bool]:
        """Do what `file` does, as the tracker's only writer already."""
        desk = self._desks.of(group)
        group = await self._ledger.group(group.id)
        files = await self._files.of(subject.kept)
        if group.issue is None:
            group = await self._create(desk, group, subject, files)
        refused = False
        if not group.frozen and not group.history.muted:
            async with self._desks.unless_deleted(group):
                refused = await self._files.attach(desk, group, files)
        return group, not group.frozen and (bool(group.notes) or refused)

    async def rewrite(self, group: Group, subject: Subject) -> None:
        """Attach newer files, then rewrite our block from all occurrences; as the only writer."""
        if group.issue is None:
            return
        desk = self._desks.of(group)
        occurrences = await self._ledger.occurrences(group.id)
        had_log = await self._files.attach_newest(desk, group, occurrences)
        rendered = await self._texts.issue(desk, group, subject, occurrences)
        # A title stays, unless it was made before there was a log that names the cause.
        retitled = group.kind is Kind.CRASH and not had_log and rendered.title != group.title
        new_title = rendered.title if retitled else None
        outcome = await desk.tracker.update(
            group.issue,
            IssueBlock(
                block=rendered.block,
                marker=self._creates.marker(group.id),
                title=new_title,
                was_title=group.title if new_title else None,
            ),
        )
        await self._note(group, outcome, occurrences, new_title)

    def may_rewrite_in(self, group: Group) -> float:
        """Return the seconds until the group's issue may be rewritten; none or less is now."""
        gap = timedelta(seconds=self._desks.of(group).tracker.limits.update_gap)
        return ((group.updated_at or group.created_at) + gap - self._clock.now()).total_seconds()

    async def text(self, group: Group, subject: Subject) -> str:
        """Return what the issue says, as GitHub Markdown that names its files."""
        return await self._texts.page(self._desks.of(group), group, subject)

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
        desk = self._desks.of(group)
        async with self._writers.alone(desk.tracker.name):
            if await self._desks.is_deleted(into):
                return False
            async with self._desks.unless_deleted(group):
                await desk.tracker.close_as_duplicate(group.issue, into.issue)
        return True

    async def _create(
        self, desk: Desk, group: Group, subject: Subject, files: Sequence[Attachment]
    ) -> Group:
        tracker = desk.tracker
        if tracker.attach_when == "before":
            await self._files.attach(desk, group, files)
            expected: Sequence[AttachmentResult] = ()
        else:
            expected = [AttachmentResult(attachment=f, url=f.name) for f in files]
        occurrences = await self._ledger.occurrences(group.id)
        # Kept before the issue is there, so that nothing in its first text ever becomes news.
        await self._ledger.set_history(group.id, begun(group.history, occurrences))
        rendered = await self._texts.issue(desk, group, subject, occurrences, expected)
        fields = self._texts.fields(subject)
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

    async def _note(
        self,
        group: Group,
        outcome: UpdateOutcome,
        occurrences: Sequence[Occurrence],
        new_title: str | None,
    ) -> None:
        if outcome is UpdateOutcome.BLOCK_GONE:
            return await self._ledger.freeze(group.id, BLOCK_GONE)
        if outcome is UpdateOutcome.ISSUE_GONE:
            return await self._ledger.freeze(group.id, DELETED)
        written = group.updated_at
        if outcome is UpdateOutcome.UPDATED or written is None or occurrences[-1].at > written:
            title = new_title or group.title
            await self._ledger.set_block(group.id, title=title, at=self._clock.now())
        return None
