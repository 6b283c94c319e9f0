"""`status`, `dead-letters` and `retry`: was it filed, where, and if not, why?"""

from pathlib import Path

import pytest

from bridge.model import JobState
from tests.cli.conftest import Run
from tests.pipeline.conftest import House
from tests.pipeline.samples import crash, crash_text, screenshot

APP = "sunrise-local"
SHOTS = "GET /appstore/v1/betaFeedbackScreenshotSubmissions/*"
FIELDS = ["delivery", "submission", "app", "kind", "state", "issue", "attempts", "error"]


async def dead(house: House, app: str = APP) -> str:
    """Return a submission that became a dead letter, whose cause has been mended."""
    house.simulator.faults.replace([{"match": SHOTS, "status": 403}])
    [submission] = await house.deliver(screenshot(app))
    await house.work()
    house.simulator.faults.replace([])
    assert (await house.row(submission)).state is JobState.DEAD
    return submission


async def states(house: House, *submissions: str) -> list[JobState]:
    return [(await house.row(each)).state for each in submissions]


async def test_an_empty_store_has_no_status(run: Run, config: Path) -> None:
    told = await run("status", config=config)
    assert (told.code, told.out, told.err) == (0, "none\n", "")
    assert (await run("status", "--format", "json", config=config)).out == ""


async def test_status_is_one_object_a_feedback_newest_first(
    run: Run, house: House, config: Path
) -> None:
    shot, dump, again = await house.deliver(
        screenshot(APP), crash(APP, crash_text()), crash(APP, crash_text())
    )
    await house.work()
    [waiting] = await house.deliver(screenshot(APP))
    done = await run("status", "--format", "json", config=config)
    assert (done.code, done.err) == (0, "")
    assert [list(line) for line in done.lines] == [FIELDS] * 4
    assert [line["submission"] for line in done.lines] == [waiting, again, dump, shot]
    assert [line["state"] for line in done.lines] == ["waiting", "added", "filed", "filed"]
    assert [line["kind"] for line in done.lines] == ["screenshot", "crash", "crash", "screenshot"]
    assert [line["attempts"] for line in done.lines] == [0, 1, 1, 1]
    new, joined, first, _ = done.lines
    assert (new["issue"], new["error"], new["app"]) == (None, None, APP)
    assert joined["issue"] == first["issue"]
    assert set(first["issue"]) == {"tracker", "key", "url"}
    assert first["issue"]["tracker"] == "local"
    event = house.simulator.appstore.event(shot)
    assert done.lines[3]["delivery"] == event["data"]["id"]


async def test_status_takes_no_more_lines_than_asked_for(
    run: Run, house: House, config: Path
) -> None:
    ids = await house.deliver(screenshot(APP), screenshot(APP))
    done = await run("status", "--limit", "1", "--format", "json", config=config)
    assert [line["submission"] for line in done.lines] == [ids[1]]


async def test_status_of_a_submission_is_that_one(run: Run, house: House, config: Path) -> None:
    ids = await house.deliver(screenshot(APP), screenshot(APP))
    await house.work()
    told = await run("status", ids[0], config=config)
    assert (told.code, told.err) == (0, "")
    [line] = told.out.splitlines()
    row = await house.row(ids[0])
    assert row.issue is not None
    for word in ("filed", "screenshot", APP, ids[0], row.issue.key, row.issue.url):
        assert word in line


@pytest.mark.parametrize("app", ["sunrise-github", "sunrise-jira", APP])
async def test_status_of_an_issue_is_all_that_is_in_it(
    run: Run, house: House, config: Path, app: str
) -> None:
    ids = await house.deliver(crash(app, crash_text()), crash(app, crash_text()))
    await house.deliver(screenshot(app))
    await house.work()
    row = await house.row(ids[0])
    assert row.issue is not None
    names = {row.issue.key, row.issue.url, row.issue.key.removeprefix("#"), row.issue.key.lower()}
    for name in names:
        done = await run("status", name, "--format", "json", config=config)
        assert [line["submission"] for line in done.lines] == [ids[1], ids[0]], name


async def test_status_of_what_nobody_knows_fails(run: Run, config: Path) -> None:
    done = await run("status", "nothing", config=config)
    assert (done.code, done.out) == (1, "")
    assert "nothing is known of nothing" in done.err


async def test_status_says_why_something_waits(run: Run, house: House, config: Path) -> None:
    house.simulator.faults.replace([{"match": SHOTS, "status": 503}])
    [submission] = await house.deliver(screenshot(APP))
    await house.bridge.worker.run_due()
    told = await run("status", submission, config=config)
    assert "waiting" in told.out
    assert "503" in told.out


