"""The simulated App Store Connect refuses what the real one refuses, and says it as that does."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from bridge.simulators.appstore import ApiKey, AppStoreSimulator, Sample
from bridge.simulators.server import Simulator
from tests.clock import FakeClock

APP, OTHER = "6448311069", "6448311070"
CRASHES = f"/v1/apps/{APP}/betaFeedbackCrashSubmissions"
with_cursor = pytest.mark.off_contract(
    "the service's own page links have a cursor not listed there"
)
to_be_refused = pytest.mark.off_contract("asks for what is not offered, to see it refused")


def token(key: ApiKey, now: datetime, *, life: int = 900, **changes: Any) -> str:
    at = int(now.timestamp())
    claims = {"iss": key.issuer_id, "iat": at - 60, "exp": at + life, "aud": "appstoreconnect-v1"}
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(claims, key.private_key_pem, "ES256", headers={"kid": key.key_id})


@dataclass
class Caller:
    """Asks the simulator with its key's token."""

    origin: str
    service: AppStoreSimulator
    clock: FakeClock
    session: ClientSession
    headers: Mapping[str, str]

    async def ask(
        self, path: str, *, method: str = "GET", body: Any = None, auth: str | None = None
    ) -> tuple[int, Any]:
        """Return status and document; `auth` replaces the good token."""
        bearer = token(self.service.keys, self.clock.now()) if auth is None else auth
        url = URL(self.origin + "/appstore" + path, encoded=True)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            self.headers = answer.headers
            text = await answer.text()
        return answer.status, json.loads(text) if text else None

    async def error(self, path: str, **options: Any) -> tuple[int, str, str]:
        """Return status, code and detail of an error."""
        status, document = await self.ask(path, **options)
        (entry,) = document["errors"]
        assert entry["status"] == str(status)
        return status, entry["code"], entry["detail"]

    async def raw(self, url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        async with self.session.get(
            URL(url, encoded=True), headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read(), dict(answer.headers)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
async def caller(simulator: Simulator, clock: FakeClock) -> AsyncIterator[Caller]:
    simulator.appstore.now = clock.now
    async with ClientSession() as session:
        yield Caller(simulator.origin, simulator.appstore, clock, session, {})


def crash(**fields: Any) -> Sample:
    return Sample(**{"app": "sunrise-github", "kind": "crash", "bug": "bounds", **fields})


def shot(**fields: Any) -> Sample:
    return Sample(**{"app": "sunrise-github", "kind": "screenshot", "bug": "total", **fields})


# --- tokens


@pytest.mark.parametrize(
    "changes",
    [
        {"life": -1},
        {"life": 20 * 60 + 5},
        {"aud": "apple-developer-enterprise-v1"},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"iss": "57246542-96fe-1a63-e053-0824d011072a"},
        {"iss": None},
        {"iss": None, "sub": "user"},
        {"iat": 4_000_000_000},
        {"iat": 1},
    ],
    ids=str,
)
async def test_a_token_that_breaks_a_rule_is_refused(
    changes: dict[str, Any], caller: Caller
) -> None:
    bad = token(caller.service.keys, caller.clock.now(), **changes)
    status, code, detail = await caller.error("/v1/apps", auth=bad)
    assert (status, code) == (401, "NOT_AUTHORIZED")
    assert detail.startswith("Provide a properly configured and signed bearer token")


async def test_a_token_by_another_key_is_refused(caller: Caller) -> None:
    from random import Random

    key, now = caller.service.keys, caller.clock.now()
    stranger = ApiKey.generate(Random(7))
    forged = ApiKey(
        issuer_id=key.issuer_id, key_id=key.key_id, private_key_pem=stranger.private_key_pem
    )
    head, _, rest = token(key, now).partition(".")
    for bad in (token(stranger, now), token(forged, now), f"{head}x.{rest}", "x.y.z", ""):
        assert (await caller.error("/v1/apps", auth=bad))[0] == 401


async def test_a_token_without_signature_or_by_a_shared_secret_is_refused(caller: Caller) -> None:
    key, at = caller.service.keys, int(caller.clock.now().timestamp())
    claims = {"iss": key.issuer_id, "exp": at + 900, "aud": "appstoreconnect-v1"}
    headers = {"kid": key.key_id}
    unsigned = jwt.encode(claims, None, "none", headers=headers)
    shared = jwt.encode(claims, "a shared secret of at least 32 bytes", "HS256", headers=headers)
    for bad in (unsigned, shared):
        assert (await caller.error("/v1/apps", auth=bad))[0] == 401


async def test_a_token_of_exactly_20_minutes_is_taken(caller: Caller) -> None:
    at = int(caller.clock.now().timestamp())
    longest = token(caller.service.keys, caller.clock.now(), life=1200, iat=at)
    assert (await caller.ask("/v1/apps", auth=longest))[0] == 200


async def test_an_individual_key_has_a_subject_instead_of_an_issuer(caller: Caller) -> None:
    key = caller.service.add_key(individual=True)
    good = token(key, caller.clock.now(), sub="user")
    assert (await caller.ask("/v1/apps", auth=good))[0] == 200
    assert (await caller.error("/v1/apps", auth=token(key, caller.clock.now())))[0] == 401


# --- reading


async def test_feedback_has_relationships_only_where_they_are_included(caller: Caller) -> None:
    submission = caller.service.add_feedback(shot(images=[(b"x", 1, 2)]))
    path = f"/v1/betaFeedbackScreenshotSubmissions/{submission}"
    _, bare = await caller.ask(path)
    assert "relationships" not in bare["data"]
    assert "included" not in bare
    _, full = await caller.ask(f"{path}?include=build,tester")
    build_id = full["data"]["relationships"]["build"]["data"]["id"]
    assert {each["type"] for each in full["included"]} == {"builds", "betaTesters"}
    _, build = await caller.ask(f"/v1/builds/{build_id}?include=app,preReleaseVersion")
    assert build["data"]["relationships"]["app"]["data"] == {"type": "apps", "id": APP}
    assert build["data"]["attributes"]["uploadedDate"].endswith("-08:00")
    versions = [e["attributes"]["version"] for e in build["included"] if "app" not in e["type"]]
    assert versions == ["2.4.1"]
    _, version = await caller.ask(f"/v1/builds/{build_id}/preReleaseVersion")
    assert version["data"]["attributes"]["version"] == "2.4.1"


async def test_attributes_are_as_the_live_service_gives_them(caller: Caller) -> None:
    submission = caller.service.add_feedback(crash(device_model="iPhone17,1"))
    _, document = await caller.ask(f"/v1/betaFeedbackCrashSubmissions/{submission}")
    attributes = document["data"]["attributes"]
    assert attributes["deviceModel"] == "iPhone17_1"
    assert attributes["createdDate"].endswith("Z")
    assert attributes["comment"] is None
    assert attributes["pairedAppleWatch"] is None
    assert set(document["data"]["relationships"]) == {"crashLog"}


async def test_only_the_fields_that_are_asked_for_are_given(caller: Caller) -> None:
    submission = caller.service.add_feedback(crash(email="tester@example.com"))
    _, document = await caller.ask(
        f"/v1/betaFeedbackCrashSubmissions/{submission}?include=tester"
        "&fields[betaFeedbackCrashSubmissions]=comment,tester&fields[betaTesters]=email"
    )
    assert set(document["data"]["attributes"]) == {"comment"}
    assert set(document["data"]["relationships"]) == {"tester"}
    assert document["included"][0]["attributes"] == {"email": "tester@example.com"}


@to_be_refused
@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("include=crashLog", "The relationship 'crashLog' cannot be included"),
        (
            "include=build.preReleaseVersion",
            "The relationship 'build.preReleaseVersion' cannot be included",
        ),
        ("filter[createdDate]=2026", "'createdDate' is not a valid filter type"),
        ("sort=comment", "'comment' is not a valid sort for this request"),
        ("limit=201", "'201' is not a limit between 1 and 200"),
        ("limit=0", "'0' is not a limit between 1 and 200"),
        ("cursor=nonsense", "'nonsense' is not a valid cursor for this request"),
        ("colour=red", "The parameter 'colour' can not be used with this request"),
    ],
)
async def test_a_query_that_is_not_offered_is_refused(
    query: str, detail: str, caller: Caller
) -> None:
    assert await caller.error(f"{CRASHES}?{query}") == (400, "PARAMETER_ERROR.INVALID", detail)


