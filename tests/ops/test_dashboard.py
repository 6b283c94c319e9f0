"""The operators' pages: what came, what became of it, and nothing that bites."""

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bridge.model import CloseReason, History, IssueStatus, JobState
from bridge.ops.access import ServerSettings
from bridge.ops.dashboard import TYPES, Dashboard
from bridge.pictures import _MEDIA
from bridge.settings import Secret
from tests.ops.conftest import Pages
from tests.pipeline.conftest import House
from tests.pipeline.samples import crash, crash_text, png, screenshot

APP = "sunrise-local"
HOSTILE = (
    'Total <script>alert(1)</script><img src=x onerror="alert(2)"> is 0 "\' '
    "[l](javascript:alert(3)) write to tester@example.com \u202e"
)


async def text_of(pages: Pages, path: str, status: int = 200) -> str:
    answer = await pages.get(path)
    assert answer.status == status, path
    return await answer.text()


async def group_of(house: House, submission: str) -> str:
    group = (await house.row(submission)).group_id
    assert group is not None
    return group


async def test_an_empty_house_says_where_deliveries_go(pages: Pages) -> None:
    assert "/webhooks/APP" in await text_of(pages, "/")


async def test_each_feedback_is_on_the_first_page_with_its_words_state_and_issue(
    pages: Pages, house: House
) -> None:
    [shot, dump] = await house.deliver(
        screenshot(APP, comment="The total is wrong"), crash(APP, crash_text())
    )
    await house.work()
    text = await text_of(pages, "/")
    for submission in (shot, dump):
        assert f'href="/feedback/{APP}/{submission}"' in text
        assert f'href="/issues/{await group_of(house, submission)}/"' in text
    assert "The total is wrong" in text
    assert "iPhone 16 Pro" in text
    assert text.count('class="state filed"') == 2
    assert "CartView.total" in text  # a crash is told by its title


async def test_one_state_can_be_looked_at(pages: Pages, house: House) -> None:
    [gone, kept] = await house.deliver(screenshot(APP), screenshot(APP))
    house.simulator.appstore.remove_feedback(gone)
    await house.work()
    dead = await text_of(pages, "/?state=dead")
    assert gone in dead
    assert kept not in dead
    assert "has no screenshot feedback" in dead
    assert "Nothing here that is held" in await text_of(pages, "/?state=held")
    assert kept in await text_of(pages, "/?state=nonsense")


async def test_a_submission_shows_its_words_pictures_and_device(pages: Pages, house: House) -> None:
    [submission] = await house.deliver(screenshot(APP, png("blue"), comment="Blue"))
    await house.work()
    text = await text_of(pages, f"/feedback/{APP}/{submission}")
    assert "Blue" in text
    assert "2.4.1 (143)" in text
    [source] = re.findall(r'<img src="(/attachments/[^"]+)"', text)
    answer = await pages.get(source)
    assert answer.content_type == "image/png"
    assert await answer.read() == png("blue")


async def test_a_crash_shows_what_it_is(pages: Pages, house: House) -> None:
    [submission] = await house.deliver(crash(APP, crash_text()))
    await house.work()
    assert "CartView.total" in await text_of(pages, f"/feedback/{APP}/{submission}")


