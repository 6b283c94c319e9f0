"""The folder tracker, as trackers are: every method may be called again and does its work once."""

import asyncio
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, ParamSpec, TypeVar, cast

from bridge.errors import Misconfigured, Transient
from bridge.markup import Markup, clean, plain_line
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
from bridge.trackers.base import Changes, Finding, Level, Limits, Opening
from bridge.trackers.folder.page import with_block, with_comment, with_title
from bridge.trackers.folder.record import DUPLICATE
from bridge.trackers.folder.settings import FolderSettings, labels_of
from bridge.trackers.folder.shelf import PAGE, Shelf
from bridge.upstream import check_right

LEFTOVER_AGE = 3600.0  # seconds; younger ones may belong to another process at work
P = ParamSpec("P")
T = TypeVar("T")


class FolderTracker:
    """Issues as folders on this machine."""

    attach_when: Literal["before", "after"] = "after"
    markup = Markup.GITHUB

    def __init__(self, opening: Opening) -> None:
        settings: FolderSettings = opening.settings
        self.name = opening.name
        self.limits = Limits(
            title=120, body=100_000, attachment=200_000_000, update_gap=settings.update_gap
        )
        self._shelf = Shelf(settings.path.absolute())
        self._path_of = opening.path_of
        self._clock = opening.clock

    async def fence(self, fields: Mapping[str, Any]) -> Fence:  # noqa: ARG002 (one place for all)
        number = await self._run(self._shelf.last_number)
        return Fence(scope=str(self._shelf.root), number=number, at=self._clock.now())

    async def find(self, marker: Marker, since: Fence) -> IssueRef | None:
        key = await self._run(self._shelf.find, marker, since.number)
        return self._ref(key) if key else None

    async def create(self, draft: IssueDraft) -> IssueRef:
        """Create the issue; it is there whole or not at all.

        Raises `Misconfigured` for a field that doesn't exist, `Transient` if the disk refuses.
        """
        labels, notes = labels_of(draft.fields)
        before = self._clock.now().timestamp() - LEFTOVER_AGE
        key = await self._run(self._shelf.create, draft, list(labels), before=before)
        return replace(self._ref(key), notes=tuple(notes))

    async def attach(
        self, issue: IssueRef | None, files: Sequence[Attachment]
    ) -> Sequence[AttachmentResult]:
        """Copy the files beside the page, under their own names."""
        if issue is None:
            raise ValueError("a folder takes files after its issue is created")
        return [await self._run(self._attach, issue.id, file) for file in files]

    async def update(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        return await self._run(self._update, issue.id, block)

    async def comment(self, issue: IssueRef, comment: CommentDraft) -> None:
        await self._run(self._say, issue.id, comment.text, comment.marker.text)

    async def state(self, issue: IssueRef) -> IssueState:
        return await self._run(self._state, issue.id)

    async def reopen(self, issue: IssueRef, comment: CommentDraft) -> None:
        """Set the state to `open` and say why, in one step."""
        text, marker = comment.text, comment.marker.text
        await self._run(self._say, issue.id, text, marker, state="open")

    async def close_as_duplicate(self, issue: IssueRef, of: IssueRef) -> None:
        text = f"Closed as a duplicate of [{of.key}](../{of.id}/{PAGE})."
        closing = {"state": "closed", "reason": "duplicate", "duplicate_of": of.key}
        at = self._clock.now().isoformat(timespec="seconds")
        await self._run(self._say, issue.id, text, f"{DUPLICATE}{of.key}", **closing, closed_at=at)

    async def unlabel(self, issue: IssueRef, label: str) -> None:
        await self._run(self._unlabel, issue.id, label)

    async def changed(self, issues: Sequence[IssueRef], mark: str) -> Changes:
        """Compare when each `issue.json` was written with when it was at the mark."""
        known = _times(mark)
        times = await self._run(self._stamps, [issue.id for issue in issues])
        changed = (i for i in issues if i.id not in known or times.get(i.id) != known[i.id])
        return Changes(issues=tuple(changed), mark=json.dumps(times, separators=(",", ":")))

    async def check(self, fields: Mapping[str, Any]) -> Sequence[Finding]:
        """Look whether the folder can be written and the fields are known."""
        findings: list[Finding] = []
        closed = await self._run(self._shelf.writable)
        if closed is None:
            findings.append(Finding(level=Level.OK, text=f"issues go to {self._shelf.root}"))
        else:
            findings.append(
                Finding(
                    level=Level.ERROR,
                    text=f"{closed} can't be written",
                    advice="make it a folder that the service's user may write, or change `path`",
                )
            )
        try:
            _, notes = labels_of(fields)
        except Misconfigured as wrong:
            findings.append(Finding(level=Level.ERROR, text=str(wrong)))
        else:
            findings += [Finding(level=Level.WARNING, text=note) for note in notes]
        return findings

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _attach(self, key: str, file: Attachment) -> AttachmentResult:
        if file.size > self.limits.attachment:
            error = f"it is larger than {self.limits.attachment // 1_000_000} MB"
        else:
            error = self._shelf.attach(key, self._path_of(file), file)
        return AttachmentResult(attachment=file, url=None if error else file.name, error=error)

    def _update(self, key: str, block: IssueBlock) -> UpdateOutcome:
        if not self._shelf.has(key):
            return UpdateOutcome.ISSUE_GONE
        page, record = self._shelf.page(key), self._shelf.record(key)
        changed = with_block(page, block.block, block.marker)
        if changed is None:
            return UpdateOutcome.BLOCK_GONE
        if block.title and block.was_title and record.title == plain_line(block.was_title):
            title = plain_line(block.title)
            titled = with_title(changed, record.title, title)
            if titled is not None:
                changed, record = titled, replace(record, title=title)
        if changed == page and record == self._shelf.record(key):
            return UpdateOutcome.UNCHANGED
        self._shelf.keep_page(key, changed)
        self._shelf.keep(key, record)
        return UpdateOutcome.UPDATED

    def _say(self, key: str, text: str, marker: str, **changes: str) -> None:
        """Add a comment once and change the record; the page first, so that a repeat mends both.

        The record is read before anything is written, since people may have broken it.
        """
        record, now = self._shelf.record(key), self._clock.now()
        if changes.get("state") == "closed" and not record.is_open:
            changes = {}  # As people closed it, it stays.
        page = with_comment(self._shelf.page(key), clean(text), _when(now), marker)
        self._shelf.keep_page(key, page)
        self._shelf.keep(key, replace(record.with_comment(clean(text), now, marker), **changes))

    def _unlabel(self, key: str, label: str) -> None:
        record = self._shelf.record(key)
        labels = [kept for kept in record.labels if kept != label]
        if len(labels) < len(record.labels):
            self._shelf.keep(key, replace(record, labels=labels))

    def _stamps(self, keys: Sequence[str]) -> dict[str, int | None]:
        return {key: self._shelf.stamp(key) for key in keys}

    def _state(self, key: str) -> IssueState:
        if not self._shelf.has(key):
            return IssueState(status=IssueStatus.GONE)
        return self._shelf.record(key).issue_state(self._shelf.written(key))

    def _ref(self, key: str) -> IssueRef:
        url = (self._shelf.root / key / PAGE).as_uri()
        return IssueRef(tracker=self.name, key=key, url=url, id=key)

    async def _run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do blocking work in a thread; the disk's refusals are worth another try."""
        check_right()
        with _disk(self.name):
            return await asyncio.to_thread(work, *args, **named)


@contextmanager
def _disk(name: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        where = f" ({error.filename})" if error.filename else ""
        raise Transient(f"the folder tracker {name} met the disk: {what}{where}") from error


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _times(mark: str) -> dict[str, int | None]:
    """Return the times in a mark; none if it is empty or strange, and all count as changed."""
    try:
        times = json.loads(mark)
    except ValueError:
        return {}
    return cast("dict[str, int | None]", times) if isinstance(times, dict) else {}
