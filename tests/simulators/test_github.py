"""The simulated GitHub answers as the real one does."""

import base64
import hashlib
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from yarl import URL

from bridge.simulators.github import GitHubSimulator
from bridge.simulators.github.git import Git
from bridge.simulators.server import Simulator

REPO = "/repos/example/sunrise"
FILES = "/repos/example/sunrise-feedback"


class Api:
    """A client that asserts the status and returns the JSON."""

    def __init__(self, base: str, token: str | None) -> None:
        self.base = base
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.last: dict[str, str] = {}

    async def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.base + path, json=body, headers=self.headers, allow_redirects=False
            ) as answer,
        ):
            text = await answer.text()
            assert answer.status == status, text
            self.last = {name.lower(): value for name, value in answer.headers.items()}
            return await answer.json() if text and "json" in answer.content_type else text


@pytest.fixture
def github(simulator: Simulator) -> GitHubSimulator:
    return simulator.github


@pytest.fixture
def api(simulator: Simulator, github: GitHubSimulator) -> Api:
    return Api(f"{simulator.origin}/github", github.token)


# Who may ask


async def test_without_a_token_nothing_is_told(api: Api) -> None:
    api.headers = {}
    answer = await api.ask("GET", REPO, status=401)
    assert answer["message"] == "Requires authentication"


@pytest.mark.parametrize("value", ["Bearer wrong", "token wrong", "Basic d3Jvbmc=", "wrong wrong"])
async def test_a_wrong_token_is_bad_credentials(api: Api, value: str) -> None:
    api.headers = {"Authorization": value}
    assert (await api.ask("GET", REPO, status=401))["message"] == "Bad credentials"


async def test_both_schemes_are_taken(api: Api, github: GitHubSimulator) -> None:
    for scheme in ("token", "Bearer", "bearer"):
        api.headers = {"Authorization": f"{scheme} {github.token}"}
        assert (await api.ask("GET", REPO))["full_name"] == "example/sunrise"


async def test_a_right_that_is_missing_is_named(api: Api, github: GitHubSimulator) -> None:
    del github.access.permissions["issues"]
    answer = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=403)
    assert answer["message"] == "Resource not accessible by personal access token"
    assert api.last["x-accepted-github-permissions"] == "issues=write"
    assert await api.ask("GET", f"{REPO}/issues") == []


async def test_an_unknown_repository_is_not_found(api: Api) -> None:
    assert (await api.ask("GET", "/repos/example/no", status=404))["message"] == "Not Found"


# Issues


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


# Files


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def test_the_first_file_begins_a_repository(api: Api) -> None:
    put = {"message": "m", "content": encoded(b"hello")}
    missing = await api.ask(
        "PUT", f"{FILES}/contents/a.txt", {**put, "branch": "assets"}, status=404
    )
    assert missing["message"] == "Branch assets not found"
    await api.ask("GET", f"{FILES}/git/ref/heads/main", status=409)

    done = await api.ask("PUT", f"{FILES}/contents/a.txt", put, status=201)

    assert done["content"]["sha"] == "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"
    ref = await api.ask("GET", f"{FILES}/git/ref/heads/main")
    assert ref["object"]["sha"] == done["commit"]["sha"]
    file = await api.ask("GET", f"{FILES}/contents/a.txt")
    assert base64.b64decode(file["content"]) == b"hello"


async def test_a_file_is_replaced_only_by_who_knows_it(api: Api) -> None:
    path, put = f"{FILES}/contents/x/a.txt", {"message": "m", "content": encoded(b"1")}
    first = await api.ask("PUT", path, put, status=201)
    blind = await api.ask("PUT", path, put, status=422)
    assert blind["message"] == 'Invalid request.\n\n"sha" wasn\'t supplied.'
    await api.ask("PUT", path, {**put, "sha": "0" * 40}, status=409)
    change = {**put, "content": encoded(b"2"), "sha": first["content"]["sha"]}
    second = await api.ask("PUT", path, change)
    await api.ask("DELETE", path, {"message": "m", "sha": second["content"]["sha"]})
    await api.ask("GET", path, status=404)
    await api.ask("DELETE", path, {"message": "m", "sha": "0" * 40}, status=404)


async def test_a_folder_is_a_list_without_contents(api: Api) -> None:
    for name in ("x/a.txt", "x/b.txt", "x/y/c.txt", "z.txt"):
        put = {"message": "m", "content": encoded(name.encode())}
        await api.ask("PUT", f"{FILES}/contents/{name}", put, status=201)
    listed = await api.ask("GET", f"{FILES}/contents/x?ref=main")
    assert [entry["name"] for entry in listed] == ["a.txt", "b.txt"]
    assert all("content" not in entry for entry in listed)
    await api.ask("GET", f"{FILES}/contents/x?ref=other", status=404)
    await api.ask("GET", f"{FILES}/contents/no", status=404)


