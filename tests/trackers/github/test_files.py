"""Files on a branch of a repository, and what keeps them from going there."""

import asyncio
import hashlib
from dataclasses import replace

import aiohttp
import pytest

from bridge.errors import BadCredentials, RateLimited, Transient
from bridge.model import AttachmentRole
from bridge.trackers.github.files import blob_sha, path_for
from tests.trackers.contract import draft
from tests.trackers.github.conftest import Make
from tests.trackers.github.harness import FILES, REPOSITORY, GitHubHarness

PUT = "PUT /github/repos/{owner}/{repo}/contents/{path}"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 64


def commits(harness: GitHubHarness, repository: str, branch: str) -> int:
    """Count the commits of a branch."""
    git = harness.github.world.repositories[repository].git
    n, head = 0, git.branches.get(branch)
    while head:
        n, parents = n + 1, git.commits[head].parents
        head = parents[0] if parents else None
    return n


async def test_the_link_gives_the_file_and_names_the_branch(harness: GitHubHarness) -> None:
    picture = harness.keep(PICTURE)

    (result,) = await harness.tracker.attach(None, [picture])

    base = f"{harness.simulator.origin}/github/{FILES}/blob/feedback-assets"
    assert result.url == f"{base}/AK7Uv_2-x/{picture.name}?raw=true"
    async with aiohttp.ClientSession() as session, session.get(result.url or "") as answer:
        assert await answer.read() == PICTURE
        assert answer.content_type == "image/png"


async def test_an_empty_repository_is_begun_on_its_own_branch_too(harness: GitHubHarness) -> None:
    await harness.tracker.attach(None, [harness.keep(PICTURE)])

    git = harness.github.world.repositories[FILES].git
    assert set(git.branches) == {"main", "feedback-assets"}
    assert list(git.files("main")) == ["README.md"]
    assert commits(harness, FILES, "feedback-assets") == 2


async def test_in_a_code_repository_the_branch_has_none_of_the_code(make: Make) -> None:
    harness = make(attachments={"repository": REPOSITORY, "branch": "feedback/files"})
    git = harness.home.git
    code = git.add_commit(git.add_tree({"App.swift": git.add_blob(b"import UI")}), (), "App", "")
    git.branches["main"] = code.sha
    picture = harness.keep(PICTURE)

    (result,) = await harness.tracker.attach(None, [picture])
    issue = await harness.tracker.create(draft(harness, block=harness.show([result])))

    assert git.branches["main"] == code.sha
    assert set(git.files("feedback/files")) == {"README.md", f"AK7Uv_2-x/{picture.name}"}
    (held,) = await harness.issues()
    assert held.key == issue.key
    assert held.files == {picture.name: picture.sha256}


async def test_a_file_costs_one_write_once_the_branch_is_there(harness: GitHubHarness) -> None:
    await harness.tracker.attach(None, [harness.keep(PICTURE)])
    before = harness.simulator.requests.copy()

    await harness.tracker.attach(None, [harness.keep(PICTURE + b"2"), harness.keep(b"3")])

    assert harness.simulator.requests - before == {PUT: 2}


async def test_a_file_that_is_there_is_not_committed_again(harness: GitHubHarness) -> None:
    picture = harness.keep(PICTURE)
    (first,) = await harness.tracker.attach(None, [picture])
    n = commits(harness, FILES, "feedback-assets")

    (again,) = await harness.tracker.attach(None, [picture])

    assert again.url == first.url
    assert commits(harness, FILES, "feedback-assets") == n


async def test_a_file_that_somebody_replaced_is_put_right(harness: GitHubHarness) -> None:
    picture = harness.keep(PICTURE)
    await harness.tracker.attach(None, [picture])
    git = harness.github.world.repositories[FILES].git
    path = path_for(picture)
    changed = {**git.files("feedback-assets"), path: git.add_blob(b"something else")}
    head = git.add_commit(git.add_tree(changed), (git.branches["feedback-assets"],), "x", "")
    git.branches["feedback-assets"] = head.sha

    (result,) = await harness.tracker.attach(None, [picture])

    assert result.error is None
    assert git.read("feedback-assets", path) == PICTURE


async def test_a_put_whose_answer_was_lost_is_done_by_the_next(harness: GitHubHarness) -> None:
    await harness.tracker.attach(None, [harness.keep(b"first")])
    picture = harness.keep(PICTURE)
    rule = {"match": "PUT /github/repos/*/*/contents/*/*", "action": "reset", "when": "after"}
    harness.simulator.faults.replace([{**rule, "times": 1}])

    with pytest.raises(Transient):
        await harness.tracker.attach(None, [picture])
    n = commits(harness, FILES, "feedback-assets")
    (result,) = await harness.tracker.attach(None, [picture])

    assert result.error is None
    assert commits(harness, FILES, "feedback-assets") == n


async def test_other_commits_in_between_are_waited_out(harness: GitHubHarness) -> None:
    await harness.tracker.attach(None, [harness.keep(b"first")])
    files = [harness.keep(b"%d" % n) for n in range(3)]

    results = await asyncio.gather(*(harness.tracker.attach(None, [file]) for file in files))

    assert all(result.error is None for (result,) in results)
    assert len(harness.github.world.repositories[FILES].git.files("feedback-assets")) == 5


async def test_commits_that_never_stop_are_tried_again_later(harness: GitHubHarness) -> None:
    rule = {"match": "PUT /github/repos/*/*/contents/*/*", "status": 409}
    harness.simulator.faults.replace([rule])

    with pytest.raises(Transient, match="other commits kept coming"):
        await harness.tracker.attach(None, [harness.keep(PICTURE)])

    assert harness.clock.slept == [0.5, 1, 2, 4, 8]


