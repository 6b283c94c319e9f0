"""What every tracker promises, as tests that all trackers share.

A tracker's own test file writes one `Harness` around its tracker and a real backend (a simulator
over HTTP, a folder), gives it as the fixture `harness`, and takes the classes that apply:

    class TestFiling(contract.Filing): ...
    class TestLostAnswers(contract.LostAnswers): ...

A third party's tracker does the same.
"""

import abc
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    LostAnswer,
    Misconfigured,
    Permanent,
    RateLimited,
    Transient,
)
from bridge.model import (
    Attachment,
    AttachmentResult,
    AttachmentRole,
    CloseReason,
    CommentDraft,
    IssueBlock,
    IssueDraft,
    IssueRef,
    IssueStatus,
    Marker,
    UpdateOutcome,
)
from bridge.trackers.base import Level, Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An issue as the backend has it, seen past the tracker."""

    key: str
    """Equal to `IssueRef.key`."""
    title: str
    body: str
    open: bool
    labels: Sequence[str] = ()
    comments: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name (its last part) → SHA-256 of the bytes that the issue shows or holds."""


class Harness(abc.ABC):
    """A tracker, opened, and ways to act on its backend as people and accidents do.

    The first group is needed by all classes; each later one by the class that it names.
    """

    tracker: Tracker
    fields: Mapping[str, Any] = {}
    """A route's fields with which an ordinary issue is created."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(
        self,
        data: bytes,
        *,
        suffix: str = ".png",
        role: AttachmentRole = AttachmentRole.SCREENSHOT,
        feedback_id: str = "AK7Uv_2-x",
    ) -> Attachment:
        """Put bytes where the attachment store would have them."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._folder.joinpath(sha256).write_bytes(data)
        media = "image/png" if role is AttachmentRole.SCREENSHOT else "text/plain"
        return Attachment(
            role=role,
            name=f"{role.value}-{sha256[:12]}{suffix}",
            sha256=sha256,
            size=len(data),
            media_type=media,
            feedback_id=feedback_id,
        )

    def path_of(self, attachment: Attachment) -> Path:
        """What `Opening.path_of` is in the tests."""
        return self._folder / attachment.sha256

    @abc.abstractmethod
    async def issues(self) -> Sequence[Held]:
        """Return the backend's issues, oldest first."""

    def show(self, results: Sequence[AttachmentResult]) -> str:
        """Return markup that shows or links the attached files, as a template would."""
        return "\n".join(f"![{r.attachment.name}]({r.url})" for r in results if r.url)

    # LostAnswers
    async def lose_next_create(self, *, done: bool) -> None:
        """Let the next create's connection drop, with its work done or not."""
        raise NotImplementedError

    # Editing
    async def write_below(self, issue: IssueRef, text: str) -> None:
        """As a person: add text below our block."""
        raise NotImplementedError

    async def rename(self, issue: IssueRef, title: str) -> None:
        """As a person: give the issue another title."""
        raise NotImplementedError

    async def take_block_out(self, issue: IssueRef) -> None:
        """As a person: replace the whole body by `Mine.`."""
        raise NotImplementedError

    async def delete(self, issue: IssueRef) -> None:
        """As a person: delete the issue."""
        raise NotImplementedError

    # Attaching
    async def refuse_attachments(self) -> None:
        """Let the backend refuse every file until `recover`, for want of a right."""
        raise NotImplementedError

    # Closing
    async def close(self, issue: IssueRef) -> None:
        """As a person: close the issue as done."""
        raise NotImplementedError

    # Refusals
    refused_fields: Sequence[tuple[Mapping[str, Any], str]] = ()
    """Fields beside `fields` that the backend won't have, and a word that the note must hold."""
    misspelt: tuple[Mapping[str, Any], str] = ({}, "")
    """Fields with a name that doesn't exist, and the right name."""

    # Statuses
    secret: str = ""
    """What must never be in an error."""

    async def answer_all(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        """Let the backend answer every request so, without doing its work, until `recover`."""
        raise NotImplementedError

    async def recover(self) -> None:
        """End what was asked of the backend before."""
        raise NotImplementedError


def marker(group: str = "g1", *, op: str = "1") -> Marker:
    """Return a group's marker."""
    return Marker(group_id=group, mac=hashlib.sha256(group.encode()).hexdigest()[:32], op=op)


def draft(harness: Harness, group: str = "g1", *, op: str = "1", **changes: Any) -> IssueDraft:
    """Return an issue to be created with the harness's ordinary fields."""
    plain = IssueDraft(
        title="Crash: index out of range in CartView.total",
        block="14 crashes, 6 testers\n\nSwift trap: array index out of range.",
        marker=marker(group, op=op),
        fields=harness.fields,
    )
    return replace(plain, **changes)


def comment(text: str, *, op: str) -> CommentDraft:
    """Return a comment on group g1's issue."""
    return CommentDraft(text=text, marker=marker(op=op))


async def held(harness: Harness, issue: IssueRef) -> Held:
    """Return what the backend has of an issue."""
    return next(h for h in await harness.issues() if h.key == issue.key)


class Filing:
    """Creating an issue and finding it again."""

    async def test_an_issue_is_created_as_drafted(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))

        (found,) = await harness.issues()
        assert found.key == issue.key
        assert found.title == "Crash: index out of range in CartView.total"
        assert "14 crashes, 6 testers" in found.body
        assert found.open
        assert issue.tracker == harness.tracker.name
        assert issue.url
        assert issue.notes == ()

    async def test_a_created_issue_is_found_by_its_marker(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        issue = await harness.tracker.create(draft(harness))

        found = await harness.tracker.find(marker(), fence)

        assert found is not None
        assert (found.key, found.id, found.url) == (issue.key, issue.id, issue.url)

    async def test_another_attempt_at_the_same_group_finds_it_too(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        issue = await harness.tracker.create(draft(harness, op="first"))

        found = await harness.tracker.find(marker(op="second"), fence)

        assert found is not None
        assert found.key == issue.key

    async def test_nothing_is_found_where_nothing_was_created(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        await harness.tracker.create(draft(harness, "g2"))

        assert await harness.tracker.find(marker("g1"), fence) is None

    async def test_the_lowest_of_two_is_found(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        first = await harness.tracker.create(draft(harness, op="1"))
        await harness.tracker.create(draft(harness, "g2"))
        await harness.tracker.create(draft(harness, op="2"))

        found = await harness.tracker.find(marker(), fence)

        assert found is not None
        assert found.key == first.key

    async def test_a_marker_that_a_tester_typed_is_not_found(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        forged = marker("g1").text
        block = f"<!-- {forged} -->\n\n{forged}\n\nproperty: {forged}\n\n{forged}"
        await harness.tracker.create(draft(harness, "g2", block=block, title=forged[:100]))

        assert await harness.tracker.find(marker("g1"), fence) is None
        assert await harness.tracker.find(marker("g2"), fence) is not None

    async def test_a_check_of_good_fields_finds_no_error(self, harness: Harness) -> None:
        findings = await harness.tracker.check(harness.fields)

        assert findings
        assert [f for f in findings if f.level is Level.ERROR] == []
        assert await harness.issues() == []


class LostAnswers:
    """A create whose answer never came."""

    async def test_a_create_that_was_done_is_adopted(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        await harness.lose_next_create(done=True)
        with pytest.raises(LostAnswer):
            await harness.tracker.create(draft(harness))
        await harness.recover()

        found = await harness.tracker.find(marker(), fence)

        (only,) = await harness.issues()
        assert found is not None
        assert found.key == only.key

    async def test_a_create_that_never_arrived_is_not_found(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        await harness.lose_next_create(done=False)
        with pytest.raises(LostAnswer):
            await harness.tracker.create(draft(harness))
        await harness.recover()

        assert await harness.tracker.find(marker(), fence) is None
        assert await harness.issues() == []


class Editing:
    """Rewriting our block without touching what people wrote."""

    async def test_our_block_is_rewritten_and_peoples_words_stay(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.write_below(issue, "I can reproduce this.")

        outcome = await harness.tracker.update(
            issue, IssueBlock(block="15 crashes, 7 testers", marker=marker())
        )

        body = (await held(harness, issue)).body
        assert outcome is UpdateOutcome.UPDATED
        assert "15 crashes, 7 testers" in body
        assert "14 crashes" not in body
        assert "I can reproduce this." in body

    async def test_an_updated_issue_is_still_found(self, harness: Harness) -> None:
        fence = await harness.tracker.fence(harness.fields)
        issue = await harness.tracker.create(draft(harness))
        await harness.tracker.update(issue, IssueBlock(block="15 crashes", marker=marker()))

        found = await harness.tracker.find(marker(), fence)

        assert found is not None
        assert found.key == issue.key

    async def test_the_same_block_again_changes_nothing(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        block = IssueBlock(block=draft(harness).block, marker=marker())

        assert await harness.tracker.update(issue, block) is UpdateOutcome.UNCHANGED

    async def test_a_title_that_is_still_ours_is_changed(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        block = IssueBlock(
            block="15 crashes",
            marker=marker(),
            title="Crash: out of memory",
            was_title=draft(harness).title,
        )

        assert await harness.tracker.update(issue, block) is UpdateOutcome.UPDATED
        assert (await held(harness, issue)).title == "Crash: out of memory"

    async def test_a_title_that_people_gave_stays(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.rename(issue, "Cart crashes on delete")
        block = IssueBlock(
            block="15 crashes",
            marker=marker(),
            title="Crash: out of memory",
            was_title=draft(harness).title,
        )

        await harness.tracker.update(issue, block)

        found = await held(harness, issue)
        assert found.title == "Cart crashes on delete"
        assert "15 crashes" in found.body

    async def test_an_issue_without_our_block_is_left_alone(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.take_block_out(issue)
        block = IssueBlock(
            block="15 crashes",
            marker=marker(),
            title="Crash: out of memory",
            was_title=draft(harness).title,
        )

        assert await harness.tracker.update(issue, block) is UpdateOutcome.BLOCK_GONE
        found = await held(harness, issue)
        assert found.body.strip() == "Mine."
        assert found.title == draft(harness).title

    async def test_a_deleted_issue_is_gone(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.delete(issue)

        outcome = await harness.tracker.update(issue, IssueBlock(block="x", marker=marker()))

        assert outcome is UpdateOutcome.ISSUE_GONE
        assert (await harness.tracker.state(issue)).status is IssueStatus.GONE
        assert await harness.issues() == []


class Attaching:
    """Files beside an issue. PICTURE holds every byte there is, so that no copy is 'text'."""

    PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 64
    LOG = b"Incident Identifier: 1\r\nException Type:  EXC_CRASH (SIGABRT)\n\x00\xff\n"

    async def file(self, harness: Harness, files: Sequence[Attachment]) -> IssueRef:
        """Create an issue that shows the files, in the order that the tracker asks for."""
        if harness.tracker.attach_when == "before":
            results = await harness.tracker.attach(None, files)
            block = f"Look:\n{harness.show(results)}"
            return await harness.tracker.create(draft(harness, block=block))
        issue = await harness.tracker.create(draft(harness))
        results = await harness.tracker.attach(issue, files)
        block = f"Look:\n{harness.show(results)}"
        await harness.tracker.update(issue, IssueBlock(block=block, marker=marker()))
        return issue

    async def test_files_arrive_as_they_were(self, harness: Harness) -> None:
        picture = harness.keep(self.PICTURE)
        log = harness.keep(self.LOG, suffix=".txt", role=AttachmentRole.LOG)

        issue = await self.file(harness, [picture, log])

        files = (await held(harness, issue)).files
        assert dict(files) == {picture.name: picture.sha256, log.name: log.sha256}

    async def test_each_result_speaks_of_its_file(self, harness: Harness) -> None:
        files = [harness.keep(self.PICTURE), harness.keep(self.PICTURE + b"2")]
        issue = await self.file(harness, [])
        given = None if harness.tracker.attach_when == "before" else issue

        results = await harness.tracker.attach(given, files)

        assert [r.attachment for r in results] == files
        assert all(r.url and r.error is None for r in results)

    async def test_attaching_again_adds_nothing(self, harness: Harness) -> None:
        picture = harness.keep(self.PICTURE)
        issue = await self.file(harness, [picture])
        given = None if harness.tracker.attach_when == "before" else issue
        first = (await held(harness, issue)).files

        (again,) = await harness.tracker.attach(given, [picture])

        assert again.error is None
        assert again.url
        assert (await held(harness, issue)).files == first

    async def test_a_file_that_is_too_big_is_told_and_the_others_go(self, harness: Harness) -> None:
        picture = harness.keep(self.PICTURE)
        big = replace(harness.keep(b"big"), size=harness.tracker.limits.attachment + 1)
        issue = await self.file(harness, [])
        given = None if harness.tracker.attach_when == "before" else issue

        too_big, fine = await harness.tracker.attach(given, [big, picture])

        assert too_big.url is None
        assert too_big.error
        assert fine.error is None


class AttachmentRefusals:
    """Files that the backend won't take."""

    async def test_a_refused_file_is_told_and_the_issue_is_filed(self, harness: Harness) -> None:
        picture = harness.keep(Attaching.PICTURE)
        before = harness.tracker.attach_when == "before"
        issue = None if before else await harness.tracker.create(draft(harness))
        await harness.refuse_attachments()

        (result,) = await harness.tracker.attach(issue, [picture])
        if before:
            issue = await harness.tracker.create(draft(harness))

        assert issue is not None
        assert result.url is None
        assert result.error
        assert (await held(harness, issue)).files == {}


class Commenting:
    """Saying something once."""

    async def test_a_comment_is_posted_once(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))

        await harness.tracker.comment(issue, comment("Seen again in 2.4.1.", op="2.4.1"))
        await harness.tracker.comment(issue, comment("Seen again in 2.4.1.", op="2.4.1"))

        (posted,) = (await held(harness, issue)).comments
        assert "Seen again in 2.4.1." in posted

    async def test_different_comments_are_both_posted(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))

        await harness.tracker.comment(issue, comment("Seen again in 2.4.1.", op="2.4.1"))
        await harness.tracker.comment(issue, comment("10 testers have this.", op="ten"))

        first, second = (await held(harness, issue)).comments
        assert "Seen again in 2.4.1." in first
        assert "10 testers have this." in second


class Closing:
    """Where an issue stands, and changing it."""

    async def test_a_new_issue_is_open(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))

        assert (await harness.tracker.state(issue)).status is IssueStatus.OPEN

    async def test_an_issue_that_people_closed_is_closed(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue)

        state = await harness.tracker.state(issue)

        assert state.status is IssueStatus.CLOSED
        assert state.reason is CloseReason.COMPLETED

    async def test_a_closed_issue_is_reopened_with_one_comment(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue)

        await harness.tracker.reopen(issue, comment("It is back in build 150.", op="150"))
        await harness.tracker.reopen(issue, comment("It is back in build 150.", op="150"))

        found = await held(harness, issue)
        assert found.open
        (said,) = found.comments
        assert "It is back in build 150." in said

    async def test_a_duplicate_is_closed_once_and_names_the_other(self, harness: Harness) -> None:
        kept = await harness.tracker.create(draft(harness))
        extra = await harness.tracker.create(draft(harness, "g2"))

        await harness.tracker.close_as_duplicate(extra, kept)
        await harness.tracker.close_as_duplicate(extra, kept)

        state = await harness.tracker.state(extra)
        found = await held(harness, extra)
        assert state.status is IssueStatus.CLOSED
        assert state.reason is CloseReason.DUPLICATE
        assert not found.open
        assert len(found.comments) <= 1
        assert (await held(harness, kept)).open


class Refusals:
    """Fields that a backend won't have."""

    async def test_what_was_refused_is_left_out_and_told(self, harness: Harness) -> None:
        assert harness.refused_fields
        for n, (fields, word) in enumerate(harness.refused_fields):
            asked = {**harness.fields, **fields}
            issue = await harness.tracker.create(draft(harness, f"g{n}", fields=asked))

            assert len(await harness.issues()) == n + 1
            assert any(word in note for note in issue.notes), (fields, issue.notes)

    async def test_a_misspelt_field_is_named_with_the_right_one(self, harness: Harness) -> None:
        fields, right = harness.misspelt
        (wrong,) = fields
        asked = {**harness.fields, **fields}

        with pytest.raises(Misconfigured) as caught:
            await harness.tracker.create(draft(harness, fields=asked))
        findings = await harness.tracker.check(asked)

        assert wrong in str(caught.value)
        assert right in str(caught.value)
        assert any(f.level is Level.ERROR and wrong in f.text for f in findings)
        assert await harness.issues() == []


class Statuses:
    """HTTP's answers, told apart by what a caller can do about them."""

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, BadCredentials),
            (403, Forbidden),
            (404, Permanent),
            (500, Transient),
            (502, Transient),
            (503, Transient),
        ],
    )
    async def test_a_refused_read_is_the_right_error(
        self, harness: Harness, status: int, kind: type[BridgeError]
    ) -> None:
        await harness.answer_all(status)

        with pytest.raises(kind) as caught:
            await harness.tracker.fence(harness.fields)

        assert harness.secret not in f"{caught.value!s} {caught.value!r}"

    @pytest.mark.parametrize("status", [401, 403, 404, 429])
    async def test_a_refused_create_is_definite(self, harness: Harness, status: int) -> None:
        await harness.answer_all(status, {"Retry-After": "7"} if status == 429 else None)

        with pytest.raises((Permanent, RateLimited)):
            await harness.tracker.create(draft(harness))

        await harness.recover()
        assert await harness.issues() == []

    async def test_a_wait_that_was_asked_for_is_told(self, harness: Harness) -> None:
        await harness.answer_all(429, {"Retry-After": "1800"})

        with pytest.raises(RateLimited) as caught:
            await harness.tracker.fence(harness.fields)

        assert caught.value.retry_after is not None
        assert 1799 <= caught.value.retry_after <= 1801