async def test_a_large_file_comes_without_its_content(api: Api, github: GitHubSimulator) -> None:
    git, data = github.world.repositories["example/sunrise-feedback"].git, bytes(1024**2 + 1)
    git.branches["main"] = git.add_commit(
        git.add_tree({"big": git.add_blob(data)}), (), "m", "2026-11-24T10:02:00Z"
    ).sha
    file = await api.ask("GET", f"{FILES}/contents/big")
    assert (file["size"], file["encoding"], file["content"]) == (len(data), "none", "")
    shown = await api.ask("GET", "/example/sunrise-feedback/blob/main/big?raw=true")
    assert len(shown) == len(data)


@pytest.mark.parametrize("content", ["not base64!", "a"])
async def test_a_content_that_is_no_base64_is_refused(api: Api, content: str) -> None:
    put = {"message": "m", "content": content}
    await api.ask("PUT", f"{FILES}/contents/a", put, status=422)


@pytest.mark.off_contract("a path that no path template has")
@pytest.mark.parametrize("path", ["a/%2E%2E/b", ".git/config", "a//b"])
async def test_a_malformed_path_is_refused(api: Api, path: str) -> None:
    put = {"message": "m", "content": encoded(b"x")}
    async with aiohttp.ClientSession() as session:
        url = URL(f"{api.base}{FILES}/contents/{path}", encoded=True)
        async with session.put(url, json=put, headers=api.headers) as answer:
            assert answer.status == 422


async def test_an_orphan_branch_is_made_of_git_objects(api: Api) -> None:
    put = {"message": "m", "content": encoded(b"code")}
    await api.ask("PUT", f"{REPO}/contents/App.swift", put, status=201)
    entry = {"path": "README.md", "mode": "100644", "type": "blob", "content": "files"}
    tree = await api.ask("POST", f"{REPO}/git/trees", {"tree": [entry]}, status=201)
    new: dict[str, Any] = {"message": "begin", "tree": tree["sha"], "parents": []}
    commit = await api.ask("POST", f"{REPO}/git/commits", new, status=201)
    ref = {"ref": "refs/heads/assets", "sha": commit["sha"]}
    await api.ask("POST", f"{REPO}/git/refs", ref, status=201)
    exists = await api.ask("POST", f"{REPO}/git/refs", ref, status=422)
    assert exists["message"] == "Reference already exists"
    assert commit["parents"] == []
    await api.ask("GET", f"{REPO}/contents/README.md?ref=assets")
    await api.ask("GET", f"{REPO}/contents/App.swift?ref=assets", status=404)


async def test_several_files_go_into_one_commit(api: Api) -> None:
    first = await api.ask(
        "PUT", f"{REPO}/contents/a", {"message": "m", "content": encoded(b"a")}, status=201
    )
    body = {"content": encoded(b"\xff\x00"), "encoding": "base64"}
    blob = await api.ask("POST", f"{REPO}/git/blobs", body, status=201)
    entry = {"path": "b/c", "mode": "100644", "type": "blob", "sha": blob["sha"]}
    base = first["commit"]["tree"]["sha"]
    tree = await api.ask(
        "POST", f"{REPO}/git/trees", {"tree": [entry], "base_tree": base}, status=201
    )
    assert {e["path"] for e in tree["tree"]} == {"a", "b/c"}


async def test_objects_that_refer_to_nothing_are_refused(api: Api) -> None:
    await api.ask(
        "PUT", f"{REPO}/contents/a", {"message": "m", "content": encoded(b"a")}, status=201
    )
    sha = "0" * 40
    entry = {"path": "b", "mode": "100644", "type": "blob", "sha": sha}
    await api.ask("POST", f"{REPO}/git/trees", {"tree": [entry]}, status=422)
    await api.ask("POST", f"{REPO}/git/trees", {"tree": []}, status=422)
    await api.ask("POST", f"{REPO}/git/commits", {"message": "m", "tree": sha}, status=422)
    await api.ask("POST", f"{REPO}/git/refs", {"ref": "refs/heads/x", "sha": sha}, status=422)
    await api.ask("GET", f"{REPO}/git/ref/heads/x", status=404)


def test_a_trees_hash_is_gits_own() -> None:
    git = Git()
    blob = git.add_blob(b"hello")
    # `git write-tree` of the files a.txt and d/b.txt, both `hello` without a line break
    assert (
        git.add_tree({"a.txt": blob, "d/b.txt": blob}) == "a63f001e64f38fe0b1a31e470fac31cc3325b4ba"
    )


# Limits


class Clock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.at = 1_795_514_520.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def limited(clock: Clock) -> AsyncIterator[tuple[GitHubSimulator, Api]]:
    """A GitHub with the real limits and a clock of its own."""
    github = GitHubSimulator(
        origin=lambda: str(server.make_url("")).rstrip("/"), real_limits=True, now=clock
    )
    github.add_repository("example/sunrise")
    app = web.Application()
    app.add_subapp("/github", github.application())
    async with TestServer(app) as server:
        yield github, Api(str(server.make_url("/github")), github.token)


async def test_eighty_writes_a_minute_are_taken(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    _, api = limited
    for n in range(80):
        clock.at += 0.1
        await api.ask("POST", f"{REPO}/issues", {"title": f"{n}"}, status=201)
    refused = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=403)
    assert refused["message"].startswith("You have exceeded a secondary rate limit")
    wait = int(api.last["retry-after"])
    assert 52 <= wait <= 54
    await api.ask("GET", f"{REPO}/issues")
    clock.at += wait
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)


