"""Comments, states and transitions, beyond what all trackers share."""

import pytest

from bridge.errors import Refused
from bridge.model import CloseReason
from bridge.simulators.jira.site import STATUSES, Comment
from tests.trackers.contract import comment, draft, held
from tests.trackers.jira.harness import JiraHarness


class TestMovingThroughTheWorkflow:
    """Comments, states and transitions beyond what all trackers share."""

    async def test_a_comment_on_a_long_discussion_is_still_posted_once(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        await harness.tracker.comment(ref, comment("10 testers.", op="10"))
        harness.issue(ref).comments += [
            Comment(id=str(n), body=f"Number {n}.", created=harness.site.now()) for n in range(150)
        ]

        await harness.tracker.comment(ref, comment("10 testers.", op="10"))
        await harness.tracker.comment(ref, comment("One tester.", op="1"))

        said = (await held(harness, ref)).comments
        assert len([words for words in said if words.startswith("10 testers.")]) == 1
        assert len([words for words in said if words.startswith("One tester.")]) == 1

    async def test_a_duplicate_is_linked_once_the_right_way_round(
        self, harness: JiraHarness
    ) -> None:
        kept = await harness.tracker.create(draft(harness))
        extra = await harness.tracker.create(draft(harness, "g2"))

        await harness.tracker.close_as_duplicate(extra, kept)
        await harness.tracker.close_as_duplicate(extra, kept)

        (link,) = harness.site.links
        state = await harness.tracker.state(extra)
        assert (link.source, link.target) == (extra.id, kept.id)
        assert state.duplicate_of == kept.key
        assert state.closed_at is not None
        assert (await harness.tracker.state(kept)).duplicate_of is None

    async def test_wont_do_is_not_planned(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.pass_to(harness.issue(ref), STATUSES[2], "10001")

        assert (await harness.tracker.state(ref)).reason is CloseReason.NOT_PLANNED

    async def test_a_workflow_without_a_way_back_is_named(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        await harness.close(ref)
        harness.site.denied.add("TRANSITION_ISSUES")

        with pytest.raises(Refused, match="Transition Issues"):
            await harness.tracker.reopen(ref, comment("Again.", op="150"))
        extra = await harness.tracker.create(draft(harness, "g2"))
        with pytest.raises(Refused, match="none at all"):
            await harness.tracker.close_as_duplicate(extra, ref)

    async def test_reopening_an_open_issue_only_comments(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.pass_to(harness.issue(ref), STATUSES[1])

        await harness.tracker.reopen(ref, comment("Again.", op="150"))

        assert harness.issue(ref).status.name == "In Progress"
        assert len(harness.issue(ref).comments) == 1
