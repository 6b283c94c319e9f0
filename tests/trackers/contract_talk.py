"""What every tracker promises about comments, and about closing and opening."""

from bridge.model import CloseReason, IssueStatus
from tests.trackers.harness import Harness, comment, draft, held


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
