"""What every tracker promises about the files beside an issue."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.model import Attachment, AttachmentRole, IssueBlock, IssueRef
from tests.trackers.harness import Harness, draft, held, marker


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