async def test_a_public_repository_gets_no_screenshots(harness: GitHubHarness) -> None:
    harness.github.world.repositories[FILES].private = False
    picture = harness.keep(PICTURE)
    log = harness.keep(b"Thread 0 Crashed", suffix=".txt", role=AttachmentRole.LOG)

    withheld, put = await harness.tracker.attach(None, [picture, log])

    assert withheld.url is None
    assert withheld.error is not None
    assert "example/sunrise-feedback is public" in withheld.error
    assert "allow_public: true" in withheld.error
    assert put.error is None
    names = harness.github.world.repositories[FILES].git.files("feedback-assets")
    assert not any(picture.name in name for name in names)


async def test_a_public_repository_gets_them_where_that_is_meant(make: Make) -> None:
    harness = make(allow_public=True)
    harness.github.world.repositories[FILES].private = False

    (result,) = await harness.tracker.attach(None, [harness.keep(PICTURE)])

    assert result.error is None


async def test_the_repository_is_looked_at_again_after_some_minutes(
    harness: GitHubHarness,
) -> None:
    (first,) = await harness.tracker.attach(None, [harness.keep(PICTURE)])
    harness.github.world.repositories[FILES].private = False
    harness.clock.advance(301)

    (second,) = await harness.tracker.attach(None, [harness.keep(PICTURE + b"2")])

    assert first.error is None
    assert second.error is not None
    assert "is public" in second.error


async def test_switched_off_attachments_say_where_the_files_are(make: Make) -> None:
    harness = make(attachments="none")

    (result,) = await harness.tracker.attach(None, [harness.keep(PICTURE)])

    assert result.url is None
    assert result.error == (
        "attachments are switched off for this tracker (attachments: none); "
        "the file is kept by feedback-bridge"
    )
    assert harness.simulator.requests.total() == 0


async def test_a_repository_that_is_missing_loses_no_feedback(make: Make) -> None:
    harness = make(attachments={"repository": "example/nowhere"})
    files = [harness.keep(PICTURE), harness.keep(PICTURE + b"2")]

    results = await harness.tracker.attach(None, files)

    assert [r.attachment for r in results] == files
    assert all("the repository example/nowhere" in (r.error or "") for r in results)


async def test_a_missing_right_is_told_with_its_name(harness: GitHubHarness) -> None:
    await harness.refuse_attachments()

    (result,) = await harness.tracker.attach(None, [harness.keep(PICTURE)])

    assert result.error is not None
    assert result.error.endswith("it needs contents=write")


async def test_a_user_who_may_not_push_is_told(harness: GitHubHarness) -> None:
    harness.github.world.repositories[FILES].push = False

    (result,) = await harness.tracker.attach(None, [harness.keep(PICTURE)])

    assert result.error is not None
    assert "the token can't see it" in result.error


async def test_a_file_beyond_the_limit_is_not_sent(make: Make) -> None:
    harness = make(attachments={"repository": FILES, "max_size": "16KB"})

    (result,) = await harness.tracker.attach(None, [harness.keep(PICTURE)])

    assert harness.tracker.limits.attachment == 16_000
    assert result.error is not None
    assert "has 16,392 bytes" in result.error
    assert harness.simulator.requests[PUT] == 0


@pytest.mark.parametrize(
    ("status", "kind"), [(401, BadCredentials), (429, RateLimited), (502, Transient)]
)
async def test_what_is_not_about_the_file_is_no_result(
    harness: GitHubHarness, status: int, kind: type[Exception]
) -> None:
    rule = {"match": "PUT /github/repos/*/*/contents/*/*", "status": status}
    harness.simulator.faults.replace([rule])

    with pytest.raises(kind):
        await harness.tracker.attach(None, [harness.keep(PICTURE)])


async def test_a_file_that_the_store_lost_is_tried_again(harness: GitHubHarness) -> None:
    picture = harness.keep(PICTURE)
    harness.path_of(picture).unlink()
    with pytest.raises(Transient, match="can't give screenshot"):
        await harness.tracker.attach(None, [picture])

    harness.path_of(picture).write_bytes(b"damaged")
    with pytest.raises(Transient, match="is damaged"):
        await harness.tracker.attach(None, [picture])


async def test_nothing_to_attach_asks_nothing(harness: GitHubHarness) -> None:
    assert await harness.tracker.attach(None, []) == []
    assert harness.simulator.requests.total() == 0


@pytest.mark.parametrize(
    ("feedback", "name", "path"),
    [
        ("AK7Uv_2-x", "shot-1-a1b2.png", "AK7Uv_2-x/shot-1-a1b2.png"),
        ("../../main", ".htaccess", "-..-main/htaccess"),
        ("", "log.txt", "files/log.txt"),
        ("a/b", "c?d#e f.png", "a-b/c-d-e-f.png"),
        ("..", "x\n.png", "files/x-.png"),
    ],
)
def test_a_path_is_made_of_harmless_parts(
    harness: GitHubHarness, feedback: str, name: str, path: str
) -> None:
    file = replace(harness.keep(b"x", feedback_id=feedback), name=name)
    assert path_for(file) == path


def test_gits_own_hash_is_known() -> None:
    # `printf 'hello' | git hash-object --stdin`
    assert blob_sha(b"hello") == "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"
    assert blob_sha(b"hello") != hashlib.sha1(b"hello", usedforsecurity=False).hexdigest()
