"""What is read has the live service's shapes, and its refusals its words."""

from typing import Any

import pytest

from tests.simulators.appstore.caller import APP, OTHER, Caller, crash, shot

CRASHES = f"/v1/apps/{APP}/betaFeedbackCrashSubmissions"
to_be_refused = pytest.mark.off_contract("asks for what is not offered, to see it refused")


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
