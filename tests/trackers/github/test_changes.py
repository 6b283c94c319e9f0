"""Asking what changed: what it costs, and that nothing is missed."""

from datetime import timedelta

import pytest

from bridge.errors import Gone
from bridge.model import CloseReason, IssueRef
from bridge.trackers.github import changes
from bridge.trackers.github.changes import Mark
from tests.trackers.contract import draft
from tests.trackers.github.harness import REPOSITORY, GitHubHarness

LIST = "GET /github/repos/{owner}/{repo}/issues"


async def several(harness: GitHubHarness, count: int) -> list[IssueRef]:
    return [await harness.tracker.create(draft(harness, f"g{n}")) for n in range(count)]


async def settled(harness: GitHubHarness, issues: list[IssueRef]) -> str:
    """Return a mark after which nothing has happened for a while."""
    for issue in harness.home.issues.values():
        issue.updated_at -= timedelta(hours=1)
    harness.clock.advance(3600)
    mark = ""
    for _ in range(3):
        mark = (await harness.tracker.changed(issues, mark)).mark
    return mark


async def test_where_nothing_happened_a_look_costs_nothing(harness: GitHubHarness) -> None:
    issues = await several(harness, 3)
    mark = await settled(harness, issues)
    before, asked = harness.github.access.rate()["used"], harness.simulator.requests[LIST]

    for _ in range(5):
        looked = await harness.tracker.changed(issues, mark)
        assert (looked.issues, looked.mark) == ((), mark)

    assert harness.github.access.rate()["used"] == before
    assert harness.simulator.requests[LIST] == asked + 5


async def test_a_change_is_told_and_after_a_while_no_more(harness: GitHubHarness) -> None:
    issues = await several(harness, 3)
    mark = await settled(harness, issues)
    await harness.close(issues[1], CloseReason.NOT_PLANNED)

    looks = [await harness.tracker.changed(issues, mark)]
    for _ in range(3):
        looks.append(await harness.tracker.changed(issues, looks[-1].mark))

    told = [issues[1] in look.issues for look in looks]
    assert told == [True, True, False, False]
    assert looks[-1].issues == ()


async def test_a_second_change_in_the_same_second_is_told(harness: GitHubHarness) -> None:
    issues = await several(harness, 2)
    mark = await settled(harness, issues)
    await harness.label(issues[0], "a")
    for _ in range(3):
        mark = (await harness.tracker.changed(issues, mark)).mark
    at = harness.at(issues[0]).updated_at
    await harness.label(issues[0], "b")
    harness.at(issues[0]).updated_at = at

    assert (await harness.tracker.changed(issues, mark)).issues == (issues[0],)


async def test_a_list_that_lags_hides_nothing_for_long(harness: GitHubHarness) -> None:
    issues = await several(harness, 2)
    mark = await settled(harness, issues)
    await harness.close(issues[0])
    mark = (await harness.tracker.changed(issues, mark)).mark
    await harness.close(issues[1])
    harness.at(issues[1]).updated_at -= timedelta(seconds=60)

    assert issues[1] in (await harness.tracker.changed(issues, mark)).issues


async def test_changes_on_later_pages_are_told(harness: GitHubHarness) -> None:
    issues = await several(harness, 1)
    mark = await settled(harness, issues)
    await harness.close(issues[0])
    for n in range(150):
        harness.github.world.add_issue(harness.home, f"Other {n}", None)

    before = harness.simulator.requests[LIST]
    looked = await harness.tracker.changed(issues, mark)

    assert looked.issues == (issues[0],)
    assert harness.simulator.requests[LIST] - before == 2


async def test_after_too_many_changes_all_count(harness: GitHubHarness) -> None:
    issues = await several(harness, 2)
    mark = await settled(harness, issues)
    for n in range(100 * changes.MOST_PAGES + 1):
        harness.github.world.add_issue(harness.home, f"Other {n}", None)

    before = harness.simulator.requests[LIST]
    looked = await harness.tracker.changed(issues, mark)

    assert looked.issues == tuple(issues)
    assert harness.simulator.requests[LIST] - before == changes.MOST_PAGES


async def test_an_issue_that_moved_is_watched_where_it_is(harness: GitHubHarness) -> None:
    issues = await several(harness, 2)
    backend = harness.github.add_repository("example/backend")
    moved = harness.github.world.transfer(harness.home, 1, backend)
    there = (await harness.tracker.state(issues[0])).moved_to
    assert there is not None
    both = [there, issues[1]]
    mark = await settled(harness, both)
    harness.github.world.label(backend, moved.number, "testflight: mute")

    assert (await harness.tracker.changed(both, mark)).issues == (there,)

    del harness.github.world.repositories["example/backend"]
    assert (await harness.tracker.changed(both, mark)).issues == ()


async def test_a_repository_that_is_out_of_sight_is_told(harness: GitHubHarness) -> None:
    issues = await several(harness, 1)
    mark = await settled(harness, issues)
    del harness.github.world.repositories[REPOSITORY]

    with pytest.raises(Gone, match="the token can't see it"):
        await harness.tracker.changed(issues, mark)


@pytest.mark.parametrize("data", [None, 5, {}, {"since": "soon"}, {"since": "2026-11-24T10:00:00"}])
def test_a_strange_mark_is_none(data: object) -> None:
    assert Mark.read(data) is None


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark.read({"since": "2026-11-24T10:00:00Z", "etag": 'W/"1"'})
    assert mark is not None
    assert Mark.read(mark.table) == mark
