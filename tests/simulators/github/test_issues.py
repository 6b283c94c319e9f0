"""Issues, comments and labels of the simulated GitHub."""

import re
from typing import Any

import pytest

from bridge.simulators.github import GitHubSimulator
from tests.simulators.github.api import REPO, Api


async def test_an_issue_is_created_read_and_listed(api: Api) -> None:
    made = await api.ask(
        "POST", f"{REPO}/issues", {"title": "Crash", "body": "Boom", "labels": ["a"]}, status=201
    )
    assert made["number"] == 1
    assert made["state"] == "open"
    assert made["labels"][0]["name"] == "a"
    assert made["html_url"].endswith("/github/example/sunrise/issues/1")
    assert api.last["location"] == made["url"]
    assert await api.ask("GET", f"{REPO}/issues/1") == made
    assert await api.ask("GET", f"{REPO}/issues") == [made]
    assert (await api.ask("GET", f"{REPO}/labels"))[0]["color"] == "ededed"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"title": ""}, {"field": "title", "code": "missing_field"}),
        ({"title": "x" * 257}, {"message": "title is too long (maximum is 256 characters)"}),
        (
            {"title": "x", "body": "x" * 65_537},
            {"message": "body is too long (maximum is 65536 characters)"},
        ),
        ({"title": "x", "labels": ["x" * 51]}, {"resource": "Label", "field": "name"}),
        ({"title": "x", "assignees": ["no"]}, {"field": "assignees", "value": ["no"]}),
        ({"title": "x", "milestone": 9}, {"field": "milestone", "value": 9}),
    ],
)
async def test_what_is_not_valid_is_refused_in_githubs_words(
    api: Api, body: dict[str, Any], error: dict[str, Any]
) -> None:
    answer = await api.ask("POST", f"{REPO}/issues", body, status=422)
    assert answer["message"] == "Validation Failed"
    assert error.items() <= answer["errors"][0].items()
    assert await api.ask("GET", f"{REPO}/issues") == []


async def test_the_longest_title_and_body_are_taken(api: Api) -> None:
    body = {"title": "x" * 256, "body": "ä" * 65_536}
    await api.ask("POST", f"{REPO}/issues", body, status=201)


@pytest.mark.off_contract("a body that is no JSON")
async def test_a_body_that_is_no_object_is_refused(api: Api) -> None:
    answer = await api.ask("POST", f"{REPO}/issues", ["x"], status=400)
    assert answer["message"] == "Problems parsing JSON"


async def test_without_push_access_fields_are_dropped_in_silence(
    api: Api, github: GitHubSimulator
) -> None:
    home = github.world.repositories["example/sunrise"]
    home.push, home.assignable = False, {"octo"}
    body = {"title": "x", "labels": ["a"], "assignees": ["octo"]}
    made = await api.ask("POST", f"{REPO}/issues", body, status=201)
    assert (made["labels"], made["assignees"]) == ([], [])


async def test_switched_off_issues_are_gone_and_archives_are_read_only(
    api: Api, github: GitHubSimulator
) -> None:
    home = github.world.repositories["example/sunrise"]
    home.has_issues = False
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=410)
    home.archived = True
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=403)


async def test_an_edit_changes_what_it_names(api: Api) -> None:
    await api.ask(
        "POST", f"{REPO}/issues", {"title": "x", "body": "y", "labels": ["a"]}, status=201
    )
    edited = await api.ask("PATCH", f"{REPO}/issues/1", {"title": "z", "labels": ["b"]})
    assert (edited["title"], edited["body"]) == ("z", "y")
    assert [label["name"] for label in edited["labels"]] == ["b"]


async def test_a_state_has_a_reason(api: Api) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    closed = await api.ask("PATCH", f"{REPO}/issues/1", {"state": "closed"})
    assert (closed["state_reason"], bool(closed["closed_at"])) == ("completed", True)
    same = await api.ask(
        "PATCH", f"{REPO}/issues/1", {"state": "closed", "state_reason": "not_planned"}
    )
    assert same["state_reason"] == "completed", "ignored unless the state changes"
    opened = await api.ask("PATCH", f"{REPO}/issues/1", {"state": "open"})
    assert (opened["state_reason"], opened["closed_at"]) == ("reopened", None)


async def test_a_duplicate_names_an_issue_that_exists(api: Api) -> None:
    kept = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    await api.ask("POST", f"{REPO}/issues", {"title": "y"}, status=201)
    closing = {"state": "closed", "state_reason": "duplicate"}
    await api.ask("PATCH", f"{REPO}/issues/2", {**closing, "duplicate_issue_id": 1}, status=422)
    done = await api.ask("PATCH", f"{REPO}/issues/2", {**closing, "duplicate_issue_id": kept["id"]})
    assert done["state_reason"] == "duplicate"


