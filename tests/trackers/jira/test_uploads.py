"""Attachments, beyond what all trackers share."""

import hashlib

import pytest

from bridge.errors import Transient
from bridge.model import AttachmentRole
from tests.trackers.contract import draft
from tests.trackers.jira.harness import JiraHarness


class TestUploading:
    """Attachments beyond what all trackers share."""

    ADD = "POST /jira/rest/api/2/issue/{issueIdOrKey}/attachments"

    async def test_all_files_go_up_in_one_request(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        files = [harness.keep(b"\x89PNG" + bytes([n]) * 100) for n in range(10)]
        files.append(harness.keep(b"log", suffix=".ips", role=AttachmentRole.LOG))

        results = await harness.tracker.attach(ref, files)

        assert harness.asked(self.ADD) == 1
        assert [r.url for r in results] == [f.name for f in files]
        assert [f.media_type for f in harness.issue(ref).files] == [f.media_type for f in files]

    async def test_only_the_missing_ones_go_up(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        first, second = harness.keep(b"one"), harness.keep(b"two")
        await harness.tracker.attach(ref, [first])

        results = await harness.tracker.attach(ref, [first, second])

        assert [f.name for f in harness.issue(ref).files] == [first.name, second.name]
        assert all(r.error is None for r in results)

    async def test_one_file_too_large_for_the_site_keeps_no_other_back(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        small, large = harness.keep(b"small"), harness.keep(b"large" * 1000)
        await harness.tracker.attach(ref, [harness.keep(b"asks for the limit")])
        harness.site.upload_limit = 1000

        fine, too_large = await harness.tracker.attach(ref, [small, large])

        assert fine.error is None
        assert too_large.error is not None
        assert large.name in too_large.error
        assert small.name in {f.name for f in harness.issue(ref).files}

    async def test_the_sites_own_limit_is_kept_to(self, harness: JiraHarness) -> None:
        harness.site.upload_limit = 1000
        ref = await harness.tracker.create(draft(harness))

        (result,) = await harness.tracker.attach(ref, [harness.keep(b"x" * 1001)])

        assert result.error is not None
        assert "1,000" in result.error
        assert harness.tracker.limits.attachment == 1000
        assert harness.asked(self.ADD) == 0

    async def test_a_site_without_attachments_is_told(self, harness: JiraHarness) -> None:
        harness.site.attachments_enabled = False
        ref = await harness.tracker.create(draft(harness))

        (result,) = await harness.tracker.attach(ref, [harness.keep(b"x")])

        assert result.error == "Attachments are turned off in this Jira."

    async def test_a_file_that_arrived_cut_is_taken_back_and_sent_again(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        file = harness.keep(b"whole")
        harness.site.loses_bytes = 2
        with pytest.raises(Transient):
            await harness.tracker.attach(ref, [file])
        harness.site.loses_bytes = 0

        await harness.tracker.attach(ref, [file])

        (there,) = harness.issue(ref).files
        assert hashlib.sha256(there.data).hexdigest() == file.sha256

    async def test_a_file_that_the_store_lost_is_told(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        file = harness.keep(b"lost")
        harness.path_of(file).unlink()

        (result,) = await harness.tracker.attach(ref, [file])

        assert result.error is not None
        assert "no longer" in result.error
