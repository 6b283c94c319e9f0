"""Screenshots are at pre-signed addresses, which expire and want no token."""

from typing import Any

from yarl import URL

from tests.simulators.appstore.caller import Caller, shot


async def screenshots(caller: Caller, submission: str) -> list[dict[str, Any]]:
    _, document = await caller.ask(f"/v1/betaFeedbackScreenshotSubmissions/{submission}")
    return document["data"]["attributes"]["screenshots"]


async def test_a_pre_signed_address_gives_the_bytes_until_it_expires(caller: Caller) -> None:
    submission = caller.service.add_feedback(shot(images=[(b"one", 1, 2), (b"two", 3, 4)]))
    first, second = await screenshots(caller, submission)
    assert (second["width"], second["height"]) == (3, 4)
    assert (await caller.raw(second["url"]))[:2] == (200, b"two")
    caller.clock.advance(6 * 86400)
    status, body, _ = await caller.raw(first["url"])
    assert status == 403
    assert b"Request has expired" in body


async def test_an_address_that_was_tampered_with_is_denied(caller: Caller) -> None:
    submission = caller.service.add_feedback(shot(images=[(b"one", 1, 2)]))
    (found,) = await screenshots(caller, submission)
    url = URL(found["url"], encoded=True)
    later = int(url.query["Expires"]) + 1
    for changed in (
        url.update_query(Expires=str(later)),
        url.update_query(Signature="x"),
        url.with_query(None),
        url.with_path(url.path.replace(submission, "A1")).with_query(url.query),
    ):
        assert (await caller.raw(str(changed)))[0] == 403


async def test_a_pre_signed_address_refuses_a_token_as_well(caller: Caller) -> None:
    submission = caller.service.add_feedback(shot(images=[(b"one", 1, 2)]))
    (found,) = await screenshots(caller, submission)
    assert (await caller.raw(found["url"], Authorization="Bearer x"))[0] == 400


async def test_addresses_can_be_expired_at_first(caller: Caller) -> None:
    submission = caller.service.add_feedback(shot(images=[(b"one", 1, 2)], expired_urls=2))
    statuses = [
        (await caller.raw((await screenshots(caller, submission))[0]["url"]))[0] for _ in range(3)
    ]
    assert statuses == [403, 403, 200]


async def test_a_screenshot_can_lead_elsewhere(caller: Caller) -> None:
    sample = shot(images=[(b"one", 1, 2)], redirect_images_to="http://127.0.0.1:1/")
    (found,) = await screenshots(caller, caller.service.add_feedback(sample))
    status, _, headers = await caller.raw(found["url"])
    assert (status, headers["Location"]) == (302, "http://127.0.0.1:1/")
