"""Crash logs that come after their feedback, or never."""

from datetime import timedelta

import pytest

from bridge.model import JobState
from tests.pipeline.conftest import APPS, House
from tests.pipeline.samples import crash, crash_text

GITHUB, JIRA, _ = APPS
PLACES = {
    GITHUB: ["/github/repos/*/*", "/github/repos/*/*/*", "/github/repos/*/*/contents/*/*"],
    JIRA: ["/jira/rest/api/2/*", "/jira/rest/api/2/*/*"],
}
CREATES = {GITHUB: "POST /github/repos/*/*/issues", JIRA: "POST /jira/rest/api/2/issue"}
FINDING = {
    GITHUB: ["/github/repos/*/*/issues/*"],
    JIRA: ["/jira/rest/api/2/issue/bulkfetch"],
}


async def test_a_log_that_comes_soon_is_waited_for(house: House) -> None:
    [submission] = await house.deliver(crash("sunrise-local", crash_text(), log_after=2))
    await house.work()
    issue = await house.only_issue("sunrise-local", submission)
    assert "CartView.total" in issue["title"]
    assert (await house.row(submission)).attempts == 1


@pytest.mark.parametrize("app", APPS)
async def test_an_issue_filed_without_its_log_is_completed_when_it_comes(
    house: House, app: str
) -> None:
    [submission] = await house.deliver(crash(app, crash_text(), log_after=12))
    while not house.issues(app):
        await house.work_a_little()
    [issue] = house.issues(app)
    assert "CartView.total" not in issue["title"]
    assert not issue["attachments"]
    await house.work()
    issue = await house.only_issue(app, submission)
    assert "CartView.total" in issue["title"]
    assert "CartView.total" in issue["body"]
    assert len(issue["attachments"]) == 1


@pytest.mark.parametrize("app", APPS)
async def test_a_late_log_that_proves_a_known_crash_joins_it_and_closes_the_other(
    house: House, app: str
) -> None:
    [known] = await house.deliver(crash(app, crash_text()))
    [late] = await house.deliver(
        crash(app, crash_text(base=0x104200000), log_after=12, tester="t2")
    )
    await house.work()
    rows = [await house.row(s) for s in (known, late)]
    assert rows[0].issue is not None
    assert rows[0].issue == rows[1].issue
    kept, closed = sorted(house.issues(app), key=lambda i: i["state"], reverse=True)
    assert (kept["state"], closed["state"]) == ("open", "closed")
    assert "2 crashes" in kept["body"]
    assert len(kept["attachments"]) == 2


async def test_a_late_log_of_a_crash_older_than_many_known_ones_is_attached(house: House) -> None:
    app, hour_ago = "sunrise-local", house.clock.now() - timedelta(hours=1)
    logs = [crash_text(base=0x102A00000 + n * 0x100000) for n in range(13)]
    await house.deliver(*(crash(app, log, tester=f"t{n}") for n, log in enumerate(logs[1:])))
    await house.work()
    await house.deliver(crash(app, logs[0], log_after=12, tester="early", created_at=hour_ago))
    await house.work()
    [issue] = [i for i in house.issues(app) if i["state"] == "open"]
    assert len(issue["attachments"]) == 13


@pytest.mark.parametrize("app", [GITHUB, JIRA])
async def test_a_log_that_comes_while_its_tracker_is_down_joins_before_anything_is_filed(
    house: House, app: str
) -> None:
    await house.deliver(crash(app, crash_text()))
    await house.work()
    house.simulator.faults.replace([{"match": f"* {path}", "status": 503} for path in PLACES[app]])
    [late] = await house.deliver(
        crash(app, crash_text(base=0x104200000), log_after=12, tester="t2")
    )
    await until_its_log_is_kept(house, app, late)
    house.simulator.faults.replace([])
    await house.work()
    assert (await house.row(late)).state is JobState.ADDED
    [issue] = house.issues(app)
    assert "2 crashes" in issue["body"]
    assert len(issue["attachments"]) == 2


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("app", [GITHUB, JIRA])
async def test_a_log_that_comes_while_its_create_is_unknown_completes_or_joins(
    house: House, app: str, known: bool
) -> None:
    if known:
        await house.deliver(crash(app, crash_text()))
        await house.work()
    house.simulator.faults.replace(
        [
            {"match": CREATES[app], "when": "after", "action": "reset", "times": 1},
            *({"match": f"* {path}", "status": 503} for path in FINDING[app]),
        ]
    )
    [late] = await house.deliver(
        crash(app, crash_text(base=0x104200000), log_after=12, tester="t2")
    )
    await until_its_log_is_kept(house, app, late)
    house.simulator.faults.replace([])
    await house.work()
    issues = [i for i in house.issues(app) if i["state"] == "open"]
    assert len(issues) == 1
    assert len(house.issues(app)) == (2 if known else 1)
    assert "CartView.total" in issues[0]["title"]
    assert "has not come yet" not in issues[0]["body"]
    assert len(issues[0]["attachments"]) == (2 if known else 1)


async def until_its_log_is_kept(house: House, app: str, submission: str) -> None:
    """Work until the log is there although the tracker can't be written to."""
    ledger = house.bridge.store.ledger
    while (kept := await ledger.feedback(app, submission)) is None or kept.log is None:
        await house.work_a_little()
    assert (await house.row(submission)).state in (JobState.WAITING, JobState.ADDED)


@pytest.mark.parametrize("log", [None, ""])
async def test_a_log_that_never_comes_is_given_up_and_the_issue_stays(
    house: House, log: str | None
) -> None:
    [submission] = await house.deliver(crash("sunrise-local", log))
    await house.work()
    issue = await house.only_issue("sunrise-local", submission)
    assert "The crash log has not come yet" in issue["body"]
    assert (await house.row(submission)).state is JobState.FILED


@pytest.mark.parametrize("log", ["this is no crash log\n", "\x00\x01\x02", "{" * 5000, "🦋" * 9])
async def test_a_log_that_is_none_is_attached_and_its_feedback_is_an_issue_of_its_own(
    house: House, log: str
) -> None:
    ids = await house.deliver(crash("sunrise-local", log), crash("sunrise-local", log))
    await house.work()
    assert len(house.issues("sunrise-local")) == 2
    for issue in house.issues("sunrise-local"):
        assert len(issue["attachments"]) == 1
    assert {(await house.row(s)).state for s in ids} == {JobState.FILED}


async def test_a_log_of_twenty_megabytes_is_filed(house: House) -> None:
    log = crash_text() + "x" * 99 + ("\n" + "y" * 99) * 200_000
    [submission] = await house.deliver(crash("sunrise-local", log))
    await house.work()
    issue = await house.only_issue("sunrise-local", submission)
    assert "CartView.total" in issue["title"]
    assert issue["attachments"][0]["size"] == len(log)


async def test_addresses_and_home_folders_leave_the_log_before_it_is_attached(
    house: House,
) -> None:
    log = crash_text().replace(
        "Role: ", "Note:                /Users/somebody/x tester@example.com\nRole: "
    )
    [submission] = await house.deliver(crash("sunrise-local", log))
    await house.work()
    issue = await house.only_issue("sunrise-local", submission)
    [attachment] = issue["attachments"]
    attached = (house.folder / "issues" / issue["key"] / attachment["name"]).read_text()
    assert "somebody" not in attached
    assert "tester@example.com" not in attached
    assert "CartView.total" in attached
    kept = await house.bridge.store.ledger.feedback("sunrise-local", submission)
    assert kept is not None
    assert kept.log is not None
    assert (await house.bridge.store.blobs.read(kept.log.sha256)).decode() == log
