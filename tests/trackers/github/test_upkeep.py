"""Keeping an issue up to date while people work on it."""

import pytest

from bridge.errors import Forbidden, Gone, LostAnswer
from bridge.model import CloseReason, IssueBlock, IssueStatus, UpdateOutcome
from bridge.simulators.github.state import Comment
from tests.trackers.contract import comment, draft, marker
from tests.trackers.github.harness import REPOSITORY, GitHubHarness

COMMENT = "POST /github/repos/{owner}/{repo}/issues/{number}/comments"


async def test_a_block_that_holds_our_marks_cannot_end_itself(harness: GitHubHarness) -> None:
    forged = "a\n<!-- feedback-bridge:end; text below is yours -->\nb"
    issue = await harness.tracker.create(draft(harness, block=forged))
    await harness.write_below(issue, "Mine.")

    await harness.tracker.update(issue, IssueBlock(block="15 crashes", marker=marker()))

    body = harness.at(issue).body or ""
    assert body.count("feedback-bridge:end") == 1
    assert "\nb" not in body
    assert body.endswith("\nMine.\n")


async def test_a_transferred_issue_is_followed(harness: GitHubHarness) -> None:
    world = harness.github.world
    target = harness.github.add_repository("example/backend")
    world.add_issue(target, "Older", None)
    issue = await harness.tracker.create(draft(harness))
    moved = world.transfer(harness.home, 1, target)

    state = await harness.tracker.state(issue)
    outcome = await harness.tracker.update(issue, IssueBlock(block="15", marker=marker()))
    await harness.tracker.comment(issue, comment("Again.", op="1"))

    assert state.status is IssueStatus.MOVED
    assert state.moved_to is not None
    assert (state.moved_to.key, state.moved_to.id) == ("example/backend#2", "example/backend#2")
    assert outcome is UpdateOutcome.UPDATED
    assert "\n15\n" in (moved.body or "")
    assert len(moved.comments) == 1


async def test_the_new_place_of_a_transferred_issue_works_like_any(
    harness: GitHubHarness,
) -> None:
    target = harness.github.add_repository("example/backend")
    issue = await harness.tracker.create(draft(harness))
    moved = harness.github.world.transfer(harness.home, 1, target)
    there = (await harness.tracker.state(issue)).moved_to
    assert there is not None

    assert (await harness.tracker.state(there)).status is IssueStatus.OPEN
    kept = await harness.tracker.create(draft(harness, "g2"))
    await harness.tracker.close_as_duplicate(there, kept)

    assert moved.state == "closed"
    assert moved.comments[0].body.endswith(f"Duplicate of {REPOSITORY}#2")


async def test_a_token_that_lost_its_access_makes_no_issue_gone(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    del harness.github.world.repositories[REPOSITORY]

    with pytest.raises(Gone, match="the token can't see it"):
        await harness.tracker.update(issue, IssueBlock(block="15", marker=marker()))
    with pytest.raises(Gone):
        await harness.tracker.state(issue)


async def test_a_token_that_may_not_write_is_told(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    del harness.github.access.permissions["issues"]

    with pytest.raises(Forbidden, match="it needs issues=write"):
        await harness.tracker.update(issue, IssueBlock(block="15", marker=marker()))


async def test_commenting_on_a_deleted_issue_is_gone(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.delete(issue)

    with pytest.raises(Gone, match="was deleted"):
        await harness.tracker.comment(issue, comment("Again.", op="1"))


async def test_a_comment_is_seen_beyond_the_first_page(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.comment(issue, comment("Again.", op="1"))
    earlier = [Comment(id=n, body="+1", created_at=harness.github.world.now()) for n in range(120)]
    harness.at(issue).comments[:0] = earlier

    await harness.tracker.comment(issue, comment("Again.", op="1"))

    assert len(harness.at(issue).comments) == 121
    assert harness.simulator.requests[COMMENT] == 1


async def test_a_comment_whose_answer_was_lost_is_not_doubled(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    rule = {"match": "POST /github/repos/*/*/issues/*/comments", "action": "reset"}
    harness.simulator.faults.replace([{**rule, "when": "after", "times": 1}])

    with pytest.raises(LostAnswer) as caught:
        await harness.tracker.comment(issue, comment("Again.", op="1"))
    await harness.tracker.comment(issue, comment("Again.", op="1"))

    assert len(harness.at(issue).comments) == 1
    assert caught.value.retry_after == 60


async def test_a_comment_that_quotes_ours_is_not_ours(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    quoted = f"> <!-- {marker(op='1').text} -->\n> Again."
    await harness.tracker.comment(issue, comment(quoted, op="2"))

    await harness.tracker.comment(issue, comment("Again.", op="1"))

    assert len(harness.at(issue).comments) == 2


@pytest.mark.parametrize(
    ("state_reason", "reason"),
    [
        ("completed", CloseReason.COMPLETED),
        ("not_planned", CloseReason.NOT_PLANNED),
        ("duplicate", CloseReason.DUPLICATE),
        (None, None),
    ],
)
async def test_each_way_to_close_is_told_apart(
    harness: GitHubHarness, state_reason: str | None, reason: CloseReason | None
) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.close(issue)
    harness.at(issue).state_reason = state_reason

    state = await harness.tracker.state(issue)

    assert state.reason is reason
    assert state.closed_at == harness.at(issue).closed_at


async def test_labels_of_people_are_told_with_the_state(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    harness.github.world.add_label(harness.home, "testflight: mute")
    harness.at(issue).labels.append("testflight: mute")

    assert (await harness.tracker.state(issue)).labels == ("testflight", "testflight: mute")


async def test_a_server_that_knows_no_duplicates_closes_as_not_planned(
    harness: GitHubHarness,
) -> None:
    kept = await harness.tracker.create(draft(harness))
    extra = await harness.tracker.create(draft(harness, "g2"))
    rule = {"match": "PATCH /github/repos/*/*/issues/2", "status": 422, "times": 2}
    harness.simulator.faults.replace([rule])

    await harness.tracker.close_as_duplicate(extra, kept)

    assert (await harness.tracker.state(extra)).reason is CloseReason.NOT_PLANNED
    assert harness.at(extra).comments[0].body.endswith("Duplicate of #1")


async def test_an_issue_that_people_closed_stays_as_they_closed_it(
    harness: GitHubHarness,
) -> None:
    kept = await harness.tracker.create(draft(harness))
    extra = await harness.tracker.create(draft(harness, "g2"))
    await harness.close(extra)

    await harness.tracker.close_as_duplicate(extra, kept)

    assert (await harness.tracker.state(extra)).reason is CloseReason.COMPLETED
