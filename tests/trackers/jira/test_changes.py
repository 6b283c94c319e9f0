"""Asking what changed: one search, and none that fails for one project alone."""

from datetime import timedelta

import pytest

from bridge.errors import Transient
from bridge.trackers.jira import changes
from tests.trackers.contract import draft
from tests.trackers.jira.harness import JiraHarness

SEARCHES = ("POST /jira/rest/api/2/search/jql", "POST /jira/rest/api/2/search")


def searches(harness: JiraHarness) -> int:
    return sum(harness.asked(what) for what in SEARCHES)


def settle(harness: JiraHarness) -> None:
    """Let an hour pass, after more than an hour without a change."""
    harness.clock.advance(3600)
    for issue in harness.site.issues.values():
        issue.updated -= timedelta(hours=2)


class TestWhatChanged:
    async def test_the_first_look_asks_nothing(self, harness: JiraHarness) -> None:
        issue = await harness.tracker.create(draft(harness))
        before = searches(harness)

        await harness.tracker.changed([issue], "")

        assert searches(harness) == before

    async def test_one_search_tells_of_all_projects(self, harness: JiraHarness) -> None:
        harness.jira.add_project("MOON", "Moon")
        moon = {**harness.fields, "project": "MOON"}
        issues = [
            await harness.tracker.create(draft(harness)),
            await harness.tracker.create(draft(harness, "g2", fields=moon)),
            await harness.tracker.create(draft(harness, "g3", fields=moon)),
        ]
        mark = (await harness.tracker.changed(issues, "")).mark
        settle(harness)
        await harness.close(issues[0])
        await harness.label(issues[2], "testflight:mute")
        before = searches(harness)

        looked = await harness.tracker.changed(issues, mark)

        assert looked.issues == (issues[0], issues[2])
        assert searches(harness) == before + 1

    async def test_what_changed_just_before_the_mark_is_told_once(
        self, harness: JiraHarness
    ) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.close(issue)
        mark = (await harness.tracker.changed([issue], "")).mark

        looked = await harness.tracker.changed([issue], mark)
        assert looked.issues == (issue,)
        looked = await harness.tracker.changed([issue], looked.mark)
        assert looked.issues == ()
        await harness.label(issue, "testflight:mute")
        looked = await harness.tracker.changed([issue], looked.mark)
        assert looked.issues == (issue,)
        settle(harness)
        mark = (await harness.tracker.changed([issue], looked.mark)).mark
        assert (await harness.tracker.changed([issue], mark)).issues == ()

    @pytest.mark.parametrize("mark", ["[]", "{}", '{"at": "today", "told": {}}', "2026-11-25"])
    async def test_of_a_strange_mark_all_count(self, harness: JiraHarness, mark: str) -> None:
        issue = await harness.tracker.create(draft(harness))

        assert (await harness.tracker.changed([issue], mark)).issues == (issue,)

    async def test_a_project_that_is_gone_hides_no_other(self, harness: JiraHarness) -> None:
        gone = harness.jira.add_project("MOON", "Moon")
        moon = {**harness.fields, "project": "MOON"}
        issues = [
            await harness.tracker.create(draft(harness)),
            await harness.tracker.create(draft(harness, "g2", fields=moon)),
        ]
        mark = (await harness.tracker.changed(issues, "")).mark
        settle(harness)
        await harness.close(issues[0])
        del harness.site.projects[gone.key]

        assert (await harness.tracker.changed(issues, mark)).issues == (issues[0],)
        assert (await harness.tracker.changed(issues[1:], mark)).issues == ()

    async def test_after_too_many_changes_all_count(self, harness: JiraHarness) -> None:
        issue = await harness.tracker.create(draft(harness))
        mark = (await harness.tracker.changed([issue], "")).mark
        settle(harness)
        project = harness.site.projects["SUN"]
        for n in range(changes.MOST + 1):
            harness.site.add_issue(project, "10004", {"summary": f"Other {n}"}, {})

        assert (await harness.tracker.changed([issue], mark)).issues == (issue,)

    async def test_a_jira_that_fails_is_asked_again_later(self, harness: JiraHarness) -> None:
        issue = await harness.tracker.create(draft(harness))
        mark = (await harness.tracker.changed([issue], "")).mark
        await harness.answer_all(502)

        with pytest.raises(Transient):
            await harness.tracker.changed([issue], mark)
