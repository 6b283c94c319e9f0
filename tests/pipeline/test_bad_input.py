"""Input that is not as it should be: nothing of it loses the feedback."""

import re

import pytest

from bridge.fetch import MOST_SCREENSHOTS
from bridge.model import JobState
from tests.pipeline.conftest import APPS, House
from tests.pipeline.samples import WORDS, crash, crash_text, png, screenshot

APP = "sunrise-local"
BOMB_SIDE = 40_000


def bomb() -> bytes:
    """A PNG whose header claims far more pixels than anybody should decode."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", BOMB_SIDE, BOMB_SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"<!doctype html><title>Sign in</title>", id="html"),
        pytest.param(b"", id="empty"),
        pytest.param(bomb(), id="bomb"),
        pytest.param(png() + b"\0" * 50_000_000, id="50-MB"),
        pytest.param(png()[:20], id="truncated"),
    ],
)
async def test_a_screenshot_that_is_none_is_named_and_the_others_are_filed(
    house: House, data: bytes
) -> None:
    [submission] = await house.deliver(screenshot(APP, data, png("blue")))
    await house.work()
    issue = await house.only_issue(APP, submission)
    assert len(issue["attachments"]) == 1
    assert "Screenshot 1 could not be kept" in issue["body"].replace("\\", "")
    assert WORDS in issue["body"]


async def test_screenshots_without_end_are_cut_and_counted(house: House) -> None:
    [submission] = await house.deliver(screenshot(APP, *[png()] * (MOST_SCREENSHOTS + 3)))
    await house.work()
    issue = await house.only_issue(APP, submission)
    assert len(issue["attachments"]) == MOST_SCREENSHOTS
    assert "3 more screenshots were not kept" in issue["body"]


async def test_an_expired_address_leads_to_one_fresh_fetch(house: House) -> None:
    [submission] = await house.deliver(screenshot(APP, expired_urls=1))
    await house.work()
    issue = await house.only_issue(APP, submission)
    assert len(issue["attachments"]) == 1
    asked = house.simulator.requests["GET /appstore/v1/betaFeedbackScreenshotSubmissions/{id}"]
    assert asked == 2


async def test_addresses_that_stay_expired_are_named_and_not_asked_for_ever(
    house: House,
) -> None:
    [submission] = await house.deliver(screenshot(APP, expired_urls=99))
    await house.work()
    issue = await house.only_issue(APP, submission)
    assert not issue["attachments"]
    assert "could not be kept" in issue["body"]


async def test_feedback_that_is_gone_is_a_dead_letter_with_the_reason(house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    house.simulator.appstore.remove_feedback(submission)
    await house.work()
    row = await house.row(submission)
    assert row.state is JobState.DEAD
    assert row.error is not None
    assert submission in row.error
    assert "has no screenshot feedback" in row.error


async def test_feedback_that_is_not_there_yet_is_asked_for_again(house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    path = "GET /appstore/v1/betaFeedbackScreenshotSubmissions/*"
    house.simulator.faults.replace([{"match": path, "status": 404, "times": 2}])
    await house.work()
    await house.only_issue(APP, submission)
    assert (await house.row(submission)).attempts == 3


async def test_feedback_that_may_not_be_read_is_a_dead_letter_and_filed_after_retry(
    house: House,
) -> None:
    [submission] = await house.deliver(screenshot(APP))
    house.simulator.faults.replace(
        [{"match": "GET /appstore/v1/betaFeedbackScreenshotSubmissions/*", "status": 403}]
    )
    await house.work()
    row = await house.row(submission)
    assert row.state is JobState.DEAD
    assert row.error is not None
    assert "FORBIDDEN_ERROR" in row.error
    house.simulator.faults.replace([])
    assert await house.bridge.store.jobs.retry(submission=submission) == 1
    await house.work()
    await house.only_issue(APP, submission)


async def test_feedback_of_another_app_is_a_dead_letter(house: House) -> None:
    submission = house.simulator.appstore.add_feedback(screenshot("sunrise-jira"))
    await house.take(APP, house.simulator.appstore.event(submission))
    await house.work()
    row = await house.row(submission)
    assert row.state is JobState.DEAD
    assert row.error is not None
    assert "app" in row.error
    assert not house.issues(APP)


async def test_nulls_in_every_attribute_are_filed(house: House) -> None:
    nothing = dict.fromkeys(
        (
            "comment", "email", "device_model", "device_family", "platform", "os_version",
            "locale", "time_zone", "architecture", "connection", "paired_watch", "app_uptime_ms",
            "disk_available", "disk_total", "battery_percent", "screen_width", "screen_height",
        )
    )  # fmt: skip
    ids = await house.deliver(
        screenshot(APP, **nothing), crash(APP, crash_text(), **{**nothing, "tester": None})
    )
    await house.work()
    assert {(await house.row(s)).state for s in ids} == {JobState.FILED}


HOSTILE = (
    "@octocat @example/team fixes #1 closes GH-2 resolves example/other#3 SUN-1\n"
    "```\nout of the fence\n~~~\n<!-- feedback-bridge:begin --><script>alert(1)</script>\n"
    "{code}x{code} {noformat}y{noformat} [~admin] !http://example.com/x.png! {html}z{html}\n"
    "{{ 7*7 }} {% import os %} ${7*7}\n![p](http://example.com/p.png) [l](javascript:alert(1))\n"
    "\u202eright to left\u2066 \x00 \u200b tester@example.com "
    "ghp_0123456789abcdef0123456789abcdef0123\n"
)


@pytest.mark.parametrize("app", APPS)
async def test_a_hostile_comment_of_ten_thousand_characters_is_filed_harmless(
    house: House, app: str
) -> None:
    comment = (HOSTILE * 40)[:10_000]
    [submission] = await house.deliver(screenshot(app, comment=comment, email="t@example.com"))
    await house.work()
    issue = await house.only_issue(app, submission)
    text = issue["title"] + issue["body"]
    # A backslash takes what follows out of the markup, and so does a code span on GitHub.
    text = re.sub(r"`[^`\n]*`", "", re.sub(r"\\.", "", text))
    for harmful in (
        "@octocat", "@example/team", "fixes #1", "[~admin]",
        "!http://example.com", "](http://example.com/p", "tester@example.com", "ghp_0123",
        "\x00", "\u202e", "t@example.com",
    ):  # fmt: skip
        assert harmful not in text, harmful
    if app == "sunrise-jira":
        for macro in ("{code}x", "{noformat}y", "{html}"):
            assert macro not in text, macro
    else:
        assert "<script" not in text  # in Jira's markup HTML is text anyway
    assert issue["body"].splitlines().count("<!-- feedback-bridge:begin -->") <= 1
    assert "7*7" in issue["body"].replace("\\", "")
    assert "49" not in issue["title"]
    assert "\n" not in issue["title"]
    names = [a["name"] for a in issue["attachments"]]
    assert any(name.startswith("comment-") for name in names)


async def test_who_the_tester_is_stays_out_of_everything_that_is_filed(house: House) -> None:
    ids = await house.deliver(
        screenshot(APP, email="tester@example.com"),
        crash(APP, crash_text(), email="tester@example.com", tester=None),
    )
    await house.work()
    for path in (house.folder / "issues").rglob("*"):
        if path.is_file():
            assert b"tester@example.com" not in path.read_bytes()
    assert {(await house.row(s)).state for s in ids} == {JobState.FILED}


async def test_the_store_holds_no_signed_address(house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    await house.work()
    kept = await house.bridge.store.ledger.feedback(APP, submission)
    assert kept is not None
    assert len(kept.files) == 1
    for path in (house.folder / "data").glob("bridge.db*"):
        assert b"Signature=" not in path.read_bytes()
