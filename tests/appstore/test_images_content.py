"""What is no picture, or no longer there, or on a host in trouble."""

import gzip
import logging
from collections.abc import Callable, Sequence

import pytest

from bridge.appstore import AppId, AppStore, Expired
from bridge.errors import Permanent, Refused, Transient, Unreadable
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from tests.appstore.pictures import Bytes, at, picture
from tests.appstore.scripted import Answer, error, serving
from tests.clock import FakeClock
from tests.test_pictures import png_that_says

MakeStore = Callable[..., AppStore]
APPLE = "tf-feedback.itunes.apple.com"
QUERY = "?Expires=1&Signature=very-secret&p_sig=also-secret"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the screenshot is an empty file, not a picture"),
        (b"<!doctype html><p>x", "the screenshot is an HTML page, not a picture"),
        (png_that_says(50_000, 50_000), "the screenshot is a PNG picture that says it has more"),
        (b"\xff\xd8\xff", "the screenshot is a JPEG picture whose header is damaged"),
    ],
    ids=["empty", "page", "bomb", "cut off"],
)
async def test_what_is_no_picture_is_named(
    body: bytes, sentence: str, store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    found = await store.screenshot(app, shot(images=[(body, 1, 1)]))
    with pytest.raises(Unreadable) as caught:
        await store.download(found.screenshots[0], Bytes())
    assert str(caught.value).startswith(sentence)


async def test_50_mb_are_refused_before_they_are_read(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    found = await store.screenshot(app, shot(images=[(picture() + bytes(50_000_000), 1, 1)]))
    sink = Bytes()
    with pytest.raises(Refused, match=r"larger than image_max_size \(25,000,000 bytes\)"):
        await store.download(found.screenshots[0], sink)
    assert sink.data == b""


async def test_a_size_that_was_not_announced_is_still_capped(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(body=bytes(300_000), chunked=True)) as script:
        sink = Bytes()
        with pytest.raises(Refused, match="larger than image_max_size"):
            await make_store(script.origin, key, image_max_size=100_000).download(
                at(script.origin + "/a"), sink
            )
    assert len(sink.data) <= 100_000


async def test_a_compressed_answer_is_refused_unread(make_store: MakeStore, key: ApiKey) -> None:
    bomb = Answer(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})
    async with serving(bomb) as script:
        sink = Bytes()
        with pytest.raises(Unreadable, match="came compressed"):
            await make_store(script.origin, key).download(at(script.origin + "/a"), sink)
    assert sink.data == b""


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_an_address_whose_time_is_over_is_expired(
    status: int, make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(status=status, body=b"<Error/>")) as script:
        with pytest.raises(Expired, match=rf"no longer good \({status}\)") as caught:
            await make_store(script.origin, key).download(at(script.origin + "/a" + QUERY), Bytes())
        assert len(script.requests) == 1
    assert isinstance(caught.value, Permanent)
    assert "secret" not in str(caught.value)


async def test_a_fresh_fetch_of_the_submission_gives_a_good_address(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    data = picture()
    submission = shot(images=[(data, 40, 30)], expired_urls=1)
    stale = await store.screenshot(app, submission)
    with pytest.raises(Expired):
        await store.download(stale.screenshots[0], Bytes())
    fresh = await store.screenshot(app, submission)
    sink = Bytes()
    await store.download(fresh.screenshots[0], sink)
    assert sink.data == data


async def test_an_address_expires_with_time(
    store: AppStore, app: AppId, shot: Callable[..., str], clock: FakeClock
) -> None:
    found = await store.screenshot(app, shot(images=[(picture(), 1, 1)]))
    clock.advance(7 * 86400)
    with pytest.raises(Expired):
        await store.download(found.screenshots[0], Bytes())


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_host_in_trouble_is_asked_again(
    status: int, make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(status), error(status), Answer(body=picture())) as script:
        sink = Bytes()
        await make_store(script.origin, key).download(at(script.origin + "/a"), sink)
    assert clock.slept == [1.0, 2.0]
    assert sink.data


async def test_a_host_that_names_a_long_wait_is_transient(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(error(503, Retry_After="900")) as script:
        with pytest.raises(Transient) as caught:
            await make_store(script.origin, key, chance=0.0).download(
                at(script.origin + "/a"), Bytes()
            )
    assert caught.value.retry_after == 900


async def test_a_refusal_of_another_kind_is_final(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(Answer(status=400), Answer(status=400)) as script:
        with pytest.raises(Refused, match=r"127\.0\.0\.1 refused a screenshot \(400\)"):
            await make_store(script.origin, key).download(at(script.origin + "/a"), Bytes())


async def test_a_picture_that_breaks_off_is_transient(make_store: MakeStore, key: ApiKey) -> None:
    data = picture("PNG", 300, 300)
    async with serving(Answer(body=data[:1000], announced=len(data))) as script:
        with pytest.raises(Transient, match="broke off"):
            await make_store(script.origin, key).download(at(script.origin + "/a"), Bytes())


async def test_a_host_that_is_silent_or_away_is_transient(
    make_store: MakeStore, key: ApiKey
) -> None:
    few = {"timeout": 0.05, "retry": {"tries": 1}}
    async with serving(Answer(silence=True)) as script:
        store = make_store(script.origin, key, **few)
        with pytest.raises(Transient, match="ReadTimeout"):
            await store.download(at(script.origin + "/a"), Bytes())
        origin = script.origin
    with pytest.raises(Transient, match="ConnectError"):
        await store.download(at(origin + "/a"), Bytes())


async def test_a_name_that_is_unknown_is_transient(make_store: MakeStore, key: ApiKey) -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    store = make_store(
        "https://api.example.com", key, image_hosts=(APPLE,), resolve=unknown, retry={"tries": 1}
    )
    with pytest.raises(Transient, match=f"{APPLE} could not be found"):
        await store.download(at(f"https://{APPLE}/a"), Bytes())


async def test_a_signature_reaches_no_log(
    store: AppStore, app: AppId, shot: Callable[..., str], caplog: pytest.LogCaptureFixture,
    service: AppStoreSimulator,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    found = await store.screenshot(app, shot(images=[(picture(), 1, 1)]))
    await store.download(found.screenshots[0], Bytes())
    assert "Signature" not in caplog.text
