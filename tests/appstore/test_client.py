"""Every kind of answer becomes the right kind of error, with Apple's words."""

import logging
from collections.abc import Callable

import jwt
import pytest

from bridge.appstore import AgreementMissing, AppId, AppleAnswer, AppStore
from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    Gone,
    RateLimited,
    Refused,
    Transient,
    Unreadable,
)
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from bridge.simulators.server import Simulator
from tests.appstore.scripted import Answer, Script, document, error, serving
from tests.clock import FakeClock

LOG = document({"data": {"type": "betaCrashLogs", "id": "A1", "attributes": {"logText": "x"}}})
MakeStore = Callable[..., AppStore]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "PARAMETER_ERROR.INVALID", Refused),
        (401, "NOT_AUTHORIZED", BadCredentials),
        (403, "FORBIDDEN_ERROR", Forbidden),
        (403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED", AgreementMissing),
        (405, "METHOD_NOT_ALLOWED", Refused),
        (409, "STATE_ERROR.ENTITY_STATE_INVALID", Refused),
        (422, "ENTITY_UNPROCESSABLE", Refused),
        (429, "RATE_LIMIT_EXCEEDED", RateLimited),
        (500, "UNEXPECTED_ERROR", Transient),
        (503, "UNEXPECTED_ERROR", Transient),
    ],
)
async def test_each_answer_becomes_its_error_with_apples_words(
    status: int, code: str, kind: type[BridgeError], make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(error(status, code, x_request_id="REQ-1")) as script:
        with pytest.raises(kind) as caught:
            await make_store(script.origin, key).crash_log("A1")
    assert type(caught.value) is kind
    cause = caught.value.__cause__
    assert isinstance(cause, AppleAnswer)
    assert (cause.status, cause.code, cause.title) == (status, code, "A title")
    assert (cause.detail, cause.request_id) == ("The detail.", "REQ-1")
    assert f"The detail. ({status}, {code}, request REQ-1)" in str(caught.value)


async def test_a_missing_resource_is_gone(store: AppStore, app: AppId) -> None:
    with pytest.raises(Gone, match=r"crash feedback A404, .*There is no resource of type"):
        await store.crash(app, "A404")


async def test_a_forbidden_resource_says_which_key_and_role(
    store: AppStore, service: AppStoreSimulator, app: AppId, crash: Callable[..., str]
) -> None:
    submission = crash()
    service.forbid(submission)
    with pytest.raises(Forbidden, match=rf"API key {service.keys.key_id} .*App Manager"):
        await store.crash(app, submission)


async def test_a_missing_agreement_loses_nothing_and_costs_no_try(
    store: AppStore, service: AppStoreSimulator, app: AppId, crash: Callable[..., str]
) -> None:
    service.agreement_signed = False
    with pytest.raises(AgreementMissing, match="Account Holder") as caught:
        await store.crash(app, crash())
    assert caught.value.retry_after == 3600
    assert not caught.value.counts_as_try


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Bad gateway</html>", b"[]", b"null", b'{"errors": [7, null]}', b"[" * 100_000],
)
async def test_an_error_with_any_body_is_still_an_error(
    body: bytes, make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(status=502, body=body)) as script:
        with pytest.raises(
            Transient, match=r"App Store Connect failed at crash log of A1: \(502\)"
        ):
            await make_store(script.origin, key).crash_log("A1")
        assert len(script.requests) == 4


async def test_the_decisive_error_need_not_be_the_first(make_store: MakeStore, key: ApiKey) -> None:
    entries = [
        {"status": "403", "code": code, "title": "t", "detail": "d"}
        for code in ("FORBIDDEN_ERROR", "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED")
    ]
    async with serving(document({"errors": entries}, 403)) as script:
        with pytest.raises(AgreementMissing):
            await make_store(script.origin, key).crash_log("A1")


async def test_apples_words_are_told_on_one_line_and_cut(
    make_store: MakeStore, key: ApiKey
) -> None:
    entry = {"status": "409", "code": "X", "title": "t", "detail": "a\nb\x1b[31m\u202e" + "z" * 500}
    async with serving(document({"errors": [entry]}, 409)) as script:
        with pytest.raises(Refused) as caught:
            await make_store(script.origin, key).crash_log("A1")
    told = str(caught.value)
    assert "a b [31m zzz" in told
    assert told.isprintable()
    assert len(told) < 450


async def test_a_refused_token_is_replaced_once(
    make_store: MakeStore, key: ApiKey, clock: FakeClock
) -> None:
    async with serving(error(401, "NOT_AUTHORIZED"), LOG) as script:
        assert await make_store(script.origin, key).crash_log("A1") == "x"
        tokens = [request.headers["Authorization"] for request in script.requests]
    assert len(set(tokens)) == 2
    assert clock.slept == []


async def test_a_key_that_is_not_accepted_is_told_and_not_tried_on(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(error(401, "NOT_AUTHORIZED")) as script:
        with pytest.raises(
            BadCredentials, match=rf"does not accept API key {key.key_id}"
        ) as caught:
            await make_store(script.origin, key).crash_log("A1")
        assert len(script.requests) == 2
        token = script.requests[0].headers["Authorization"].removeprefix("Bearer ")
    assert token not in str(caught.value)


async def test_the_simulator_takes_a_renewed_token(
    store: AppStore, clock: FakeClock, app: AppId, crash: Callable[..., str]
) -> None:
    submission = crash()
    for _ in range(4):
        assert (await store.crash(app, submission)).id == submission
        clock.advance(700)


async def test_an_individual_key_is_accepted(
    simulator: Simulator, service: AppStoreSimulator, make_store: MakeStore, app: AppId
) -> None:
    key = service.add_key(individual=True)
    store = make_store(f"{simulator.origin}/appstore", key)
    assert (await store.check(app)).app_id == app.app_id


async def test_a_redirect_is_not_followed(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(LOG) as other:
        elsewhere = Answer(status=302, headers={"Location": f"{other.origin}/v1/x"})
        async with serving(elsewhere) as script:
            with pytest.raises(Unreadable, match=r"redirect \(302\)"):
                await make_store(script.origin, key).crash_log("A1")
        assert other.requests == []


async def test_an_answer_that_is_too_large_is_dropped(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(Answer(body=b" " * (64 * 1024**2 + 1))) as script:
        with pytest.raises(Unreadable, match="larger than 64 MiB"):
            await make_store(script.origin, key).crash_log("A1")


async def test_a_crash_log_of_20_mb_is_read_whole(
    store: AppStore, crash: Callable[..., str]
) -> None:
    text = "Thread 0 Crashed:\n" + "0  Notes  0x1 é\n" * 1_250_000
    assert await store.crash_log(crash(crash_log=text)) == text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>maintenance</html>", Transient),
        (b"", Transient),
        (b"\xff\xfe", Transient),
        (b"[]", Unreadable),
        (b'"x"', Unreadable),
        (b'{"data":' * 100_000, Unreadable),
    ],
)
async def test_a_success_that_is_no_document_is_an_error(
    body: bytes, kind: type[BridgeError], make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(body=body)) as script:
        with pytest.raises(kind):
            await make_store(script.origin, key).crash_log("A1")


async def test_neither_token_nor_address_reaches_a_log(
    store: AppStore, app: AppId, shot: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await store.screenshot(app, shot(email="tester@example.com"))
    assert "tester@example.com" not in caplog.text
    assert "eyJ" not in caplog.text


def sent(script: Script) -> list[str]:
    return [str(request.rel_url) for request in script.requests]


async def test_requests_say_who_asks_and_for_what(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(LOG) as script:
        await make_store(script.origin + "/below/", key).crash_log("A1")
        request = script.requests[0]
    assert sent(script) == ["/below/v1/betaFeedbackCrashSubmissions/A1/crashLog"]
    assert request.headers["User-Agent"] == "feedback-bridge"
    scheme, _, token = request.headers["Authorization"].partition(" ")
    assert scheme == "Bearer"
    assert jwt.get_unverified_header(token)["kid"] == key.key_id
