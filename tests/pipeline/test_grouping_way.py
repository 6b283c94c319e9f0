"""What becomes of feedback that is like other feedback."""

import aiohttp
import pytest

from bridge.model import JobState
from tests.pipeline.conftest import APPS, House
from tests.pipeline.samples import crash, crash_text, screenshot


@pytest.mark.parametrize("app", APPS)
async def test_the_same_crash_from_elsewhere_changes_figures_and_comments_nothing(
    house: House, app: str
) -> None:
    first, second = await house.deliver(
        crash(app, crash_text(), build="142", tester="t1"),
        crash(app, crash_text(base=0x104200000), build="143", tester="t2", comment="again!"),
    )
    await house.work()
    issue = await house.only_issue(app, first)
    assert {(await house.row(s)).state for s in (first, second)} == {
        JobState.FILED,
        JobState.ADDED,
    }
    assert "2 crashes" in issue["body"]
    assert "2 testers" in issue["body"]
    assert "again" in issue["body"]
    assert len(issue["attachments"]) == 2
    assert not issue["comments"]


async def test_other_frames_are_another_issue(house: House) -> None:
    await house.deliver(
        crash("sunrise-local", crash_text("CartView.total.getter")),
        crash("sunrise-local", crash_text("LoginModel.submit()")),
    )
    await house.work()
    assert len(house.issues("sunrise-local")) == 2


async def test_the_same_submission_by_another_delivery_files_nothing(house: House) -> None:
    app = "sunrise-local"
    [submission] = await house.deliver(crash(app, crash_text()))
    await house.work()
    event = house.simulator.appstore.event(submission)
    event["data"]["id"] = "another-delivery"
    await house.take(app, event)
    await house.work()
    issue = await house.only_issue(app, submission)
    assert "2 crashes" not in issue["body"]


async def test_groups_never_cross_apps(house: House) -> None:
    await house.deliver(*(crash(app, crash_text()) for app in APPS))
    await house.work()
    assert [len(house.issues(app)) for app in APPS] == [1, 1, 1]


async def test_each_screenshot_feedback_is_its_own_issue(house: House) -> None:
    await house.deliver(screenshot("sunrise-local"), screenshot("sunrise-local"))
    await house.work()
    assert len(house.issues("sunrise-local")) == 2


@pytest.mark.parametrize("app", APPS)
async def test_what_people_write_stays_when_figures_change(house: House, app: str) -> None:
    [first] = await house.deliver(crash(app, crash_text()))
    await house.work()
    row = await house.row(first)
    assert row.issue is not None
    if app == "sunrise-local":
        text = next((house.folder / "issues").glob("*/issue.md"))
        text.write_text(text.read_text() + "\nSeen it too, looking into it.\n")
    elif app == "sunrise-github":
        await edit_on_github(house, row.issue.id)
    else:
        house.simulator.jira.site.find(row.issue.key).description += "\nSeen it too, looking.\n"
    await house.deliver(crash(app, crash_text(base=0x104200000), tester="t2"))
    await house.work()
    [issue] = house.issues(app)
    assert "2 crashes" in issue["body"]
    assert "Seen it too, looking" in issue["body"]


async def edit_on_github(house: House, number: str) -> None:
    """Add a line to an issue's body, as a person with the token could."""
    url = f"{house.simulator.origin}/github/repos/example/sunrise/issues/{number}"
    headers = {"Authorization": f"token {house.simulator.github.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(url) as answer:
            body = (await answer.json())["body"]
        async with session.patch(url, json={"body": f"{body}\nSeen it too, looking.\n"}) as answer:
            assert answer.status == 200
