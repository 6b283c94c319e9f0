"""Feedback arrives in the project's own words, whatever Apple leaves out."""

import copy
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.appstore import AppId, AppStore
from bridge.errors import Gone, Refused, Unreadable
from bridge.model import Device, ScreenshotFeedback
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from bridge.simulators.estate import APPS
from bridge.simulators.server import Simulator
from tests.appstore.scripted import Answer, document, serving
from tests.clock import FakeClock

MakeStore = Callable[..., AppStore]
SCREENSHOTS = "betaFeedbackScreenshotSubmissions"


async def test_a_screenshot_feedback_is_read_whole(
    store: AppStore, app: AppId, shot: Callable[..., str], clock: FakeClock
) -> None:
    uploaded = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    submission = shot(
        comment="Total wrong\nafter removing 😀",
        email="tester@example.com",
        device_model="iPad14,5",
        device_family="IPAD",
        connection="MOBILE_DATA",
        paired_watch="Watch7_5",
        uploaded_at=uploaded,
        images=[(b"x", 2048, 2732), (b"y", None, None)],
    )
    found = await store.screenshot(app, submission)
    assert (found.app, found.id, found.kind) == (app.name, submission, "screenshot")
    assert found.created_at == clock.now()
    assert found.created_at.tzinfo is UTC
    assert found.comment == "Total wrong\nafter removing 😀"
    assert found.bundle_id == app.bundle_id
    assert found.tester.email == "tester@example.com"
    assert found.tester.id
    assert found.build is not None
    assert (found.build.number, found.build.version) == ("143", "2.4.1")
    assert found.build.uploaded_at == uploaded
    assert found.device == Device(
        model="iPad14,5",
        family="IPAD",
        platform="IOS",
        os_version="26.1",
        locale="en-US",
        time_zone="America/Chicago",
        architecture="arm64e",
        connection="MOBILE_DATA",
        paired_watch="Watch7_5",
        app_uptime_ms=184_213,
        disk_available=73_388_951_552,
        disk_total=255_937_040_384,
        battery_percent=83,
        screen_width=402,
        screen_height=874,
    )
    first, second = found.screenshots
    assert (first.width, first.height, second.width) == (2048, 2732, None)
    assert first.expires_at == clock.now() + timedelta(days=6)


async def test_a_crash_feedback_is_read_without_its_log(
    store: AppStore, app: AppId, crash: Callable[..., str]
) -> None:
    found = await store.crash(app, crash(comment="", device_model=None, connection=None))
    assert found.kind == "crash"
    assert found.comment is None
    assert found.device.model is None


