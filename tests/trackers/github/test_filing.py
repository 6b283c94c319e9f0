"""Creating issues and finding them again, where GitHub has ways of its own."""

import pytest

from bridge.errors import LostAnswer, Refused, Transient
from tests.trackers.contract import draft, marker
from tests.trackers.github.conftest import Make
from tests.trackers.github.harness import REPOSITORY, GitHubHarness

CREATE = "POST /github/repos/{owner}/{repo}/issues"
LABEL = "POST /github/repos/{owner}/{repo}/labels"


def creates(harness: GitHubHarness) -> int:
    return harness.simulator.requests[CREATE]


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "reset", "when": "after"},
        {"action": "reset", "when": "before"},
        {"action": "truncate", "when": "after"},
        {"action": "status", "status": 502, "when": "after"},
        {"action": "status", "status": 500, "when": "before"},
        {"action": "hang", "when": "after"},
    ],
    ids=lambda fault: f"{fault['action']} {fault['when']}",
)
async def test_a_create_without_an_answer_was_sent_once(
    make: Make, fault: dict[str, object]
) -> None:
    harness = make(timeout="3s" if fault["action"] == "hang" else "60s")
    fence = await harness.tracker.fence(harness.fields)
    harness.simulator.faults.replace([{"match": "POST /github/repos/*/*/issues", **fault}])

    with pytest.raises(LostAnswer):
        await harness.tracker.create(draft(harness))
    await harness.recover()

    found = await harness.tracker.find(marker(), fence)
    assert len(await harness.issues()) == (fault["when"] == "after")
    assert (found is not None) == (fault["when"] == "after")


async def test_a_create_that_is_lost_is_not_sent_again_by_the_library(
    harness: GitHubHarness,
) -> None:
    await harness.lose_next_create(done=True)
    with pytest.raises(LostAnswer):
        await harness.tracker.create(draft(harness))

    assert creates(harness) == 1
    assert len(await harness.issues()) == 1


async def test_a_create_that_is_answered_with_something_else_is_unknown(
    harness: GitHubHarness,
) -> None:
    rule = {"match": "POST /github/repos/*/*/issues", "status": 201, "when": "after"}
    harness.simulator.faults.replace([rule])

    with pytest.raises(LostAnswer, match="GitHub's answer has no id"):
        await harness.tracker.create(draft(harness))


async def test_a_create_that_never_left_is_known_to_be_none(make: Make) -> None:
    harness = make()
    closed = make(base_url="http://127.0.0.1:9/github")
    await harness.tracker.fence(harness.fields)

    with pytest.raises(Transient) as caught:
        await closed.tracker.create(draft(closed, fields={}))

    assert not isinstance(caught.value, LostAnswer)


async def test_an_issue_that_the_list_does_not_show_yet_is_found(harness: GitHubHarness) -> None:
    fence = await harness.tracker.fence(harness.fields)
    await harness.tracker.create(draft(harness, "g2"))
    issue = await harness.tracker.create(draft(harness))
    harness.github.issues.list_lag = 600

    assert (await harness.tracker.fence(harness.fields)).number == 0
    found = await harness.tracker.find(marker(), fence)

    assert found is not None
    assert found.key == issue.key == "#2"


async def test_an_issue_that_the_list_left_out_in_the_middle_is_found(
    harness: GitHubHarness,
) -> None:
    fence = await harness.tracker.fence(harness.fields)
    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.create(draft(harness, "g2"))
    harness.at(issue).created_at = harness.at(issue).created_at.replace(year=2100)

    found = await harness.tracker.find(marker(), fence)

    assert found is not None
    assert found.key == "#1"


async def test_more_than_a_page_of_newer_issues_hides_nothing(harness: GitHubHarness) -> None:
    fence = await harness.tracker.fence(harness.fields)
    issue = await harness.tracker.create(draft(harness))
    for n in range(130):
        harness.github.world.add_issue(harness.home, f"People's {n}", None)

    found = await harness.tracker.find(marker(), fence)

    assert found is not None
    assert found.key == issue.key


async def test_what_is_older_than_the_fence_is_not_looked_at(harness: GitHubHarness) -> None:
    await harness.tracker.create(draft(harness))
    fence = await harness.tracker.fence(harness.fields)

    assert fence.number == 1
    assert await harness.tracker.find(marker(), fence) is None


async def test_a_pull_request_is_never_ours(harness: GitHubHarness) -> None:
    world, home = harness.github.world, harness.home
    fence = await harness.tracker.fence(harness.fields)
    text = f"<!-- {marker().text} -->\n"
    world.add_issue(home, "Copied from an issue", text, is_pull_request=True)
    assert await harness.tracker.find(marker(), fence) is None

    issue = await harness.tracker.create(draft(harness))
    found = await harness.tracker.find(marker(), fence)

    assert issue.key == "#2"
    assert found is not None
    assert found.key == "#2"


