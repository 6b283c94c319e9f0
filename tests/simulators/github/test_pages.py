"""Pages of the simulated GitHub, and its snapshot."""

import hashlib

from bridge.simulators.github import GitHubSimulator
from tests.simulators.github.api import FILES, REPO, Api, encoded


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
