"""A tracker in memory that does as it is told, for what only timing can show."""

import copy
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

from bridge.errors import BridgeError, LostAnswer
from bridge.markup import Markup
from bridge.model import (
    Attachment,
    AttachmentResult,
    CommentDraft,
    Fence,
    IssueBlock,
    IssueDraft,
    IssueRef,
    IssueState,
    IssueStatus,
    Marker,
    UpdateOutcome,
)
from bridge.trackers.base import Changes, Finding, Limits
from tests.clock import FakeClock


class ScriptedTracker:
    name = "scripted"
    attach_when: Literal["before", "after"] = "after"
    markup = Markup.GITHUB
    limits = Limits(title=250, body=60_000, attachment=10_000_000, update_gap=60)

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.issues: list[tuple[IssueRef, IssueDraft]] = []
        self.sends = 0
        self.answers: list[BridgeError | Callable[[], None]] = []
        """What the next creates answer; none left means all is well."""
        self.loses_work = False
        """Whether a lost answer means that nothing was done either."""
        self.states: dict[str, IssueState] = {}
        """What people made of issues, by key; the others are open."""
        self.blocks: dict[str, str] = {}
        self.writes: Counter[str] = Counter()
        """How often each issue's block was changed."""
        self.comments: list[tuple[str, str, str]] = []
        """Key, operation and text of each."""
        self.reopened: list[str] = []
        self.refuses: dict[str, BridgeError] = {}
        """What a method always raises, by its name."""
        self.between: Callable[[], None] = lambda: None
        """Called when an issue is open again, before that is said."""

    def copy(self, clock: FakeClock) -> Self:
        """Return a tracker that holds the same, under another clock."""
        other = type(self)(clock)
        held = ("issues", "answers", "states", "blocks", "writes", "comments", "reopened")
        for name in (*held, "refuses"):
            setattr(other, name, copy.copy(getattr(self, name)))
        return other

    async def fence(self, fields: Mapping[str, Any]) -> Fence:
        return Fence(scope="scripted", number=len(self.issues), at=self.clock.now())

    async def find(self, marker: Marker, since: Fence) -> IssueRef | None:
        for ref, draft in self.issues[since.number :]:
            if draft.marker.key == marker.key:
                return ref
        return None

    async def create(self, draft: IssueDraft) -> IssueRef:
        self.sends += 1
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BridgeError) and not isinstance(answer, LostAnswer):
            raise answer
        n = len(self.issues) + 1
        ref = IssueRef(tracker=self.name, key=f"S-{n}", url="", id=str(n))
        if not (answer and self.loses_work):
            self.issues.append((ref, draft))
            self.blocks[ref.key] = draft.block
        if isinstance(answer, BridgeError):
            raise answer
        if answer is not None:
            answer()
        return ref

    async def attach(
        self, issue: IssueRef | None, files: Sequence[Attachment]
    ) -> Sequence[AttachmentResult]:
        return [AttachmentResult(attachment=f, url=f.name) for f in files]

    async def update(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        same = self.blocks.get(issue.key) == block.block
        self.blocks[issue.key] = block.block
        self.writes[issue.key] += not same
        return UpdateOutcome.UNCHANGED if same else UpdateOutcome.UPDATED

    async def comment(self, issue: IssueRef, comment: CommentDraft) -> None:
        self._refuse("comment")
        said = (issue.key, comment.marker.op)
        if said not in [(key, op) for key, op, _ in self.comments]:
            self.comments.append((*said, comment.text))

    async def state(self, issue: IssueRef) -> IssueState:
        return self.states.get(issue.key, IssueState(status=IssueStatus.OPEN))

    async def reopen(self, issue: IssueRef, comment: CommentDraft) -> None:
        self._refuse("reopen")
        state = await self.state(issue)
        if state.status is IssueStatus.CLOSED:
            self.states[issue.key] = IssueState(status=IssueStatus.OPEN, labels=state.labels)
            self.reopened.append(issue.key)
            self.between()
        await self.comment(issue, comment)

    async def close_as_duplicate(self, issue: IssueRef, of: IssueRef) -> None: ...

    async def unlabel(self, issue: IssueRef, label: str) -> None:
        self._refuse("unlabel")
        state = await self.state(issue)
        kept = tuple(each for each in state.labels if each != label)
        self.states[issue.key] = replace(state, labels=kept)

    async def changed(self, issues: Sequence[IssueRef], mark: str) -> Changes:
        self._refuse("changed")
        now = {issue.key: repr(await self.state(issue)) for issue in issues}
        known: dict[str, str] = json.loads(mark) if mark else {}
        changed = (issue for issue in issues if now[issue.key] != known.get(issue.key))
        return Changes(issues=tuple(changed), mark=json.dumps(now))

    async def check(self, fields: Mapping[str, Any]) -> Sequence[Finding]:
        return []

    async def aclose(self) -> None: ...

    def _refuse(self, method: str) -> None:
        if method in self.refuses:
            raise self.refuses[method]