async def test_only_the_address_is_asked_of_a_tester(
    make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    async with serving(document({}, 404)) as script:
        with pytest.raises(Gone):
            await make_store(script.origin, key).crash(app, "A1")
        query = script.requests[0].query
    assert query == {"include": "build,tester", "fields[betaTesters]": "email"}


async def test_who_came_by_a_public_link_may_have_typed_an_address(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    typed = await store.screenshot(app, shot(public_link=True, email="typed@example.com"))
    silent = await store.screenshot(app, shot(public_link=True))
    assert typed.tester.email == "typed@example.com"
    assert silent.tester.email is None
    assert silent.tester.id != typed.tester.id


async def test_a_testers_address_shows_in_no_repr(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    found = await store.screenshot(app, shot(email="tester@example.com", images=[(b"x", 1, 1)]))
    assert "tester@example.com" not in repr(found)
    assert "Signature" not in repr(found)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("iPhone16_2", "iPhone16,2"),
        ("iPhone15,3", "iPhone15,3"),
        ("MacBookPro18_3", "MacBookPro18,3"),
        ("Mac", "Mac"),
        ("some_thing", "some_thing"),
    ],
)
async def test_device_models_get_their_comma(
    written: str, wanted: str, make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    async with serving(submission(deviceModel=written)) as script:
        found = await make_store(script.origin, key).screenshot(app, "A1")
    assert found.device.model == wanted


async def test_the_version_is_asked_for_once_a_build(
    simulator: Simulator, store: AppStore, app: AppId, crash: Callable[..., str]
) -> None:
    for build in ("142", "143", "143", "142"):
        found = await store.crash(app, crash(build=build))
        assert found.build is not None
        assert found.build.number == build
    assert simulator.requests["GET /appstore/v1/builds/{id}"] == 2


async def test_feedback_of_a_build_that_is_gone_has_no_version(
    service: AppStoreSimulator, store: AppStore, app: AppId, crash: Callable[..., str]
) -> None:
    submission = crash()
    service.remove_builds()
    found = await store.crash(app, submission)
    assert found.build is not None
    assert (found.build.number, found.build.version) == ("143", None)


async def test_feedback_of_another_app_is_refused(
    store: AppStore, app: AppId, crash: Callable[..., str]
) -> None:
    other = APPS[1]
    submission = crash(app=other.name)
    with pytest.raises(Refused) as caught:
        await store.crash(app, submission)
    assert str(caught.value) == (
        f"crash feedback {submission} is of another app: App Store Connect's {other.app_id}, not "
        f"{app.name} ({app.app_id}); check which app's webhook sends to /webhooks/{app.name}"
    )


async def test_a_deleted_feedback_is_gone(
    service: AppStoreSimulator, store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    submission = shot()
    service.remove_feedback(submission)
    with pytest.raises(Gone):
        await store.screenshot(app, submission)


async def test_the_other_kind_of_feedback_is_gone(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    with pytest.raises(Gone):
        await store.crash(app, shot())


@pytest.mark.parametrize("submission_id", ["", "../apps", "a/b", "A1?x", "A" * 200, "A\r\nX: y"])
async def test_an_id_that_is_none_is_asked_of_nobody(
    submission_id: str, make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    async with serving() as script:
        store = make_store(script.origin, key)
        for ask in (store.crash(app, submission_id), store.crash_log(submission_id)):
            with pytest.raises(Unreadable, match="is no id of"):
                await ask
        assert script.requests == []


async def test_another_submission_than_the_one_asked_for_is_not_taken(
    make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    async with serving(submission()) as script:
        with pytest.raises(Unreadable, match="another submission"):
            await make_store(script.origin, key).screenshot(app, "A2")


async def test_hostile_words_arrive_as_they_are_but_for_what_no_store_can_hold(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    comment = "fixes #1 @all {{ 7*7 }} ```{code}\u202eabc\x00\ud800 " * 200
    found = await store.screenshot(app, shot(comment=comment))
    assert found.comment == comment.replace("\0", "\ufffd").replace("\ud800", "\ufffd")


# --- nulls and nonsense


def full() -> dict[str, Any]:
    attributes = {
        "createdDate": "2026-08-17T20:53:20.102Z", "comment": "c", "email": "e@example.com",
        "deviceModel": "iPhone16_2", "osVersion": "18.6", "locale": "en-US",
        "timeZone": "America/Chicago", "architecture": "arm64e", "connectionType": "WIFI",
        "pairedAppleWatch": "Watch", "appUptimeInMilliseconds": 1, "diskBytesAvailable": 2,
        "diskBytesTotal": 3, "batteryPercentage": 4, "screenWidthInPoints": 5,
        "screenHeightInPoints": 6, "appPlatform": "IOS", "devicePlatform": "IOS",
        "deviceFamily": "IPHONE", "buildBundleId": "com.example.sunrise.github",
        "screenshots": [
            {"url": "https://tf-feedback.itunes.apple.com/a", "width": 1, "height": 2,
             "expirationDate": "2026-08-25T00:00:00+02:00"},
        ],
    }  # fmt: skip
    linked = {
        "build": {"data": {"type": "builds", "id": "B1"}},
        "tester": {"data": {"type": "betaTesters", "id": "T1"}},
    }
    build = {"version": "42", "uploadedDate": "2026-08-16T14:27:49-07:00"}
    return {
        "data": {
            "type": SCREENSHOTS, "id": "A1", "attributes": attributes, "relationships": linked
        },
        "included": [
            {"type": "builds", "id": "B1", "attributes": build},
            {"type": "betaTesters", "id": "T1", "attributes": {"email": "t@example.com"}},
        ],
        "links": {"self": "x"},
    }  # fmt: skip


def submission(**attributes: Any) -> Answer:
    whole = full()
    whole["data"]["attributes"].update(attributes)
    whole["data"]["relationships"] = {}
    return document(whole)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    below = [(key, each) for key, each in inner]
    found = [(*path, key) for key, _ in below]
    for key, each in below:
        if isinstance(each, dict | list):
            found += places(each, (*path, key))
    return found


def with_value(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(full())
    owner: Any = changed
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    return changed


NEEDED = {("data",), ("data", "type"), ("data", "id")}
PLACES = [path for path in places(full()) if path not in NEEDED]


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
async def test_anything_but_the_id_may_be_null(
    path: tuple[Any, ...], make_store: MakeStore, key: ApiKey, app: AppId, clock: FakeClock
) -> None:
    body = with_value(path, None)
    async with serving(document(body), document({}, 404)) as script:
        found = await make_store(script.origin, key).screenshot(app, "A1")
    assert isinstance(found, ScreenshotFeedback)
    if path[-1] == "createdDate":
        assert found.created_at == clock.now()


async def test_feedback_with_nothing_in_it_is_still_feedback(
    make_store: MakeStore, key: ApiKey, app: AppId, clock: FakeClock
) -> None:
    bare = {"data": {"type": SCREENSHOTS, "id": "A1"}}
    async with serving(document(bare)) as script:
        found = await make_store(script.origin, key).screenshot(app, "A1")
    assert found == ScreenshotFeedback(app=app.name, id="A1", created_at=clock.now())


NONSENSE = st.sampled_from([0, -1, 1.5, True, "", "x", "\ud800", [], [None], {}, {"a": 1}, None])


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(path=st.sampled_from(places(full())), value=NONSENSE)
async def test_nonsense_anywhere_is_feedback_or_unreadable(
    path: tuple[Any, ...], value: Any, make_store: MakeStore, key: ApiKey, app: AppId
) -> None:
    async with serving(document(with_value(path, value)), document({}, 404)) as script:
        try:
            found = await make_store(script.origin, key).screenshot(app, "A1")
        except Unreadable as error:
            assert "App Store Connect" in str(error) or "is no id of" in str(error)  # noqa: PT017
        else:
            json.dumps(found.comment).encode("utf-8")


@pytest.mark.skipif("SPECS_DIR" not in os.environ, reason="SPECS_DIR is not set")
@pytest.mark.parametrize("shape", ["include", "minimal"])
async def test_the_published_samples_are_read(
    shape: str, make_store: MakeStore, key: ApiKey
) -> None:
    folder = Path(os.environ["SPECS_DIR"]) / "app-store-connect" / "samples" / "api"
    sample = folder / f"betaFeedbackScreenshotSubmission.get.{shape}.json"
    build = json.loads((folder / "build.get.include.json").read_text())
    app = AppId(name="notes", app_id="1234567890", bundle_id="com.example.notes")
    whole = json.loads(sample.read_text())
    async with serving(document(whole), document(build)) as script:
        found = await make_store(script.origin, key).screenshot(app, whole["data"]["id"])
    assert found.device.model in ("iPhone16,2", "iPad14,5")
    assert found.screenshots[0].expires_at == datetime(2026, 8, 25, tzinfo=UTC)
    if shape == "include":
        assert found.build is not None
        assert (found.build.number, found.build.version) == ("42", "1.2.0")
        assert found.build.uploaded_at == datetime(2026, 8, 16, 21, 27, 49, tzinfo=UTC)