async def test_five_hundred_writes_an_hour_are_taken(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    github, api = limited
    github.world.add_issue(github.world.repositories["example/sunrise"], "x", None)
    for _ in range(500):
        clock.at += 1
        await api.ask("PATCH", f"{REPO}/issues/1", {"title": "y"})
    await api.ask("PATCH", f"{REPO}/issues/1", {"title": "y"}, status=403)
    assert int(api.last["retry-after"]) > 3000


async def test_the_primary_limit_is_told_in_headers(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    _, api = limited
    rate = (await api.ask("GET", "/rate_limit"))["rate"]
    assert (rate["limit"], rate["used"]) == (5000, 1)
    assert api.last["x-ratelimit-remaining"] == "4999"
    assert api.last["x-ratelimit-reset"] == str(int(clock.at) + 3600)


def pem_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


async def test_an_apps_token_ends_after_an_hour(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    github, api = limited
    private, public = pem_pair()
    github.add_installation(7, app_id="12", public_key=public)
    now = int(time.time())  # the JWT library asks the machine's clock
    claims = {"iss": "12", "iat": now - 60, "exp": now + 300}
    clock.at = now
    signed = jwt.encode(claims, private, algorithm="RS256")
    api.headers = {"Authorization": f"Bearer {signed}"}
    assert (await api.ask("GET", "/app/installations/7"))["id"] == 7
    await api.ask("POST", "/app/installations/8/access_tokens", status=404)
    lent = await api.ask("POST", "/app/installations/7/access_tokens", status=201)

    api.headers = {"Authorization": f"token {lent['token']}"}
    await api.ask("GET", REPO)
    clock.at += 3601
    await api.ask("GET", REPO, status=401)


async def test_an_app_that_signs_wrongly_is_refused(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    github, api = limited
    private, public = pem_pair()
    github.add_installation(7, app_id="12", public_key=public)
    now = int(time.time())  # the JWT library asks the machine's clock
    clock.at = now
    good = {"iss": "12", "iat": now - 60, "exp": now + 300}
    other = pem_pair()[0]
    for claims, key in (
        (good, other),
        ({**good, "exp": now + 900}, private),
        ({**good, "exp": now - 1}, private),
        ({**good, "iss": "13"}, private),
    ):
        signed = jwt.encode(claims, key, algorithm="RS256")
        api.headers = {"Authorization": f"Bearer {signed}"}
        await api.ask("POST", "/app/installations/7/access_tokens", status=401)


# Pages and the snapshot


async def test_a_file_is_shown_to_anyone(api: Api, github: GitHubSimulator) -> None:
    put = {"message": "m", "content": encoded(b"<script>")}
    await api.ask("PUT", f"{FILES}/contents/a/b.html", put, status=201)
    page = "/example/sunrise-feedback/blob/main/a/b.html"
    api.headers = {}
    assert await api.ask("GET", f"{page}?raw=true") == "<script>"
    assert api.last["content-type"].startswith("text/plain")
    assert api.last["x-content-type-options"] == "nosniff"
    assert "a/b.html" in await api.ask("GET", page)
    await api.ask("GET", "/example/sunrise-feedback/blob/main/no?raw=true", status=404)
    await api.ask("GET", "/example/nowhere/blob/main/no?raw=true", status=404)


async def test_an_issues_page_shows_its_source_and_runs_none_of_it(api: Api) -> None:
    body = {"title": "<b>x</b>", "body": "<script>alert(1)</script>"}
    await api.ask("POST", f"{REPO}/issues", body, status=201)
    api.headers = {}
    page = await api.ask("GET", "/example/sunrise/issues/1")
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>" not in page
    assert "default-src 'none'" in api.last["content-security-policy"]
    await api.ask("GET", "/example/sunrise/issues/2", status=404)


async def test_the_snapshot_names_the_files_that_a_body_links(
    api: Api, github: GitHubSimulator
) -> None:
    put = {"message": "m", "content": encoded(b"picture")}
    await api.ask("PUT", f"{FILES}/contents/AK/a_b.png", put, status=201)
    link = f"{api.base}/example/sunrise-feedback/blob/main/AK/a_b.png?raw=true"
    gone = f"{api.base}/example/sunrise-feedback/blob/main/AK/gone.png?raw=true"
    body = f'![a]({link}) <img src="{link}"> [b]({gone})'
    await api.ask("POST", f"{REPO}/issues", {"title": "x", "body": body}, status=201)
    await api.ask("POST", f"{REPO}/issues/1/comments", {"body": "Hm."}, status=201)

    (issue,) = github.snapshot()["issues"]

    assert issue["attachments"] == [
        {"name": "a_b.png", "size": 7, "sha256": hashlib.sha256(b"picture").hexdigest()}
    ]
    assert issue["comments"] == ["Hm."]
    assert (issue["number"], issue["title"], issue["state"]) == (1, "x", "open")