async def test_a_list_is_filtered_sorted_and_paged(api: Api, github: GitHubSimulator) -> None:
    home = github.world.repositories["example/sunrise"]
    for n in range(5):
        github.world.add_issue(home, f"Issue {n}", None)
    home.issues[2].state = "closed"
    numbers = [i["number"] for i in await api.ask("GET", f"{REPO}/issues")]
    assert numbers == [5, 4, 3, 1]

    path = f"{REPO}/issues?state=all&sort=created&direction=asc&per_page=2"
    pages: list[list[int]] = []
    while path:
        pages.append([i["number"] for i in await api.ask("GET", path)])
        following = re.search(r'<([^>]+)>; rel="next"', api.last.get("link", ""))
        path = following[1].removeprefix(api.base) if following else ""
    assert pages == [[1, 2], [3, 4], [5]]


async def test_a_list_may_be_filtered_by_labels_and_time(api: Api) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x", "labels": ["a", "b"]}, status=201)
    await api.ask("POST", f"{REPO}/issues", {"title": "y", "labels": ["a"]}, status=201)
    assert len(await api.ask("GET", f"{REPO}/issues?labels=a,B")) == 1
    assert await api.ask("GET", f"{REPO}/issues?since=2100-01-01T00:00:00Z") == []


async def test_a_list_lags_where_it_is_told_to(api: Api, github: GitHubSimulator) -> None:
    github.issues.list_lag = 60
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    await api.ask("POST", f"{REPO}/issues/1/comments", {"body": "y"}, status=201)
    assert await api.ask("GET", f"{REPO}/issues?state=all") == []
    assert await api.ask("GET", f"{REPO}/issues/1/comments") == []
    assert (await api.ask("GET", f"{REPO}/issues/1"))["comments"] == 1


async def test_a_pull_request_shares_numbers_and_list(api: Api, github: GitHubSimulator) -> None:
    home = github.world.repositories["example/sunrise"]
    github.world.add_issue(home, "A change", None, is_pull_request=True)
    made = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    listed = await api.ask("GET", f"{REPO}/issues")
    assert made["number"] == 2
    assert ["pull_request" in issue for issue in listed] == [False, True]
    assert [issue["number"] for issue in github.snapshot()["issues"]] == [2]


async def test_a_deleted_issue_is_gone(api: Api, github: GitHubSimulator) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    github.world.repositories["example/sunrise"].issues[1].deleted = True
    assert (await api.ask("GET", f"{REPO}/issues/1", status=410))["message"].startswith(
        "This issue"
    )
    await api.ask("GET", f"{REPO}/issues/2", status=404)


async def test_what_has_moved_is_a_redirect(api: Api, github: GitHubSimulator) -> None:
    home = github.world.repositories["example/sunrise"]
    target = github.add_repository("example/backend")
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    github.world.transfer(home, 1, target)
    await api.ask("GET", f"{REPO}/issues/1", status=301)
    assert api.last["location"].endswith("/repos/example/backend/issues/1")

    github.world.rename("example/sunrise", "example/sunset")
    await api.ask("GET", f"{REPO}/issues?state=all", status=301)
    assert api.last["location"].endswith("/repos/example/sunset/issues?state=all")
    assert api.last["location"].startswith(api.base)


@pytest.mark.off_contract("the description has no redirect for a POST")
async def test_a_write_to_an_old_name_keeps_its_method(api: Api, github: GitHubSimulator) -> None:
    github.world.rename("example/sunrise", "example/sunset")
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=307)


async def test_comments_are_listed_oldest_first(api: Api) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    for text in ("a", "b"):
        await api.ask("POST", f"{REPO}/issues/1/comments", {"body": text}, status=201)
    assert [c["body"] for c in await api.ask("GET", f"{REPO}/issues/1/comments")] == ["a", "b"]
    await api.ask("POST", f"{REPO}/issues/1/comments", {"body": ""}, status=422)
    assert await api.ask("GET", f"{REPO}/issues/1/comments?since=2100-01-01T00:00:00Z") == []


async def test_a_label_is_made_once(api: Api) -> None:
    await api.ask("GET", f"{REPO}/labels/testflight", status=404)
    label = {"name": "testflight", "color": "1d76db", "description": "From testers"}
    made = await api.ask("POST", f"{REPO}/labels", label, status=201)
    assert label.items() <= made.items()
    again = await api.ask("POST", f"{REPO}/labels", {**label, "name": "TestFlight"}, status=422)
    assert again["errors"][0]["code"] == "already_exists"
    assert await api.ask("GET", f"{REPO}/labels/TESTFLIGHT") == made


