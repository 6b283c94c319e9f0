"""What every tracker promises about creating, finding and rewriting an issue."""

import pytest

from bridge.errors import LostAnswer, NotYet
from bridge.model import IssueBlock, IssueStatus, UpdateOutcome
from bridge.trackers.base import Level
from bridge.upstream import writing_while
from tests.trackers.harness import Harness, draft, held, marker


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

    async def test_nothing_is_created_once_the_right_to_write_is_lost(
        self, harness: Harness
    ) -> None:
        await harness.tracker.fence(harness.fields)
        with writing_while(lambda: False), pytest.raises(NotYet, match="nothing was sent"):
            await harness.tracker.create(draft(harness))

        assert await harness.issues() == []

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
