"""A tracker in memory that does as it is told, for what only timing can show."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

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
from bridge.trackers.base import Finding, Limits
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
        ref = IssueRef(tracker=self.name, key=f"S-{len(self.issues) + 1}", url="")
        if not (answer and self.loses_work):
            self.issues.append((ref, draft))
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
        return UpdateOutcome.UPDATED

    async def comment(self, issue: IssueRef, comment: CommentDraft) -> None: ...

    async def state(self, issue: IssueRef) -> IssueState:
        return IssueState(status=IssueStatus.OPEN)

    async def reopen(self, issue: IssueRef, comment: CommentDraft) -> None: ...

    async def close_as_duplicate(self, issue: IssueRef, of: IssueRef) -> None: ...

    async def check(self, fields: Mapping[str, Any]) -> Sequence[Finding]:
        return []

    async def aclose(self) -> None: ...