@to_be_refused
@pytest.mark.parametrize(
    "kind", ["betaFeedbackCrashSubmissions", "betaFeedbackScreenshotSubmissions", "webhooks"]
)
async def test_there_are_no_lists_at_the_root(kind: str, caller: Caller) -> None:
    status, code, detail = await caller.error(f"/v1/{kind}")
    assert (status, code) == (403, "FORBIDDEN_ERROR")
    assert detail.startswith(f"The resource '{kind}' does not allow 'GET_COLLECTION'.")


@to_be_refused
async def test_an_unknown_path_is_an_error_of_apples(caller: Caller) -> None:
    assert (await caller.error("/v1/nothing"))[:2] == (404, "PATH_ERROR")


async def test_what_is_not_there_is_not_found(caller: Caller) -> None:
    shot_id = caller.service.add_feedback(shot())
    for path, kind, name in (
        (f"/v1/betaFeedbackCrashSubmissions/{shot_id}", "betaFeedbackCrashSubmissions", shot_id),
        ("/v1/builds/B1", "builds", "B1"),
        ("/v1/builds/B1/preReleaseVersion", "builds", "B1"),
        ("/v1/apps/1", "apps", "1"),
        ("/v1/apps/1/webhooks", "apps", "1"),
        ("/v1/webhooks/W1", "webhooks", "W1"),
        ("/v1/betaCrashLogs/A1", "betaCrashLogs", "A1"),
    ):
        wanted = f"There is no resource of type '{kind}' with id '{name}'"
        assert await caller.error(path) == (404, "NOT_FOUND", wanted)