async def test_assignees_and_milestones_are_told(api: Api, github: GitHubSimulator) -> None:
    home = github.world.repositories["example/sunrise"]
    home.assignable = {"octo"}
    github.world.add_milestone(home, "2.4")
    await api.ask("GET", f"{REPO}/assignees/octo", status=204)
    await api.ask("GET", f"{REPO}/assignees/nobody", status=404)
    (milestone,) = await api.ask("GET", f"{REPO}/milestones?state=all")
    made = await api.ask("POST", f"{REPO}/issues", {"title": "x", "milestone": 1}, status=201)
    assert made["milestone"] == milestone


async def test_a_read_is_conditional_and_then_costs_nothing(
    api: Api, github: GitHubSimulator
) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    for path in (f"{REPO}/issues/1", f"{REPO}/issues?state=all"):
        await api.ask("GET", path)
        tag, used = api.last["etag"], github.access.rate()["used"]
        api.headers["If-None-Match"] = tag
        await api.ask("GET", path, status=304)
        assert (api.last["etag"], github.access.rate()["used"]) == (tag, used)
        await api.ask("PATCH", f"{REPO}/issues/1", {"title": path})
        await api.ask("GET", path)
        assert api.last["etag"] != tag
        del api.headers["If-None-Match"]


@pytest.mark.off_contract("a wrong token")
async def test_a_condition_lets_nobody_in(api: Api) -> None:
    await api.ask("GET", f"{REPO}/issues")
    api.headers |= {"If-None-Match": api.last["etag"], "Authorization": "Bearer wrong"}
    await api.ask("GET", f"{REPO}/issues", status=401)


async def test_labels_are_put_on_and_taken_off(api: Api) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x", "labels": ["a"]}, status=201)
    path = f"{REPO}/issues/1/labels"
    put = await api.ask("POST", path, {"labels": ["testflight: not the same", "a"]})
    assert [label["name"] for label in put] == ["a", "testflight: not the same"]
    assert await api.ask("GET", path) == put
    left = await api.ask("DELETE", f"{path}/TestFlight%3A%20not%20the%20same")
    assert [label["name"] for label in left] == ["a"]
    gone = await api.ask("DELETE", f"{path}/testflight%3A%20not%20the%20same", status=404)
    assert gone["message"] == "Label does not exist"


async def test_without_push_access_labels_stay(api: Api, github: GitHubSimulator) -> None:
    await api.ask("POST", f"{REPO}/issues", {"title": "x", "labels": ["a"]}, status=201)
    github.world.repositories["example/sunrise"].push = False
    await api.ask("POST", f"{REPO}/issues/1/labels", {"labels": ["b"]}, status=403)
    await api.ask("DELETE", f"{REPO}/issues/1/labels/a", status=403)


async def test_a_timeline_tells_what_happened(api: Api) -> None:
    for title in ("kept", "extra"):
        await api.ask("POST", f"{REPO}/issues", {"title": title}, status=201)
    await api.ask("POST", f"{REPO}/issues/2/comments", {"body": "Hm."}, status=201)
    await api.ask("POST", f"{REPO}/issues/2/comments", {"body": "Duplicate of #1"}, status=201)
    closing = {"state": "closed", "state_reason": "duplicate"}
    await api.ask("PATCH", f"{REPO}/issues/2", closing)
    await api.ask("PATCH", f"{REPO}/issues/2", {"state": "open"})
    happened = await api.ask("GET", f"{REPO}/issues/2/timeline")
    assert [(e["event"], e.get("state_reason") or e.get("body")) for e in happened] == [
        ("commented", "Hm."),
        ("commented", "Duplicate of #1"),
        ("marked_as_duplicate", None),
        ("closed", "duplicate"),
        ("reopened", "reopened"),
    ]


async def test_graphql_tells_what_an_issue_is_a_duplicate_of(api: Api) -> None:
    kept = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)
    await api.ask("POST", f"{REPO}/issues", {"title": "y"}, status=201)
    variables = {"owner": "example", "name": "sunrise", "number": 2}
    asked = {"query": "query { viewer { login } }", "variables": variables}
    before = await api.ask("POST", "/graphql", asked)
    closing = {"state": "closed", "state_reason": "duplicate", "duplicate_issue_id": kept["id"]}
    await api.ask("PATCH", f"{REPO}/issues/2", closing)
    after = await api.ask("POST", "/graphql", asked)
    marks = [a["data"]["repository"]["issue"]["timelineItems"]["nodes"] for a in (before, after)]
    canonical = {"number": 1, "repository": {"nameWithOwner": "example/sunrise"}}
    assert marks == [[], [{"canonical": canonical}]]
