"""Files and git objects of the simulated GitHub."""

import base64
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bridge.simulators.github import GitHubSimulator
from bridge.simulators.github.git import Git
from tests.simulators.github.api import FILES, REPO, Api, encoded


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
