"""Looking at issues: what it costs, and what a duplicate is one of."""

from typing import Any

import pytest

from bridge.errors import Forbidden
from bridge.model import CloseReason, IssueBlock, IssueStatus
from bridge.simulators.github.state import Comment
from bridge.trackers.github.duplicates import read_canonical
from tests.trackers.contract import comment, draft, marker
from tests.trackers.github.harness import GitHubHarness

GET = "GET /github/repos/{owner}/{repo}/issues/{number}"
UNLABEL = "DELETE /github/repos/{owner}/{repo}/issues/{number}/labels/{name}"
GRAPHQL = "POST /github/graphql"
TIMELINE = "GET /github/repos/{owner}/{repo}/issues/{number}/timeline"
HOSTILE = "a/b%2F?c#d \N{GRINNING FACE}"


def used(harness: GitHubHarness) -> int:
    return harness.github.access.rate()["used"]


async def test_a_look_at_an_unchanged_issue_costs_nothing(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    first = await harness.tracker.state(issue)
    before = used(harness)

    again = [await harness.tracker.state(issue) for _ in range(3)]

    assert again == [first] * 3
    assert used(harness) == before
    assert harness.simulator.requests[GET] == 4


async def test_a_look_sees_what_changed_within_the_same_second(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.state(issue)
    await harness.label(issue, "a")
    await harness.tracker.state(issue)
    await harness.label(issue, "b")

    assert (await harness.tracker.state(issue)).labels == ("testflight", "a", "b")


async def test_a_look_between_leaves_an_edit_its_text(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.state(issue)
    await harness.write_below(issue, "Mine.")
    await harness.tracker.state(issue)

    await harness.tracker.update(issue, IssueBlock(block="15", marker=marker()))

    assert (harness.at(issue).body or "").endswith("\nMine.\n")


async def test_an_issue_that_is_deleted_after_a_look_is_gone(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.state(issue)
    await harness.delete(issue)

    assert (await harness.tracker.state(issue)).status is IssueStatus.GONE


@pytest.mark.parametrize("label", ["testflight: not the same", HOSTILE])
async def test_any_label_is_taken_off_whatever_is_in_its_name(
    harness: GitHubHarness, label: str
) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.label(issue, label)

    await harness.tracker.unlabel(issue, label)

    assert harness.at(issue).labels == ["testflight"]


async def test_no_request_is_made_for_a_label_that_is_off(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))

    await harness.tracker.unlabel(issue, "testflight: mute")

    assert harness.simulator.requests[UNLABEL] == 0


async def test_a_label_that_somebody_else_takes_off_first_is_off(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.label(issue, "x")
    rule = {"match": "DELETE /github/repos/*/*/issues/*/labels/*", "status": 404, "times": 1}
    harness.simulator.faults.replace([rule])

    await harness.tracker.unlabel(issue, "x")

    assert harness.simulator.requests[UNLABEL] == 1


async def test_a_label_that_may_not_be_taken_off_is_told(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.label(issue, "x")
    del harness.github.access.permissions["issues"]

    with pytest.raises(Forbidden, match="it needs issues=write"):
        await harness.tracker.unlabel(issue, "x")


async def test_a_duplicate_is_asked_about_once(harness: GitHubHarness) -> None:
    kept = await harness.tracker.create(draft(harness))
    extra = await harness.tracker.create(draft(harness, "g2"))
    await harness.close(extra, CloseReason.DUPLICATE, of=kept)

    for _ in range(3):
        assert (await harness.tracker.state(extra)).duplicate_of == "#1"

    assert harness.simulator.requests[GRAPHQL] == 1
    assert harness.simulator.requests[TIMELINE] == 0


async def test_nothing_is_asked_about_what_is_no_duplicate(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.close(issue, CloseReason.NOT_PLANNED)

    await harness.tracker.state(issue)

    assert harness.simulator.requests[GRAPHQL] == harness.simulator.requests[TIMELINE] == 0


async def test_an_issue_elsewhere_is_named_with_its_repository(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.close(issue, CloseReason.DUPLICATE)
    harness.github.world.mark_as_duplicate(harness.at(issue), ("example/backend", 7))

    assert (await harness.tracker.state(issue)).duplicate_of == "example/backend#7"


def say(harness: GitHubHarness, number: int, *texts: str) -> None:
    """As people: comment on an issue."""
    world = harness.github.world
    harness.home.issues[number].comments += [
        Comment(id=world.next_id(), body=text, created_at=world.now()) for text in texts
    ]


@pytest.mark.parametrize(
    ("said", "of"),
    [
        ("Duplicate of #1", "#1"),
        ("duplicate of  #1\n", "#1"),
        ("Duplicate of example/backend#7", "example/backend#7"),
        ("Duplicate of https://github.com/example/sunrise/issues/1", "#1"),
        ("<!-- feedback-bridge:v1 duplicate-of=#1 -->\nDuplicate of #1", "#1"),
        ("I think this is a duplicate of #1", None),
        ("Duplicate of #2", None),  # itself
        ("> Duplicate of #1", None),
    ],
)
async def test_without_graphql_a_comment_tells(
    harness: GitHubHarness, said: str, of: str | None
) -> None:
    harness.github.timeline.has_graphql = False
    await harness.tracker.create(draft(harness))
    extra = await harness.tracker.create(draft(harness, "g2"))
    say(harness, 2, said)
    await harness.close(extra, CloseReason.DUPLICATE)

    assert (await harness.tracker.state(extra)).duplicate_of == of


async def test_the_newest_comment_counts_on_any_page(harness: GitHubHarness) -> None:
    harness.github.timeline.has_graphql = False
    for n in range(3):
        await harness.tracker.create(draft(harness, f"g{n}"))
    extra = await harness.tracker.create(draft(harness, "g9"))
    say(harness, 4, "Duplicate of #1", *["+1"] * 150, "Duplicate of #3", "Thanks")
    await harness.close(extra, CloseReason.DUPLICATE)

    assert (await harness.tracker.state(extra)).duplicate_of == "#3"
    assert harness.simulator.requests[TIMELINE] == 2


async def test_a_comment_of_anybody_marks_nothing(harness: GitHubHarness) -> None:
    harness.github.timeline.has_graphql = False
    await harness.tracker.create(draft(harness))
    extra = await harness.tracker.create(draft(harness, "g2"))
    say(harness, 2, "Duplicate of #1")
    harness.home.issues[2].comments[0].association = "NONE"
    await harness.close(extra, CloseReason.DUPLICATE)

    assert (await harness.tracker.state(extra)).duplicate_of is None


async def test_graphql_that_is_not_there_is_asked_once(harness: GitHubHarness) -> None:
    harness.github.timeline.has_graphql = False
    for n in range(2):
        issue = await harness.tracker.create(draft(harness, f"g{n}"))
        await harness.close(issue, CloseReason.DUPLICATE)
        await harness.tracker.state(issue)

    assert harness.simulator.requests[GRAPHQL] == 1


@pytest.mark.parametrize(
    "issue",
    [
        None,
        7,
        {"timelineItems": None},
        {"timelineItems": {"nodes": []}},
        {"timelineItems": {"nodes": [{}]}},
        {"timelineItems": {"nodes": [{"canonical": {"number": "7"}}]}},
    ],
)
def test_an_answer_of_another_shape_is_no_answer(issue: Any) -> None:
    assert read_canonical({"data": {"repository": {"issue": issue}}}) is None
    assert read_canonical(issue) is None


async def test_reopening_costs_four_requests(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.close(issue)
    before = used(harness)

    await harness.tracker.reopen(issue, comment("Back.", op="regression:150"))

    assert used(harness) - before == 4
    assert harness.at(issue).state_reason == "reopened"