async def test_status_says_which_issues_are_no_longer_edited(
    run: Run, house: House, config: Path
) -> None:
    ids = await house.deliver(crash(APP, crash_text()), screenshot(APP))
    await house.work()
    row = await house.row(ids[0])
    assert row.issue is not None
    (house.folder / "issues" / row.issue.key / "issue.md").write_text("Mine.\n")
    await house.deliver(crash(APP, crash_text(base=0x104200000)))
    await house.work()
    told = await run("status", config=config)
    assert told.out.count("no longer edited: our block was taken out of the issue") == 2
    done = await run("status", "--format", "json", config=config)
    assert [line.get("frozen") for line in done.lines] == [
        "our block was taken out of the issue",
        None,
        "our block was taken out of the issue",
    ]


async def test_status_of_an_issue_tells_why_it_is_one(run: Run, house: House, config: Path) -> None:
    ids = await house.deliver(crash(APP, crash_text()), crash(APP, crash_text(base=0x104200000)))
    await house.work()
    row = await house.row(ids[0])
    assert row.issue is not None
    told = await run("status", row.issue.key, config=config)
    assert (told.code, told.err) == (0, "")
    for words in (
        f"Why {row.issue.key} is one group",
        "cause: swift",
        "frames used:\n        Sunrise",
        "passed over:\n        _assertionFailure",
        "1 × the same fingerprint, 1 × opened it",
        f"{ids[1]}  build 143  the same fingerprint",
    ):
        assert words in told.out
    assert "one group" not in (await run("status", ids[0], config=config)).out
    assert "one group" in (await run("status", ids[0], "--explain", config=config)).out


async def test_status_of_an_issue_tells_what_the_tracker_refused(
    run: Run, house: House, config: Path
) -> None:
    ids = await house.deliver(*(crash("sunrise-github", crash_text()) for _ in range(2)))
    await house.work()
    row = await house.row(ids[0])
    assert row.issue is not None
    await house.bridge.store.ledger.add_notes(
        str(row.group_id), ["a comment could not be posted: the token may not do this"]
    )
    told = await run("status", row.issue.key, config=config)
    refused = "a comment could not be posted: the token may not do this"
    assert f"Not as it was wanted: {refused}" in " ".join(told.out.split())
    done = await run("status", row.issue.key, "--explain", "--format", "json", config=config)
    assert done.lines[-1]["explanation"]["notes"] == [refused]


async def test_scripts_get_the_explanation_as_an_object_of_its_own(
    run: Run, house: House, config: Path
) -> None:
    ids = await house.deliver(crash(APP, crash_text()), crash(APP, crash_text(base=0x104200000)))
    await house.work()
    row = await house.row(ids[0])
    assert row.issue is not None
    *rows, last = (
        await run("status", row.issue.key, "--explain", "--format", "json", config=config)
    ).lines
    assert [list(line) for line in rows] == [FIELDS] * 2
    assert list(last) == ["explanation"]
    why = last["explanation"]
    assert why["issue"] == rows[0]["issue"]
    assert why["cause"]["id"].startswith("swift")
    assert why["fingerprint"]["key"].startswith(why["fingerprint"]["version"])
    assert [m["how"] for m in why["members"]] == ["exact", "new"]
    assert (why["muted"], why["frozen"], why["possibly"]) == (False, None, [])


async def test_status_explains_only_what_is_named(run: Run, config: Path) -> None:
    done = await run("status", "--explain", config=config)
    assert (done.code, done.out) == (2, "")
    assert "--explain needs" in done.err


async def test_dead_letters_come_with_every_reason(run: Run, house: House, config: Path) -> None:
    await house.deliver(screenshot(APP))
    await house.work()
    submission = await dead(house)
    done = await run("dead-letters", "--format", "json", config=config)
    assert (done.code, done.err) == (0, "")
    [line] = done.lines
    assert list(line) == [*FIELDS, "errors"]
    assert (line["submission"], line["state"]) == (submission, "dead")
    assert "FORBIDDEN_ERROR" in line["error"]
    assert [text for _, text in line["errors"]][-1] == line["error"]
    told = await run("dead-letters", config=config)
    assert submission in told.out
    assert told.out.count("FORBIDDEN_ERROR") == 2  # the last one, and each with its time


