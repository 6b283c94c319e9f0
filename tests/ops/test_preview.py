"""The issue that a feedback would become, and that nothing is filed by looking."""

import pytest

from bridge.app import app_facts, sources
from bridge.errors import BadCredentials, Gone, Misconfigured, Transient, Unreadable
from bridge.fetch import Source
from bridge.markup import Markup
from bridge.ops.preview import Preview, Rules, preview_log, preview_submission
from bridge.routes import Action, Route
from tests.pipeline.conftest import APPS, House
from tests.pipeline.samples import crash, crash_text, screenshot

APP = "sunrise-local"
SHOT = "GET /appstore/v1/betaFeedbackScreenshotSubmissions/*"


def source(house: House, app: str) -> Source:
    return sources(house.bridge.config, house.bridge.accounts)[app]


async def preview(
    house: House, submission: str, *, app: str = APP, routes: tuple[Route, ...] | None = None
) -> Preview:
    return await preview_submission(rules(house, routes), source(house, app), submission, app=app)


def rules(house: House, routes: tuple[Route, ...] | None = None) -> Rules:
    config = house.bridge.config
    return Rules(
        routes=config.settings.routes if routes is None else routes,
        types={name: table.type for name, table in config.trackers.items()},
        folders=config.template_folders(),
        apps=app_facts(config),
    )


@pytest.mark.parametrize(
    ("markup", "frames"), [(Markup.GITHUB, "```"), (Markup.JIRA, "{noformat}")]
)
def test_a_crash_log_in_a_file_is_shown_as_its_issue(markup: Markup, frames: str) -> None:
    made = preview_log(crash_text().encode(), name="a.crash", markup=markup)
    assert "CartView.total" in made.title
    assert frames in made.body
    assert "iPhone 16 Pro" in made.body
    assert made.tracker is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("iPhone OS 26.1 (23B85)", "iPhone 16 Pro · iOS 26.1 · 24 Nov 2016"),
        ("Watch OS 26.1 (23S36)", "Watch OS 26.1"),
    ],
)
def test_a_file_says_system_and_date_as_a_submission_does(written: str, shown: str) -> None:
    text = crash_text().replace("iPhone OS 26.1 (23B85)", written).replace("2026-11", "2016-11")
    made = preview_log(text.encode(), name="a.crash", markup=Markup.GITHUB)
    assert shown in made.body


def test_a_file_is_not_shown_as_a_submission_that_app_store_connect_has() -> None:
    made = preview_log(crash_text().encode(), name="a.crash", markup=Markup.GITHUB)
    assert "submission" not in made.body
    assert "a.crash" not in made.body
    assert "App Store Connect" not in made.body


def test_a_file_that_is_no_report_is_named() -> None:
    with pytest.raises(Unreadable, match=r"notes\.txt: this is no Apple crash report"):
        preview_log(b"buy milk", name="notes.txt", markup=Markup.GITHUB)


def test_a_file_is_redacted_as_a_filed_log_is() -> None:
    said = "Application Specific Information:\ncan't open /Users/jdoe/x for tester@example.com\n\n"
    log = crash_text().replace("Triggered by", f"{said}Triggered by")
    made = preview_log(log.encode(), name="a.crash", markup=Markup.GITHUB)
    assert "open /Users/user/x for" in made.body
    assert "tester@example.com" not in made.body


@pytest.mark.parametrize(
    ("app", "frames"), [(APPS[0], "```"), (APPS[1], "{noformat}"), (APPS[2], "```")]
)
def test_a_file_is_shown_as_its_apps_route_has_it(house: House, app: str, frames: str) -> None:
    made = preview_log(crash_text().encode(), name="a.crash", rules=rules(house), app=app)
    assert made.tracker == app.removeprefix("sunrise-")
    assert frames in made.body
    held = rules(house, (Route(action=Action.HOLD),))
    assert preview_log(crash_text().encode(), name="a.crash", rules=held, app=app).tracker is None


def test_a_files_app_is_told_by_its_bundle_identifier(house: House) -> None:
    log = crash_text()
    assert preview_log(log.encode(), name="a", rules=rules(house)).tracker == "local"
    other = log.replace("com.example.sunrise.local", "com.example.moonrise").encode()
    for name in (None, "moonrise"):
        with pytest.raises(Misconfigured, match=f"--app with one of: {', '.join(APPS)}"):
            preview_log(other, name="a", rules=rules(house), app=name)


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("kind", ["screenshot", "crash"])
async def test_a_submission_is_shown_as_the_issue_that_it_then_becomes(
    house: House, app: str, kind: str
) -> None:
    sample = screenshot(app) if kind == "screenshot" else crash(app, crash_text())
    submission = house.simulator.appstore.add_feedback(sample)
    made = await preview(house, submission, app=app)
    assert not house.issues(app)
    assert not [name for name in house.simulator.requests if not name.startswith("GET /appstore")]
    assert not (await house.bridge.store.jobs.status())
    assert made.tracker == app.removeprefix("sunrise-")
    await house.take(app, house.simulator.appstore.event(submission))
    await house.work()
    issue = await house.only_issue(app, submission)
    assert made.title == issue["title"]
    assert str(sample.comment) in made.body
    assert submission in made.body.replace("\\", "")
    app_id = house.bridge.config.apps[app].app_id
    assert f"https://appstoreconnect.apple.com/apps/{app_id}/testflight/{kind}" in made.body


async def test_a_crash_whose_log_is_missing_is_shown_without_it(house: House) -> None:
    submission = house.simulator.appstore.add_feedback(crash(APP, None))
    made = await preview(house, submission)
    assert made.tracker == "local"
    assert "crash log" in made.body.lower()


async def test_what_would_be_held_or_ignored_says_so(house: House) -> None:
    submission = house.simulator.appstore.add_feedback(screenshot(APP))
    for routes, why in (
        ((), "no route matches"),
        ((Route(action=Action.HOLD),), "the route says hold"),
        ((Route(action=Action.IGNORE),), "the route says ignore"),
    ):
        made = await preview(house, submission, routes=routes)
        assert made.tracker is None
        assert why in " ".join(made.notes)
        assert made.title


async def test_a_submission_that_is_not_there_is_told(house: House) -> None:
    with pytest.raises(Gone, match="has no feedback nothing, or the API key has no access"):
        await preview(house, "nothing")


async def test_a_service_that_fails_is_not_taken_for_a_submission_that_is_not_there(
    house: House,
) -> None:
    submission = house.simulator.appstore.add_feedback(screenshot(APP))
    house.simulator.faults.replace([{"match": SHOT, "status": 503}])
    with pytest.raises(Transient):
        await preview(house, submission)


async def test_a_key_that_is_not_accepted_is_told(house: House) -> None:
    house.simulator.appstore.revoke(house.simulator.appstore.keys.key_id)
    with pytest.raises(BadCredentials):
        await preview(house, "anything")
