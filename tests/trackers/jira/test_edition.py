"""Rewriting our block, beyond what all trackers share."""

import pytest

from bridge.errors import Forbidden, Refused, Transient
from bridge.model import IssueBlock, IssueStatus, UpdateOutcome
from tests.trackers.contract import draft, marker
from tests.trackers.jira.harness import JiraHarness


class TestRewriting:
    """Updates beyond what all trackers share."""

    async def test_words_above_and_below_our_lines_stay(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        issue = harness.issue(ref)
        issue.description = f"Above.\n\n{issue.description} and beside.\n\nBelow."

        outcome = await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))

        lines = [line for line in issue.description.splitlines() if line]
        assert outcome is UpdateOutcome.UPDATED
        assert lines[0] == "Above."
        assert lines[2] == "15"
        assert lines[3].endswith(" and beside.")
        assert lines[4] == "Below."

    async def test_no_mail_is_sent_where_that_is_permitted(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))

        await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))

        assert harness.site.mails[ref.key] == 0

    async def test_mail_is_sent_where_it_cant_be_left_out(self, harness: JiraHarness) -> None:
        harness.site.denied.add("ADMINISTER_PROJECTS")
        ref = await harness.tracker.create(draft(harness))

        for n in (15, 16):
            block = IssueBlock(block=str(n), marker=marker())
            assert await harness.tracker.update(ref, block) is UpdateOutcome.UPDATED

        assert harness.site.mails[ref.key] == 2
        assert harness.asked("PUT /jira/rest/api/2/issue/{issueIdOrKey}") == 3

    async def test_mail_is_sent_when_asked_for(self, harness: JiraHarness) -> None:
        tracker = harness.open(notify=True)
        ref = await tracker.create(draft(harness))

        await tracker.update(ref, IssueBlock(block="15", marker=marker()))
        await tracker.aclose()

        assert harness.site.mails[ref.key] == 1

    async def test_a_conflicting_edit_is_read_again_and_repeated(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.fault(match="PUT /jira/rest/api/2/issue/*", status=409, times=1)

        outcome = await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))

        assert outcome is UpdateOutcome.UPDATED
        assert "15" in harness.issue(ref).description
        assert harness.asked("GET /jira/rest/api/2/issue/{issueIdOrKey}") == 2

    async def test_a_conflict_that_stays_is_tried_later(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.fault(match="PUT /jira/rest/api/2/issue/*", status=409)

        with pytest.raises(Transient):
            await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))

    async def test_a_moved_issue_is_followed(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.move(harness.issue(ref), harness.jira.add_project("OTH", "Other"))

        await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))
        state = await harness.tracker.state(ref)

        assert "15" in harness.issue(ref).description
        assert state.status is IssueStatus.MOVED
        assert state.moved_to is not None
        assert state.moved_to.key == "OTH-1"
        assert (await harness.tracker.state(state.moved_to)).status is IssueStatus.OPEN

    async def test_what_a_conversion_changes_is_no_change_of_ours(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        issue = harness.issue(ref)
        issue.description = issue.description.replace("-", "\\-").replace("#97a0af", "#97A0AF")
        block = IssueBlock(block=draft(harness).block, marker=marker())

        assert await harness.tracker.update(ref, block) is UpdateOutcome.UNCHANGED

    async def test_a_title_that_cant_be_edited_doesnt_keep_the_block_from_it(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.uneditable.add("summary")
        old = draft(harness).title

        outcome = await harness.tracker.update(
            ref, IssueBlock(block="15", marker=marker(), title="New", was_title=old)
        )

        assert outcome is UpdateOutcome.UPDATED
        assert "15" in harness.issue(ref).description
        assert harness.issue(ref).fields["summary"] == old

    async def test_a_description_that_cant_be_edited_is_told(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.uneditable.add("description")

        with pytest.raises(Refused, match="edit screen"):
            await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))

    async def test_a_site_that_takes_no_properties_is_edited_without(
        self, harness: JiraHarness
    ) -> None:
        harness.site.accepts_properties = False
        ref = await harness.tracker.create(draft(harness))

        for block, outcome in (("15", UpdateOutcome.UPDATED), ("15", UpdateOutcome.UNCHANGED)):
            asked = IssueBlock(block=block, marker=marker())
            assert await harness.tracker.update(ref, asked) is outcome

    async def test_marks_that_a_tester_copied_into_our_block_mark_nothing(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        copied = harness.issue(ref).description
        for n in range(3):
            block = f"{n} crashes\n\n{copied}\n\nend of {n}"
            await harness.tracker.update(ref, IssueBlock(block=block, marker=marker()))

        await harness.tracker.update(ref, IssueBlock(block="15 crashes", marker=marker()))

        assert [line for line in harness.issue(ref).description.splitlines() if line][1:-1] == [
            "15 crashes"
        ]

    async def test_a_description_without_room_says_so(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.issue(ref).description += "\n" + "people's words " * 2000

        with pytest.raises(Refused, match="no room left"):
            await harness.tracker.update(ref, IssueBlock(block="x" * 5000, marker=marker()))

    async def test_a_project_out_of_sight_is_not_a_deleted_issue(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.denied.add("BROWSE_PROJECTS")

        with pytest.raises(Forbidden, match="Browse"):
            await harness.tracker.state(ref)
        with pytest.raises(Forbidden, match="Browse"):
            await harness.tracker.update(ref, IssueBlock(block="15", marker=marker()))