async def test_our_own_work_that_failed_for_good_is_a_dead_letter_and_can_be_retried(
    run: Run, house: House, config: Path
) -> None:
    app = "sunrise-jira"
    [first] = await house.deliver(crash(app, crash_text()))
    await house.work()
    group = (await house.row(first)).group_id
    assert group is not None
    house.simulator.faults.replace([{"match": "PUT /jira/rest/api/2/issue/*", "status": 403}])
    await house.deliver(crash(app, crash_text(base=0x104200000)))
    await house.work()
    [line] = (await run("dead-letters", "--format", "json", config=config)).lines
    assert set(line) == {*FIELDS, "instance"}
    assert (line["kind"], line["instance"], line["state"]) == ("group", group, "dead")
    assert line["error"]
    told = await run("dead-letters", config=config)
    assert f"rewriting the issue of group {group}" in told.out
    house.simulator.faults.replace([])
    assert (await run("retry", group, config=config)).out.startswith("1 put back")
    await house.work()
    assert (await run("dead-letters", config=config)).out == "none\n"
    assert "2 crashes" in (await house.only_issue(app, first))["body"]


async def test_where_nothing_failed_there_are_no_dead_letters(run: Run, config: Path) -> None:
    told = await run("dead-letters", config=config)
    assert (told.code, told.out) == (0, "none\n")
    assert (await run("dead-letters", "--format", "json", config=config)).out == ""


async def test_retry_tells_scripts_how_many_were_put_back(
    run: Run, house: House, config: Path
) -> None:
    await dead(house)
    for count in (1, 0):
        done = await run("retry", "--all", "--format", "json", config=config)
        assert (done.code, done.err, done.lines) == (0, "", [{"put_back": count}])


async def test_a_dead_letter_that_is_retried_is_filed(run: Run, house: House, config: Path) -> None:
    submission = await dead(house)
    told = await run("retry", submission, config=config)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("1 put back")
    assert await states(house, submission) == [JobState.WAITING]
    await house.work()
    await house.only_issue(APP, submission)


async def test_retry_takes_all_of_an_app_or_of_an_error_or_all(
    run: Run, house: House, config: Path
) -> None:
    ours, other = await dead(house), await dead(house, "sunrise-jira")
    for which, put_back in (
        (("--app", "sunrise-github"), 0),
        (("--error", "no such words"), 0),
        (("--app", APP, "--error", "FORBIDDEN"), 1),
    ):
        done = await run("retry", *which, config=config)
        assert (done.code, done.out.split()[0]) == (0, str(put_back)), which
    assert await states(house, ours, other) == [JobState.WAITING, JobState.DEAD]
    assert (await run("retry", "--all", config=config)).out.startswith("1 put back")
    assert await states(house, ours, other) == [JobState.WAITING, JobState.WAITING]


async def test_retry_of_nothing_says_what_can_be_named(run: Run, config: Path) -> None:
    for which in ((), ("--held",)):
        done = await run("retry", *which, config=config)
        assert (done.code, done.out) == (2, "")
        assert "--app, --error or --all" in done.err


async def test_retry_names_what_is_not_there_to_be_retried(
    run: Run, house: House, config: Path
) -> None:
    submission = await dead(house)
    done = await run("retry", submission, "nothing", config=config)
    assert done.code == 1
    assert done.out.startswith("1 put back")
    assert "nothing" in done.err
    assert submission not in done.err
    assert (await run("retry", submission, config=config)).code == 1  # it waits already


async def test_what_was_filed_is_not_retried(run: Run, house: House, config: Path) -> None:
    [submission] = await house.deliver(screenshot(APP))
    await house.work()
    done = await run("retry", submission, config=config)
    assert (done.code, done.out) == (1, "0 put back\n")
    assert submission in done.err
    assert await states(house, submission) == [JobState.FILED]


async def test_held_feedback_is_filed_when_it_is_named_and_with_held(
    run: Run, house: House, config: Path
) -> None:
    one, two = await held(house), await held(house)
    assert (await run("retry", "--app", APP, config=config)).out.startswith("0 put back")
    assert (await run("retry", one, config=config)).out.startswith("1 put back")
    assert (await run("retry", "--app", APP, "--held", config=config)).out.startswith("1 put")
    assert await states(house, one, two) == [JobState.WAITING, JobState.WAITING]


async def held(house: House) -> str:
    """Return a submission that a route held."""
    [submission] = await house.deliver(screenshot(APP))
    job = await house.bridge.store.jobs.take(owner="a test", lease=60)
    assert job is not None
    assert job.key.instance_id == submission
    await house.bridge.store.jobs.finish(job, JobState.HELD)
    return submission
