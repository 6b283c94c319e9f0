"""What every tracker promises about comments, and about closing and opening."""

import pytest

from bridge.errors import Transient
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

    @pytest.mark.parametrize(
        ("one", "other"), [("regression:14", "regression:143"), ("testers:10", "testers:100")]
    )
    async def test_one_milestone_is_not_taken_for_another(
        self, harness: Harness, one: str, other: str
    ) -> None:
        issue = await harness.tracker.create(draft(harness))

        for op in (other, one, one, other):
            await harness.tracker.comment(issue, comment(f"This is {op}.", op=op))

        first, second = (await held(harness, issue)).comments
        assert f"This is {other}." in first
        assert f"This is {one}." in second


class Remarks:
    """A comment whose answer never came."""

    async def test_it_is_not_posted_again(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.lose_next_comment()
        with pytest.raises(Transient):
            await harness.tracker.comment(issue, comment("10 testers.", op="testers:10"))
        await harness.recover()

        await harness.tracker.comment(issue, comment("10 testers.", op="testers:10"))

        assert len((await held(harness, issue)).comments) == 1

    async def test_reopening_is_completed_without_saying_it_twice(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue)
        await harness.lose_next_comment()
        with pytest.raises(Transient):
            await harness.tracker.reopen(issue, comment("Back in 150.", op="regression:150"))
        await harness.recover()

        await harness.tracker.reopen(issue, comment("Back in 150.", op="regression:150"))

        found = await held(harness, issue)
        assert found.open
        assert len(found.comments) == 1


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
        assert state.closed_at is not None
        assert state.duplicate_of is None

    async def test_what_people_will_not_do_is_not_planned(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue, CloseReason.NOT_PLANNED)

        state = await harness.tracker.state(issue)

        assert (state.status, state.reason) == (IssueStatus.CLOSED, CloseReason.NOT_PLANNED)

    async def test_what_people_closed_as_a_duplicate_names_the_other(
        self, harness: Harness
    ) -> None:
        kept = await harness.tracker.create(draft(harness))
        extra = await harness.tracker.create(draft(harness, "g2"))
        await harness.close(extra, CloseReason.DUPLICATE, of=kept)

        state = await harness.tracker.state(extra)

        assert (state.status, state.reason) == (IssueStatus.CLOSED, CloseReason.DUPLICATE)
        assert state.duplicate_of == kept.key
        assert (await harness.tracker.state(kept)).status is IssueStatus.OPEN

    async def test_a_duplicate_of_nothing_is_one_all_the_same(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue, CloseReason.DUPLICATE)

        state = await harness.tracker.state(issue)

        assert (state.reason, state.duplicate_of) == (CloseReason.DUPLICATE, None)

    async def test_a_reopened_issue_has_no_reason_left(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue, CloseReason.NOT_PLANNED)
        await harness.tracker.reopen(issue, comment("Back in 150.", op="regression:150"))

        state = await harness.tracker.state(issue)

        assert (state.status, state.reason, state.closed_at) == (IssueStatus.OPEN, None, None)

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
        assert state.duplicate_of == kept.key
        assert not found.open
        assert len(found.comments) <= 1
        assert (await held(harness, kept)).open
