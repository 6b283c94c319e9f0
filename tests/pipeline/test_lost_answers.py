"""Answers that are lost on the way: what was done is found again, and nothing is done twice."""

import pytest

from bridge.model import JobState
from tests.pipeline.conftest import House
from tests.pipeline.samples import png, screenshot

GITHUB, JIRA = "sunrise-github", "sunrise-jira"
CREATES = {
    GITHUB: ("POST /github/repos/*/*/issues", "POST /github/repos/{owner}/{repo}/issues"),
    JIRA: ("POST /jira/rest/api/2/issue", "POST /jira/rest/api/2/issue"),
}
FILES = {
    GITHUB: "PUT /github/repos/*/*/contents/*/*",
    JIRA: "POST /jira/rest/api/2/issue/*/attachments",
}
LOSSES = [
    pytest.param({"action": "reset"}, id="reset"),
    pytest.param({"action": "status", "status": 502}, id="502"),
    pytest.param({"action": "truncate"}, id="truncated"),
]


@pytest.mark.parametrize("app", [GITHUB, JIRA])
@pytest.mark.parametrize("loss", LOSSES)
async def test_a_create_that_was_done_is_adopted_and_sent_once(
    house: House, app: str, loss: dict[str, object]
) -> None:
    match, template = CREATES[app]
    house.simulator.faults.replace([{"match": match, "when": "after", "times": 1, **loss}])
    [submission] = await house.deliver(screenshot(app))
    await house.work()
    issue = await house.only_issue(app, submission)
    assert len(issue["attachments"]) == 1
    assert house.simulator.requests[template] == 1


@pytest.mark.parametrize("app", [GITHUB, JIRA])
@pytest.mark.parametrize("loss", LOSSES[:2])
async def test_a_create_that_never_arrived_is_sent_again_after_looking(
    house: House, app: str, loss: dict[str, object]
) -> None:
    match, template = CREATES[app]
    house.simulator.faults.replace([{"match": match, "when": "before", "times": 1, **loss}])
    [submission] = await house.deliver(screenshot(app))
    began = house.clock.now()
    await house.work()
    await house.only_issue(app, submission)
    assert house.simulator.requests[template] == 2
    settle = house.bridge.config.settings.settle
    assert (house.clock.now() - began).total_seconds() >= settle.after


@pytest.mark.parametrize("app", [GITHUB, JIRA])
@pytest.mark.parametrize("loss", LOSSES)
async def test_a_file_that_went_up_is_not_put_up_twice(
    house: House, app: str, loss: dict[str, object]
) -> None:
    await house.deliver(screenshot(app))
    await house.work()  # GitHub's branch for files is there now
    rule = {"match": FILES[app], "when": "after", "times": 1, **loss}
    house.simulator.faults.replace([rule])
    [submission] = await house.deliver(screenshot(app, png("blue")))
    await house.work()
    row = await house.row(submission)
    assert row.state is JobState.FILED
    assert row.attempts == 2, "the fault met nothing"
    _, issue = house.issues(app)
    assert len(issue["attachments"]) == 1


async def test_files_that_went_up_before_one_failed_are_not_sent_again(house: House) -> None:
    await house.deliver(screenshot(GITHUB))
    await house.work()  # the branch for files is there now
    before = puts(house)
    house.simulator.faults.replace(
        [
            {"match": FILES[GITHUB], "action": "pass", "times": 2},
            {"match": FILES[GITHUB], "status": 503, "times": 1},
        ]
    )
    await house.deliver(screenshot(GITHUB, png("blue"), png("green"), png("white")))
    await house.work()
    _, issue = house.issues(GITHUB)
    assert len(issue["attachments"]) == 3
    assert puts(house) - before == 4


def puts(house: House) -> int:
    """Return how many files were sent to GitHub."""
    sent = house.simulator.requests
    return sum(n for what, n in sent.items() if what.startswith("PUT ") and "/contents/" in what)


@pytest.mark.parametrize("app", [GITHUB, JIRA])
async def test_while_it_is_unknown_the_job_says_so_and_other_feedback_goes_on(
    house: House, app: str
) -> None:
    match, _ = CREATES[app]
    rule = {"match": match, "when": "before", "action": "reset", "times": 1}
    house.simulator.faults.replace([rule])
    lost, other = await house.deliver(screenshot(app), screenshot(app))
    await house.bridge.worker.run_due()
    row = await house.row(lost)
    assert row.state is JobState.WAITING
    assert row.error is not None
    assert (await house.row(other)).state is JobState.FILED
    await house.work()
    assert (await house.row(lost)).state is JobState.FILED
    assert len(house.issues(app)) == 2
