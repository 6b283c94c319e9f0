"""Finding an issue again, without trusting the search index."""

from dataclasses import replace

import pytest

from bridge.errors import Misconfigured
from bridge.model import Fence
from tests.trackers.contract import draft, marker
from tests.trackers.jira.harness import JiraHarness


class TestLooking:
    """Finding an issue again, without trusting the search index."""

    async def test_an_issue_that_the_index_doesnt_know_yet_is_found(
        self, harness: JiraHarness
    ) -> None:
        harness.site.index_lag = 3600.0
        fence = await harness.tracker.fence(harness.fields)
        ref = await harness.tracker.create(draft(harness))

        found = await harness.tracker.find(marker(), fence)

        assert fence.number == 0
        assert found is not None
        assert found.key == ref.key

    async def test_the_fence_knows_what_we_created_before_the_index_does(
        self, harness: JiraHarness
    ) -> None:
        harness.site.index_lag = 3600.0
        await harness.tracker.create(draft(harness))

        assert (await harness.tracker.fence(harness.fields)).number == 1

    async def test_the_fence_is_the_highest_number(self, harness: JiraHarness) -> None:
        for n in range(12):
            await harness.tracker.create(draft(harness, f"g{n}"))
        other = harness.open()

        fence = await other.fence(harness.fields)
        await other.aclose()

        assert (fence.scope, fence.number) == ("SUN", 12)

    async def test_deleted_issues_leave_gaps_that_are_looked_over(
        self, harness: JiraHarness
    ) -> None:
        fence = await harness.tracker.fence(harness.fields)
        for n in range(10):
            await harness.delete(await harness.tracker.create(draft(harness, f"gone{n}")))
        ref = await harness.tracker.create(draft(harness))

        found = await harness.tracker.find(marker(), fence)

        assert found is not None
        assert found.key == ref.key

    async def test_an_issue_above_a_wide_gap_is_found_by_its_time(
        self, harness: JiraHarness
    ) -> None:
        fence = await harness.tracker.fence(harness.fields)
        harness.site.projects["SUN"].last_number = 500
        ref = await harness.tracker.create(draft(harness))
        harness.site.issues[ref.id].created = harness.site.now()

        found = await harness.tracker.find(marker(), replace(fence, at=harness.site.now()))

        assert found is not None
        assert found.key == "SUN-501"

    async def test_an_issue_that_was_moved_at_once_is_found_by_its_old_key(
        self, harness: JiraHarness
    ) -> None:
        fence = await harness.tracker.fence(harness.fields)
        ref = await harness.tracker.create(draft(harness))
        other = harness.jira.add_project("OTH", "Other")
        harness.site.move(harness.issue(ref), other)

        found = await harness.tracker.find(marker(), fence)

        assert found is not None
        assert found.key == "OTH-1"
        assert found.url.endswith("/browse/OTH-1")

    async def test_many_pages_are_read(self, harness: JiraHarness) -> None:
        project = harness.site.projects["SUN"]
        for _ in range(230):
            harness.site.add_issue(project, "10004", {"summary": "Other"}, {})
        ref = await harness.tracker.create(draft(harness))

        found = await harness.tracker.find(
            marker(), Fence(scope="SUN", number=0, at=harness.clock.now())
        )

        assert found is not None
        assert found.key == ref.key == "SUN-231"

    async def test_an_unknown_project_is_our_own_fault(self, harness: JiraHarness) -> None:
        with pytest.raises(Misconfigured, match="MOON"):
            await harness.tracker.fence({"project": "MOON", "issue_type": "Bug"})

    async def test_a_wrong_address_is_our_own_fault(self, harness: JiraHarness) -> None:
        tracker = harness.open(url=f"{harness.simulator.origin}/elsewhere")

        with pytest.raises(Misconfigured, match="There is no Jira"):
            await tracker.fence(harness.fields)
        await tracker.aclose()