async def test_a_deleted_issue_does_not_end_the_search(harness: GitHubHarness) -> None:
    fence = await harness.tracker.fence(harness.fields)
    for n in range(8):
        made = harness.github.world.add_issue(harness.home, f"Gone {n}", None)
        made.deleted = True
    issue = await harness.tracker.create(draft(harness))
    harness.github.issues.list_lag = 600

    found = await harness.tracker.find(marker(), fence)

    assert found is not None
    assert found.key == issue.key == "#9"


async def test_a_renamed_repository_is_followed(make: Make) -> None:
    harness = make()
    harness.github.world.rename(REPOSITORY, "example/sunset")
    fence = await harness.tracker.fence(harness.fields)
    issue = await harness.tracker.create(draft(harness))
    await harness.close(issue)

    found = await harness.tracker.find(marker(), fence)

    assert fence.scope == "example/sunset"
    assert found is not None
    assert found.url.endswith("/example/sunset/issues/1")


async def test_the_issue_is_the_one_that_the_page_shows(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness))

    assert issue.url == f"{harness.simulator.origin}/github/{REPOSITORY}/issues/1"
    assert (issue.key, issue.id) == ("#1", "1")


async def test_a_missing_label_is_made_once_with_a_colour(harness: GitHubHarness) -> None:
    await harness.tracker.create(draft(harness))
    await harness.tracker.create(draft(harness, "g2"))

    label = harness.home.labels["testflight"]
    assert label.color == "1d76db"
    assert harness.simulator.requests[LABEL] == 1
    assert [held.labels for held in await harness.issues()] == [["testflight"]] * 2


async def test_a_label_that_people_made_keeps_its_colour(harness: GitHubHarness) -> None:
    harness.github.world.add_label(harness.home, "TestFlight", "ff0000")
    issue = await harness.tracker.create(draft(harness))

    assert issue.notes == ()
    assert harness.home.labels["testflight"].color == "ff0000"
    assert harness.simulator.requests[LABEL] == 0


async def test_assignees_and_milestone_are_set(harness: GitHubHarness) -> None:
    harness.home.assignable = {"octo", "hubot"}
    harness.github.world.add_milestone(harness.home, "2.4")
    harness.github.world.add_milestone(harness.home, "2.5")
    fields = {"assignees": ["octo", "@hubot"], "milestone": "2.5"}

    issue = await harness.tracker.create(draft(harness, fields=fields))

    assert issue.notes == ()
    assert harness.at(issue).assignees == ["octo", "hubot"]
    assert harness.at(issue).milestone == 2


async def test_a_milestone_may_be_a_number(harness: GitHubHarness) -> None:
    harness.github.world.add_milestone(harness.home, "2.4")
    issue = await harness.tracker.create(draft(harness, fields={"milestone": 1}))

    assert harness.at(issue).milestone == 1
    assert issue.notes == ()


async def test_what_github_drops_in_silence_is_told(harness: GitHubHarness) -> None:
    harness.home.push = False
    harness.home.assignable = {"octo"}
    harness.github.world.add_milestone(harness.home, "2.4")
    fields = {"labels": ["testflight"], "assignees": ["octo"], "milestone": "2.4"}

    issue = await harness.tracker.create(draft(harness, fields=fields))

    label, assignee, milestone = issue.notes
    assert "The label 'testflight' is not set" in label
    assert "'octo' is not assigned" in assignee
    assert "The milestone 1 is not set" in milestone


async def test_an_assignee_that_is_refused_after_all_is_left_out(harness: GitHubHarness) -> None:
    seen = {"match": "GET /github/repos/*/*/assignees/octo", "status": 204}
    harness.simulator.faults.replace([seen])

    issue = await harness.tracker.create(draft(harness, fields={"assignees": ["octo"]}))

    assert creates(harness) == 2
    assert harness.at(issue).assignees == []
    assert "GitHub refused the assignees" in issue.notes[0]


async def test_no_more_than_ten_are_assigned(harness: GitHubHarness) -> None:
    logins = [f"octo{n}" for n in range(11)]
    harness.home.assignable = set(logins)

    issue = await harness.tracker.create(draft(harness, fields={"assignees": logins}))

    assert harness.at(issue).assignees == logins[:10]
    assert issue.notes == ("'octo10' is not assigned: GitHub takes 10 at most.",)


async def test_switched_off_issues_are_told_with_what_to_do(harness: GitHubHarness) -> None:
    harness.home.has_issues = False
    with pytest.raises(Refused, match=r"switched off in example/sunrise; switch them on"):
        await harness.tracker.create(draft(harness))


async def test_a_title_that_is_too_long_is_refused_with_githubs_reason(
    harness: GitHubHarness,
) -> None:
    assert harness.tracker.limits.title == 256
    await harness.tracker.create(draft(harness, title="x" * 256))
    with pytest.raises(Refused, match=r"title is too long \(maximum is 256 characters\)"):
        await harness.tracker.create(draft(harness, title="x" * 257))


async def test_a_block_of_the_limits_length_fits(harness: GitHubHarness) -> None:
    issue = await harness.tracker.create(draft(harness, block="ä" * harness.tracker.limits.body))
    assert len(harness.at(issue).body or "") <= 60_000
