"""Attending: one look at a group's issue, and all that follows from it.

`bridge.grouping.lifecycle` says what is next, step by step; this does it. Each step begins or ends
with one transaction of the ledger, and what it does in the tracker may be done again, so that a
process that dies in any place neither doubles nor loses anything: the next look goes on.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bridge.clock import Clock
from bridge.errors import Forbidden, Refused
from bridge.filing.creates import Creates
from bridge.filing.desks import Desk, Desks, Subject
from bridge.filing.issues import Issues
from bridge.filing.rounds import Rounds
from bridge.filing.texts import Texts
from bridge.filing.writers import Writers
from bridge.grouping import lifecycle
from bridge.grouping.lifecycle import Situation, Step, next_step
from bridge.grouping.milestones import said
from bridge.grouping.regression import regression
from bridge.model import CommentDraft, Group, IssueRef, IssueState, IssueStatus
from bridge.store import Store

log = structlog.get_logger(__name__)

MOST_STEPS = 12  # of one look; people can't ask for more, and no loop of ours lasts longer
SubjectOf = Callable[[Group], Awaitable[Subject | None]]
"""Returns what a group's issue is written from now; None if it has no feedback."""

_Act = lifecycle.Follow | lifecycle.TakeApart | lifecycle.Renew | lifecycle.Unlabel | lifecycle.Post


@dataclass(slots=True)
class _Look:
    """A look at an issue while it goes on."""

    desk: Desk
    group: Group
    issue: IssueRef
    state: IssueState
    subject: Subject
    unlabel: bool = True
    """Whether the tracker lets us take labels off."""