async def test_a_dead_letter_shows_every_try_and_its_reason(pages: Pages, house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    house.simulator.faults.replace(
        [{"match": "GET /appstore/v1/betaFeedbackScreenshotSubmissions/*", "status": 403}]
    )
    await house.work()
    text = await text_of(pages, f"/feedback/{APP}/{submission}")
    assert "What went wrong on the way" in text
    assert "FORBIDDEN_ERROR" in text


async def test_an_issue_reads_as_in_the_tracker_and_lists_what_came(
    pages: Pages, house: House
) -> None:
    ids = await house.deliver(
        crash(APP, crash_text(), comment="first"), crash(APP, crash_text(), comment="second")
    )
    await house.work()
    group = await group_of(house, ids[0])
    text = await text_of(pages, f"/issues/{group}/")
    assert "<h1>" in text
    assert "CartView.total" in text
    for submission in ids:
        assert f'href="/feedback/{APP}/{submission}"' in text


async def test_an_issue_tells_why_it_is_one_group(pages: Pages, house: House) -> None:
    ids = await house.deliver(crash(APP, crash_text()), crash(APP, crash_text(base=0x104200000)))
    await house.work()
    group = await group_of(house, ids[0])
    await house.bridge.store.ledger.set_history(
        group, History(muted=True, seen=IssueStatus.CLOSED, seen_reason=CloseReason.NOT_PLANNED)
    )
    text = await text_of(pages, f"/issues/{group}/")
    why = text.partition("Why this is one group")[2]
    assert "1 × the same fingerprint, 1 × opened it" in why
    assert "<code>swift" in why
    assert "CartView.total" in why
    assert "It was closed as not planned." in text
    assert "It is muted" in text


async def test_an_issue_names_the_issues_it_is_like(pages: Pages, house: House) -> None:
    first, second = await house.deliver(screenshot(APP), screenshot(APP, comment=HOSTILE))
    await house.work()
    ledger = house.bridge.store.ledger
    one, other = await group_of(house, first), await group_of(house, second)
    await ledger.set_history(one, History(back_from=other, apart_from="nobody"))
    text = await text_of(pages, f"/issues/{one}/")
    there = await ledger.group(other)
    assert there.issue is not None
    assert f"Came back from {there.issue.key} “" in text
    assert "<script" not in text
    assert "Taken out" not in text


async def test_an_issues_files_are_those_that_went_to_the_tracker(
    pages: Pages, house: House
) -> None:
    [submission] = await house.deliver(screenshot(APP, png("green")))
    await house.work()
    group = await group_of(house, submission)
    [source] = re.findall(r'<img src="([^"/]+)"', await text_of(pages, f"/issues/{group}/"))
    answer = await pages.get(f"/issues/{group}/{source}")
    assert (answer.content_type, await answer.read()) == ("image/png", png("green"))
    await text_of(pages, f"/issues/{group}/other.png", status=404)
    await text_of(pages, f"/issues/nobody/{source}", status=404)


async def test_a_log_is_shown_as_plain_text_in_a_sandbox(pages: Pages, house: House) -> None:
    [submission] = await house.deliver(crash(APP, "<script>alert(1)</script>\n" + crash_text()))
    await house.work()
    text = await text_of(pages, f"/feedback/{APP}/{submission}")
    [source] = re.findall(r'href="(/attachments/[^"]+)"', text)
    for path in (source, source.rpartition("/")[0] + "/page.html"):
        answer = await pages.get(path)
        assert answer.content_type == "text/plain"
        assert answer.headers["Content-Security-Policy"] == "sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("app", ["sunrise-github", APP])
async def test_what_testers_write_does_nothing_on_any_page(
    pages: Pages, house: House, app: str
) -> None:
    [shot, dump] = await house.deliver(
        screenshot(app, comment=HOSTILE), crash(app, crash_text(), comment=HOSTILE)
    )
    await house.work()
    for path in (
        "/",
        f"/feedback/{app}/{shot}",
        f"/issues/{await group_of(house, shot)}/",
        f"/issues/{await group_of(house, dump)}/",
    ):
        text = await text_of(pages, path)
        assert "Total" in text
        assert "<script" not in text
        assert not re.search(r"<img[^>]*onerror", text)
        assert not re.search(r"""href=["']?javascript""", text)
        assert "tester@example.com" not in text
        assert "\u202e" not in text


async def test_no_text_on_a_page_turns_or_hides_what_is_around_it(
    pages: Pages, house: House
) -> None:
    tricks = "26.1\u202e\u2066\x1b[31m\x9b\u200b"
    named = dict.fromkeys(("os_version", "device_model", "locale", "version", "build"), tricks)
    [shot] = await house.deliver(screenshot(APP, **named))
    await house.work()
    group = await group_of(house, shot)
    for path in ("/", f"/feedback/{APP}/{shot}", f"/issues/{group}/"):
        text = await text_of(pages, path)
        assert "26.1" in text
        assert not set("\u202e\u2066\x1b\x9b\u200b") & set(text)


async def test_what_is_not_there_is_not_found(pages: Pages) -> None:
    for path in (
        "/feedback/sunrise-local/nothing",
        "/feedback/nothing/nothing",
        "/issues/nothing/",
        "/issues/nothing/file.png",
        f"/attachments/{'0' * 64}/file.png",
        f"/attachments/{'0' * 63}/file.png",
        "/attachments/..%2f..%2fbridge.yaml/file.png",
        "/attachments/%2e%2e/%2e%2e/bridge.yaml",
    ):
        await text_of(pages, path, status=404)


async def test_another_apps_name_does_not_show_a_submission(pages: Pages, house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    await house.work()
    await text_of(pages, f"/feedback/sunrise-jira/{submission}", status=404)


async def test_feedback_that_waits_has_a_page_already(pages: Pages, house: House) -> None:
    [submission] = await house.deliver(screenshot(APP))
    assert JobState.WAITING in await text_of(pages, f"/feedback/{APP}/{submission}")


async def test_every_page_but_the_style_sheet_needs_the_token(house: House) -> None:
    store = house.bridge.store
    dashboard = Dashboard(
        ledger=store.ledger,
        jobs=store.jobs,
        blobs=store.blobs,
        server=ServerSettings(admin_token=Secret("token", source="env ADMIN_TOKEN")),
        issue_text=house.bridge.pipeline.issue_text,
        understand=house.bridge.pipeline.understanding.of,
    )
    app = web.Application()
    dashboard.add_routes(app)
    async with TestClient(TestServer(app)) as client:
        open_ones: set[str] = set()
        for resource in app.router.resources():
            path = resource.canonical.replace("{sha256}", "0" * 64)
            path = re.sub(r"\{\w+\}", "x", path)
            if (await client.get(path)).status != 401:
                open_ones.add(path)
        assert open_ones == {"/style.css"}
        answer = await client.get("/", headers={"Authorization": "Bearer token"})
        assert (answer.status, answer.content_type) == (200, "text/html")


def test_every_kind_of_picture_that_is_kept_is_shown_as_one() -> None:
    assert {suffix: TYPES[suffix] for _, suffix in _MEDIA.values()} == {
        suffix: media_type for media_type, suffix in _MEDIA.values()
    }


async def test_pages_load_only_what_is_here(pages: Pages, house: House) -> None:
    ids = await house.deliver(screenshot("sunrise-github"), screenshot(APP))
    await house.work()
    for submission in ids:
        group = await group_of(house, submission)
        for path in ("/", f"/feedback/{APP}/{ids[1]}", f"/issues/{group}/"):
            text = await text_of(pages, path)
            loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', text)
            assert loaded
            assert not [url for url in loaded if url.startswith(("http", "//", "data:"))]
            assert "style=" not in text
    assert (await pages.get("/style.css")).content_type == "text/css"