@with_cursor
async def test_a_list_is_paged_newest_first(caller: Caller) -> None:
    made: list[str] = []
    for number in range(5):
        made.append(caller.service.add_feedback(crash(build=str(140 + number))))
        caller.clock.advance(1)
    caller.service.add_feedback(crash(app="sunrise-jira"))
    caller.service.add_feedback(shot())
    seen: list[str] = []
    path = f"{CRASHES}?limit=2&sort=-createdDate&include=build"
    totals: list[int] = []
    while path:
        _, document = await caller.ask(path)
        seen += [each["id"] for each in document["data"]]
        totals.append(document["meta"]["paging"]["total"])
        assert len(document["included"]) == len(document["data"])
        path = document["links"].get("next", "").removeprefix(caller.origin + "/appstore")
    assert seen == made[::-1]
    assert totals == [5, 5, 5]


async def test_a_list_can_be_filtered(caller: Caller) -> None:
    wanted = caller.service.add_feedback(crash(device_model="iPad14_5", os_version="18.6"))
    caller.service.add_feedback(crash(device_model="iPad14_5"))
    _, document = await caller.ask(f"{CRASHES}?filter[deviceModel]=iPad14_5&filter[osVersion]=18.6")
    assert [each["id"] for each in document["data"]] == [wanted]


async def test_apps_can_be_listed_and_found(caller: Caller) -> None:
    _, document = await caller.ask("/v1/apps?sort=name&limit=200")
    names = [each["attributes"]["name"] for each in document["data"]]
    assert names == ["sunrise-github", "sunrise-jira", "sunrise-local"]
    _, found = await caller.ask("/v1/apps?filter[bundleId]=com.example.sunrise.jira")
    assert [each["id"] for each in found["data"]] == [OTHER]


async def test_a_crash_log_appears_later_under_both_paths(caller: Caller) -> None:
    submission = caller.service.add_feedback(crash(crash_log="log", log_after=1))
    path = f"/v1/betaFeedbackCrashSubmissions/{submission}/crashLog"
    assert (await caller.error(path))[0] == 404
    for there in (path, f"/v1/betaCrashLogs/{submission}"):
        _, document = await caller.ask(there)
        assert document["data"]["attributes"] == {"logText": "log"}
        assert document["data"]["type"] == "betaCrashLogs"


async def test_every_answer_tells_the_budget_and_its_id(caller: Caller) -> None:
    await caller.ask("/v1/apps")
    first = caller.headers["x-request-id"]
    assert caller.headers["X-Rate-Limit"] == "user-hour-lim:3600;user-hour-rem:3599;"
    await caller.error("/v1/apps/1")
    assert caller.headers["X-Rate-Limit"] == "user-hour-lim:3600;user-hour-rem:3598;"
    assert caller.headers["x-request-id"] != first


class TestRealLimits:
    @pytest.fixture
    def simulator_options(self) -> dict[str, Any]:
        return {"real_limits": True}

    @pytest.mark.off_contract("nothing but how many they are matters here")
    async def test_more_than_300_requests_a_minute_are_too_many(self, caller: Caller) -> None:
        for _ in range(300):
            assert (await caller.ask("/v1/apps/1"))[0] == 404
        assert (await caller.error("/v1/apps/1"))[:2] == (429, "RATE_LIMIT_EXCEEDED")
        caller.clock.advance(61)
        assert (await caller.ask("/v1/apps/1"))[0] == 404


