"""Comments, states and transitions, beyond what all trackers share."""

import pytest

from bridge.errors import Forbidden, Gone, Refused
from bridge.model import CloseReason
from bridge.simulators.jira.site import STATUSES, Comment
from bridge.trackers.jira.workflow import closed_at, why_closed
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

    async def test_nothing_is_said_where_no_way_leads_back(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        await harness.close(ref)
        harness.site.done_is_final = True

        with pytest.raises(Refused, match="can't be moved to an open status"):
            await harness.tracker.reopen(ref, comment("Again.", op="regression:150"))

        assert harness.issue(ref).comments == []

    async def test_without_resolutions_done_is_completed(self, harness: JiraHarness) -> None:
        harness.site.resolves = False
        ref = await harness.tracker.create(draft(harness))
        await harness.close(ref)

        state = await harness.tracker.state(ref)

        assert state.reason is CloseReason.COMPLETED
        # Data Center tells no time of its own.
        assert (state.closed_at is not None) is harness.site.cloud

    async def test_without_resolutions_a_link_makes_a_duplicate(self, harness: JiraHarness) -> None:
        harness.site.resolves = False
        kept = await harness.tracker.create(draft(harness))
        extra = await harness.tracker.create(draft(harness, "g2"))

        await harness.tracker.close_as_duplicate(extra, kept)

        state = await harness.tracker.state(extra)
        assert (state.reason, state.duplicate_of) == (CloseReason.DUPLICATE, kept.key)

    async def test_reopening_an_open_issue_only_comments(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        harness.site.pass_to(harness.issue(ref), STATUSES[1])

        await harness.tracker.reopen(ref, comment("Again.", op="150"))

        assert harness.issue(ref).status.name == "In Progress"
        assert len(harness.issue(ref).comments) == 1


class TestTakingALabelOff:
    async def test_it_sends_no_mail_where_the_account_may_leave_it_out(
        self, harness: JiraHarness
    ) -> None:
        ref = await harness.tracker.create(draft(harness))
        await harness.label(ref, "testflight:mute")

        await harness.tracker.unlabel(ref, "testflight:mute")

        assert harness.site.mails[ref.key] == 0
        assert harness.issue(ref).fields["labels"] == ["testflight"]

    async def test_it_sends_mail_where_it_must(self, harness: JiraHarness) -> None:
        harness.site.denied.add("ADMINISTER_PROJECTS")
        ref = await harness.tracker.create(draft(harness))
        await harness.label(ref, "testflight:mute")

        await harness.tracker.unlabel(ref, "testflight:mute")

        assert harness.site.mails[ref.key] == 1
        assert harness.issue(ref).fields["labels"] == ["testflight"]

    async def test_labels_off_the_screen_are_told(self, harness: JiraHarness) -> None:
        harness.site.uneditable.add("labels")
        ref = await harness.tracker.create(draft(harness))

        with pytest.raises(Refused, match="must be on the project's edit screen"):
            await harness.tracker.unlabel(ref, "testflight")

    async def test_without_the_right_it_is_told(self, harness: JiraHarness) -> None:
        harness.site.denied.add("EDIT_ISSUES")
        ref = await harness.tracker.create(draft(harness))

        with pytest.raises(Forbidden):
            await harness.tracker.unlabel(ref, "testflight")

    async def test_an_issue_that_is_gone_is_told(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))
        await harness.delete(ref)

        with pytest.raises(Gone):
            await harness.tracker.unlabel(ref, "testflight")


@pytest.mark.parametrize(
    ("resolution", "reason"),
    [
        ("Done", CloseReason.COMPLETED),
        ("Fixed", CloseReason.COMPLETED),
        ("Resolved", CloseReason.COMPLETED),
        ("Erledigt", CloseReason.COMPLETED),
        ("Won't Do", CloseReason.NOT_PLANNED),
        ("Won’t Fix", CloseReason.NOT_PLANNED),
        ("Will Not Fix", CloseReason.NOT_PLANNED),
        ("Cannot Reproduce", CloseReason.NOT_PLANNED),
        ("Unable to reproduce", CloseReason.NOT_PLANNED),
        ("Not a Bug", CloseReason.NOT_PLANNED),
        ("Works for Me", CloseReason.NOT_PLANNED),
        ("Known Error", CloseReason.NOT_PLANNED),
        ("Declined", CloseReason.NOT_PLANNED),
        ("Cancelled", CloseReason.NOT_PLANNED),
        ("Deferred", CloseReason.NOT_PLANNED),
        ("By Design", CloseReason.NOT_PLANNED),
        ("Wird nicht behoben", CloseReason.NOT_PLANNED),
        ("Duplicate", CloseReason.DUPLICATE),
        ("Duplikat", CloseReason.DUPLICATE),
        ("Doublon", CloseReason.DUPLICATE),
    ],
)
def test_a_resolution_is_understood_by_its_name(resolution: str, reason: CloseReason) -> None:
    status = {"name": "Done"}
    assert why_closed({"resolution": {"name": resolution}, "status": status}) is reason
    assert why_closed({"resolution": None, "status": {"name": resolution}}) is reason


def test_a_link_the_other_way_round_makes_no_duplicate() -> None:
    kind = {"name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"}
    inward = [{"type": kind, "inwardIssue": {"key": "SUN-2"}}]
    assert why_closed({"issuelinks": inward}) is CloseReason.COMPLETED
    outward = [{"type": kind, "outwardIssue": {"key": "SUN-2"}}]
    assert why_closed({"issuelinks": outward}) is CloseReason.DUPLICATE


def test_the_resolutions_time_counts_before_the_status() -> None:
    times = {
        "resolutiondate": "2026-11-24T10:02:00.000+0000",
        "statuscategorychangedate": "2026-11-25T10:02:00.000+0000",
    }
    found = closed_at(times)
    assert found is not None
    assert found.day == 24
    assert closed_at({}) is None