class Attending:
    """Does a group's job."""

    def __init__(
        self,
        *,
        store: Store,
        issues: Issues,
        texts: Texts,
        creates: Creates,
        writers: Writers,
        desks: Desks,
        rounds: Rounds,
        clock: Clock,
    ) -> None:
        self._ledger = store.ledger
        self._issues = issues
        self._texts = texts
        self._creates = creates
        self._writers = writers
        self._desks = desks
        self._rounds = rounds
        self._clock = clock

    async def attend(self, group_id: str, subject_of: SubjectOf) -> None:
        """Look at the group's issue, do what people and testers ask for, and rewrite our block.

        A group without an issue is filed. What must wait asks for the group's job again.
        """
        group = await self._ledger.group(group_id)
        if group.merged_into is not None:
            # Whoever died between merging and this may not have said so.
            return await self._rounds.soon(await self._ledger.living(group_id))
        async with self._writers.alone(self._desks.of(group).tracker.name):
            group = await self._ledger.group(group_id)
            subject = await subject_of(group)
            if group.issue is None and subject is not None:
                group, _ = await self._issues.file_alone(group, subject)
                return await self._rounds.soon(group)
            async with self._desks.unless_deleted(group):
                await self._remind(group)
                await self._look(group, subject_of)
        return None

    async def _remind(self, group: Group) -> None:
        """Ask again for the jobs of groups that came of this one and have no issue yet."""
        others = await self._ledger.unfiled_apart_from(group.id) if group.history.undone else ()
        for other in others:
            await self._rounds.soon(other)
        if group.history.succeeded_by is not None:
            successor = await self._ledger.living(group.history.succeeded_by)
            if successor.issue is None:
                await self._rounds.soon(successor)

    async def _look(self, group: Group, subject_of: SubjectOf) -> None:
        tracker, issue = self._desks.of(group).tracker, group.issue
        subject = await subject_of(group)
        if issue is None or subject is None or group.frozen == lifecycle.DELETED:
            return None
        look = _Look(
            desk=self._desks.of(group),
            group=group,
            issue=issue,
            state=await tracker.state(issue),
            subject=subject,
        )
        for _ in range(MOST_STEPS):
            step = next_step(await self._situation(look))
            if not await self._do(look, step):
                return None
            look.group = await self._ledger.group(group.id)
            look.subject = await subject_of(look.group) or look.subject
        log.warning("an issue asks for more steps than one look takes", issue=look.issue.key)
        return await self._rounds.soon(group)

    async def _situation(self, look: _Look) -> Situation:
        group, state = look.group, look.state
        other = None
        if state.duplicate_of is not None:
            other = await self._ledger.of_issue(group.app, group.tracker, state.duplicate_of)
        return Situation(
            group=group,
            occurrences=await self._ledger.occurrences(group.id),
            state=state,
            builds=await self._ledger.builds(group.app),
            on_regression=look.subject.route.on_regression,
            duplicated=other.id if other is not None and other.id != group.id else None,
            unlabel=look.unlabel,
            now=self._clock.now(),
        )

    async def _do(self, look: _Look, step: Step) -> bool:
        """Do a step; return whether there may be another one."""
        group = look.group
        match step:
            case lifecycle.Rest():
                return False
            case lifecycle.Write():
                await self._write(look, step)
                return False
            case lifecycle.MergeInto(other):
                await self._merge(group, other)
                return False
            case lifecycle.Remember(history) | lifecycle.Tell(history):
                await self._ledger.set_history(group.id, history)
            case lifecycle.Freeze(why):
                await self._ledger.freeze(group.id, why)
            case _:
                await self._act(look, step)
        return True

    async def _act(self, look: _Look, step: _Act) -> None:
        match step:
            case lifecycle.Follow(to):
                await self._ledger.set_issue(look.group.id, to, title=look.group.title or "")
                look.issue = to
                await self._see(look)
            case lifecycle.TakeApart():
                await self._take_apart(look.group, step)
            case lifecycle.Renew():
                await self._renew(look.group, step)
            case lifecycle.Unlabel(label):
                await self._unlabel(look, label)
            case lifecycle.Post():
                await self._post(look, step)

    async def _see(self, look: _Look) -> None:
        look.state = await look.desk.tracker.state(look.issue)

    async def _take_apart(self, group: Group, step: lifecycle.TakeApart) -> None:
        ids = [one.feedback_id for one in step.occurrences]
        new = await self._ledger.take_apart(group.id, ids, keys=step.keys)
        await self._rounds.soon(new)
        log.info("taken apart by people", group=group.id, new=new.id, submissions=ids)

    async def _unlabel(self, look: _Look, label: str) -> None:
        try:
            await look.desk.tracker.unlabel(look.issue, label)
        except (Refused, Forbidden) as refused:
            look.unlabel = False
            note = f"the label {label!r} was acted on and could not be taken off: {refused}"
            await self._ledger.add_notes(look.group.id, [note])
        else:
            await self._see(look)

    async def _merge(self, group: Group, other_id: str) -> None:
        await self._ledger.merge(group.id, into=other_id)
        other = await self._ledger.living(other_id)
        await self._rounds.soon(other)
        log.info("merged by people", group=group.id, into=other.id)

    async def _renew(self, group: Group, step: lifecycle.Renew) -> None:
        ids = [one.feedback_id for one in step.occurrences]
        new = await self._ledger.renew(group.id, ids, closing=step.closing)
        if new.id != group.id:
            await self._rounds.soon(new)
            log.info("back after it was closed; filed anew", group=group.id, new=new.id)

    async def _post(self, look: _Look, step: lifecycle.Post) -> None:
        tracker, group = look.desk.tracker, look.group
        occurrences = await self._ledger.occurrences(group.id)
        text = await self._texts.comment(look.desk, group, look.subject, occurrences, step.news)
        marker = self._creates.marker(group.id, op=_op(group))
        draft = CommentDraft(text=text, marker=marker)
        try:
            if step.reopen:
                await tracker.reopen(look.issue, draft)
            else:
                await tracker.comment(look.issue, draft)
        except (Refused, Forbidden) as refused:
            return await self._could_not_post(look, step, refused)
        await self._see(look)
        history = said(group.history, occurrences, at=self._clock.now())
        return await self._ledger.set_history(group.id, history)

    async def _could_not_post(
        self, look: _Look, step: lifecycle.Post, refused: Refused | Forbidden
    ) -> None:
        """Note that a comment can't be posted; what can't be opened again is filed anew."""
        group = look.group
        await self._see(look)
        occurrences = await self._ledger.occurrences(group.id)
        if step.reopen and look.state.status is IssueStatus.CLOSED and group.history.closing:
            builds = await self._ledger.builds(group.app)
            back = regression(group.history.closing, occurrences, builds)
            if back is not None:
                return await self._renew(group, lifecycle.Renew(back.occurrences, back.closing))
        await self._ledger.add_notes(group.id, [f"a comment could not be posted: {refused}"])
        history = said(group.history, occurrences, at=None)
        return await self._ledger.set_history(group.id, history)

    async def _write(self, look: _Look, step: lifecycle.Write) -> None:
        now = self._clock.now()
        wait = self._issues.may_rewrite_in(look.group)
        if step.again_at is not None:
            await self._rounds.at(look.group, step.again_at)
        if wait > 0:
            await self._rounds.at(look.group, now + timedelta(seconds=wait))
        else:
            await self._issues.rewrite(look.group, look.subject)


def _op(group: Group) -> str:
    """Return the operation id of the comment that was begun: the same whenever it is tried."""
    history = group.history
    closing = history.closing.isoformat() if history.closing else ""
    words = "\n".join([*(news.op for news in history.telling), closing])
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:12]