# --- screenshots


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


# --- webhooks


def webhook(**changes: Any) -> dict[str, Any]:
    attributes = {
        "enabled": True,
        "eventTypes": ["BETA_FEEDBACK_CRASH_SUBMISSION_CREATED"],
        "name": "bridge",
        "secret": "s3cret",
        "url": "https://bridge.example.com/webhooks/sunrise",
        **changes,
    }
    linked = {"app": {"data": {"type": "apps", "id": APP}}}
    return {"data": {"type": "webhooks", "attributes": attributes, "relationships": linked}}


async def test_a_webhook_lives_from_create_to_delete(caller: Caller) -> None:
    status, made = await caller.ask("/v1/webhooks", method="POST", body=webhook())
    assert status == 201
    assert "secret" not in made["data"]["attributes"]
    path = f"/v1/webhooks/{made['data']['id']}"
    change = {
        "data": {
            "type": "webhooks",
            "id": made["data"]["id"],
            "attributes": {"name": "new", "url": None},
        }
    }
    _, changed = await caller.ask(path, method="PATCH", body=change)
    assert changed["data"]["attributes"] == {**made["data"]["attributes"], "name": "new"}
    _, listed = await caller.ask(f"/v1/apps/{APP}/webhooks?include=app")
    assert [each["id"] for each in listed["data"]] == [made["data"]["id"]]
    assert (await caller.ask(f"/v1/apps/{OTHER}/webhooks"))[1]["data"] == []
    _, read = await caller.ask(f"{path}?include=app")
    assert read["included"][0]["id"] == APP
    assert (await caller.ask(path, method="DELETE"))[0] == 204
    assert (await caller.error(path))[0] == 404


@to_be_refused
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (webhook(eventTypes=["NOTHING_HAPPENED"]), 409),
        (webhook(eventTypes=[]), 409),
        (webhook(url="ftp://x"), 409),
        (webhook(url="no url"), 409),
        (webhook(secret=None), 409),
        (webhook(name=""), 409),
        (webhook(enabled="yes"), 409),
        ({"data": {"type": "apps"}}, 422),
        ({"data": {"type": "webhooks", "attributes": webhook()["data"]["attributes"]}}, 422),
        ([], 422),
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(
    body: Any, status: int, caller: Caller
) -> None:
    assert (await caller.error("/v1/webhooks", method="POST", body=body))[0] == status
    assert (await caller.ask(f"/v1/apps/{APP}/webhooks"))[1]["data"] == []


async def test_an_app_has_at_most_ten_webhooks(caller: Caller) -> None:
    for _ in range(10):
        assert (await caller.ask("/v1/webhooks", method="POST", body=webhook()))[0] == 201
    status, _, detail = await caller.error("/v1/webhooks", method="POST", body=webhook())
    assert (status, detail) == (409, "The app already has 10 webhooks")


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[str, list[tuple[bytes, str]]]]:
    received: list[tuple[bytes, str]] = []

    async def take(request: web.Request) -> web.Response:
        received.append((await request.read(), request.headers["X-Apple-SIGNATURE"]))
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/")), received


async def ping(caller: Caller, url: str) -> list[dict[str, Any]]:
    """Ping a new webhook at `url`, and return its deliveries when they have ended."""
    _, made = await caller.ask("/v1/webhooks", method="POST", body=webhook(url=url))
    name = made["data"]["id"]
    linked = {"webhook": {"data": {"type": "webhooks", "id": name}}}
    body = {"data": {"type": "webhookPings", "relationships": linked}}
    assert (await caller.ask("/v1/webhookPings", method="POST", body=body))[0] == 201
    since = (caller.clock.now() - timedelta(days=1)).isoformat().replace("+", "%2B")
    path = f"/v1/webhooks/{name}/deliveries?include=event"
    for _ in range(200):
        _, found = await caller.ask(f"{path}&filter[createdDateGreaterThanOrEqualTo]={since}")
        if all(each["attributes"]["deliveryState"] != "PENDING" for each in found["data"]):
            return [*found["data"], *found["included"]]
    raise AssertionError("the ping is still under way")


