"""Makes the branch that attachments go to: one without any history of the code."""

from base64 import b64encode
from http import HTTPStatus

from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import read_sha
from bridge.trackers.github.repositories import path_of
from bridge.upstream import Pace

README = """\
# Attachments

feedback-bridge puts screenshots and crash logs from TestFlight here, so that issues can show
them. A file that is deleted here is gone from its issue too.
"""


async def make_branch(client: Client, pace: Pace, repository: str, *, branch: str) -> None:
    """Make the branch, with a README as its only file; nothing happens if it is there.

    An empty repository has no git objects to begin with (409), so it gets the README on its
    default branch first. Raises `Gone` or `Forbidden` if the token may not write there.
    """
    doing = f"the branch {branch} of {repository}"
    entry = {"path": "README.md", "mode": "100644", "type": "blob", "content": README}
    await pace.write()
    tree = await client.send(
        "POST",
        path_of(repository, "git", "trees"),
        doing=doing,
        body={"tree": [entry]},
        expect={409},
    )
    if tree.status == HTTPStatus.CONFLICT:
        await _begin(client, pace, repository)
        await pace.write()
        tree = await client.send(
            "POST", path_of(repository, "git", "trees"), doing=doing, body={"tree": [entry]}
        )
    await pace.write()
    commit = await client.send(
        "POST",
        path_of(repository, "git", "commits"),
        doing=doing,
        body={"message": "Begin the attachments", "tree": read_sha(tree.data), "parents": []},
    )
    await pace.write()
    await client.send(
        "POST",
        path_of(repository, "git", "refs"),
        doing=doing,
        body={"ref": f"refs/heads/{branch}", "sha": read_sha(commit.data)},
        expect={422},  # it exists: somebody made it meanwhile
    )


async def _begin(client: Client, pace: Pace, repository: str) -> None:
    """Give an empty repository its first commit."""
    await pace.write()
    await client.send(
        "PUT",
        path_of(repository, "contents", "README.md"),
        doing=f"the first file of {repository}",
        body={
            "message": "Say what this repository is for",
            "content": b64encode(README.encode()).decode("ascii"),
        },
        expect={409, 422},  # it is no longer empty
    )