async def test_a_ping_is_signed_sent_and_recorded(
    caller: Caller, receiver: tuple[str, list[tuple[bytes, str]]]
) -> None:
    url, received = receiver
    delivery, event = await ping(caller, url)
    ((body, signature),) = received
    assert signature == "hmacsha256=" + hmac.digest(b"s3cret", body, hashlib.sha256).hex()
    assert event["attributes"]["payload"].encode() == body
    assert event["attributes"]["ping"] is True
    assert delivery["attributes"]["deliveryState"] == "SUCCEEDED"
    assert delivery["attributes"]["response"] == {"httpStatusCode": 200, "body": "ok"}


async def test_a_ping_that_nobody_takes_is_recorded_as_failed(
    caller: Caller, unused_tcp_port: int
) -> None:
    delivery, _ = await ping(caller, f"http://127.0.0.1:{unused_tcp_port}/")
    assert delivery["attributes"]["deliveryState"] == "FAILED"
    assert delivery["attributes"]["response"] is None
    assert delivery["attributes"]["errorMessage"].startswith("No response")


@to_be_refused
@pytest.mark.parametrize(
    "query",
    [
        "",
        "filter[deliveryState]=FAILED&filter[createdDateLessThan]=2026-11-24",
        "filter[createdDateGreaterThanOrEqualTo]=2020-01-01",
        "filter[createdDateGreaterThanOrEqualTo]=soon",
    ],
)
async def test_deliveries_are_listed_only_as_the_live_service_lists_them(
    query: str, caller: Caller
) -> None:
    _, made = await caller.ask("/v1/webhooks", method="POST", body=webhook())
    path = f"/v1/webhooks/{made['data']['id']}/deliveries?{query}"
    assert (await caller.error(path))[:2] == (400, "PARAMETER_ERROR.INVALID")


# --- what is told of it


def test_the_state_names_every_file_by_its_digest() -> None:
    service = AppStoreSimulator(origin=lambda: "http://127.0.0.1:1", seed=3)
    service.add_app("sunrise", "1", "com.example.sunrise")
    first = service.add_feedback(
        Sample(app="sunrise", kind="screenshot", bug="total", images=[(b"one", 1, 1), (b"", 1, 1)])
    )
    second = service.add_feedback(
        Sample(app="sunrise", kind="crash", bug="bounds", build="7", crash_log='{"é": 1}')
    )
    one, two = service.snapshot()["submissions"]
    assert (one["id"], one["kind"], one["app"], one["bug"]) == (
        first,
        "screenshot",
        "sunrise",
        "total",
    )
    assert [file["name"] for file in one["files"]] == ["screenshot-1.jpg", "screenshot-2.jpg"]
    assert one["files"][0]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert (two["id"], two["build"], two["kind"]) == (second, "7", "crash")
    data = '{"é": 1}'.encode()
    digest = hashlib.sha256(data).hexdigest()
    assert two["files"] == [{"name": "crash.ips", "size": len(data), "sha256": digest}]
    assert service.event(second)["data"]["id"] == two["delivery_id"]


def test_the_event_is_as_apple_publishes_it() -> None:
    service = AppStoreSimulator(origin=lambda: "http://127.0.0.1:1")
    service.add_app("sunrise", "1", "com.example.sunrise")
    at = datetime(2026, 11, 24, 10, 2, 3, 729000, tzinfo=UTC)
    name = service.add_feedback(Sample(app="sunrise", kind="crash", bug="b", created_at=at))
    event = service.event(name)["data"]
    kind = "betaFeedbackCrashSubmissions"
    assert event["type"] == "betaFeedbackCrashSubmissionCreated"
    assert event["attributes"] == {"timestamp": "2026-11-24T10:02:03.729Z"}
    assert event["relationships"]["instance"] == {
        "data": {"type": kind, "id": name},
        "links": {"self": f"http://127.0.0.1:1/appstore/v1/{kind}/{name}"},
    }


def test_the_same_seed_gives_the_same_ids() -> None:
    def made(seed: int) -> list[str]:
        service = AppStoreSimulator(origin=str, seed=seed)
        service.add_app("sunrise", "1", "com.example.sunrise")
        return [
            service.add_feedback(Sample(app="sunrise", kind="crash", bug="b")) for _ in range(3)
        ]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert all(len(name) == 23 and name.startswith("A") for name in made(1))


def test_feedback_for_an_unknown_app_is_a_mistake() -> None:
    service = AppStoreSimulator(origin=str)
    with pytest.raises(KeyError, match="no app called 'x'"):
        service.add_feedback(Sample(app="x", kind="crash", bug="b"))
