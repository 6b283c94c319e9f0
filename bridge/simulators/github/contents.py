"""Files and git objects of the simulated GitHub."""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bridge.simulators.github.access import Access, Refusal, invalid
from bridge.simulators.github.documents import Documents, stamp
from bridge.simulators.github.fields import json_object
from bridge.simulators.github.git import Commit, Git
from bridge.simulators.github.issues import find_repository
from bridge.simulators.github.state import Repository, World

DEFAULT_BRANCH = "main"
INLINE_LIMIT = 1024**2
"""Larger files come without their content: the REST description of "Get repository content"."""
COMMIT_TIME = 0.002
"""Seconds that a commit takes; another one on the branch in between is a conflict."""


class Contents:
    """The handlers."""

    def __init__(self, world: World, access: Access, documents: Callable[[], Documents]) -> None:
        self._world = world
        self._access = access
        self._documents = documents

    def add_routes(self, app: web.Application) -> None:
        """Add the API's paths."""
        repo, guard, router = "/repos/{owner}/{repo}", self._access.guard, app.router
        file = repo + "/contents/{path:.+}"
        router.add_get(file, guard(self.get))
        router.add_put(file, guard(self.put, right="contents"))
        router.add_delete(file, guard(self.delete, right="contents"))
        router.add_get(repo + "/git/ref/{ref:.+}", guard(self.get_ref))
        for kind, handler in (
            ("blobs", self.add_blob),
            ("trees", self.add_tree),
            ("commits", self.add_commit),
            ("refs", self.add_ref),
        ):
            router.add_post(f"{repo}/git/{kind}", guard(handler, right="contents"))

    async def get(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        branch, path = self._branch(repository, request.query.get("ref")), _path(request)
        files = repository.git.files(branch)
        documents = self._documents()
        if path in files:
            document = documents.entry(repository, branch, path, files[path])
            data = repository.git.blobs[files[path]]
            small = len(data) <= INLINE_LIMIT
            document["encoding"] = "base64" if small else "none"
            document["content"] = base64.encodebytes(data).decode("ascii") if small else ""
            return web.json_response(document)
        inside = {p: sha for p, sha in files.items() if p.startswith(f"{path}/")}
        if not inside:
            raise Refusal(404, "Not Found")
        entries = [documents.entry(repository, branch, p, sha) for p, sha in inside.items()]
        return web.json_response([e for e in entries if "/" not in e["path"][len(path) + 1 :]])

    async def put(self, request: web.Request) -> web.Response:
        repository, path = self._writable(request), _path(request)
        asked = await json_object(request)
        data = _decoded(asked.get("content"))
        branch = self._branch_to_write(repository, asked.get("branch"))
        files = repository.git.files(branch)
        self._check_sha(files, path, asked.get("sha"))
        commit = await self._commit(
            repository,
            branch,
            {**files, path: repository.git.add_blob(data)},
            str(asked.get("message", "")),
        )
        return self._committed(
            repository, commit, branch=branch, path=path, status=200 if path in files else 201
        )

    async def delete(self, request: web.Request) -> web.Response:
        repository, path = self._writable(request), _path(request)
        asked = await json_object(request)
        branch = self._branch_to_write(repository, asked.get("branch"))
        files = repository.git.files(branch)
        if path not in files:
            raise Refusal(404, "Not Found")
        self._check_sha(files, path, asked.get("sha"))
        del files[path]
        commit = await self._commit(repository, branch, files, str(asked.get("message", "")))
        return self._committed(repository, commit, branch=branch, path=None, status=200)

    async def get_ref(self, request: web.Request) -> web.Response:
        repository = find_repository(self._world, request)
        git = _begun(repository.git)
        branch = request.match_info["ref"].removeprefix("heads/")
        if branch not in git.branches:
            raise Refusal(404, "Not Found")
        return web.json_response(self._documents().ref(repository, branch, git.branches[branch]))

    async def add_blob(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        asked = await json_object(request)
        text = str(asked.get("content", ""))
        data = _decoded(text) if asked.get("encoding") == "base64" else text.encode()
        sha = _begun(repository.git).add_blob(data)
        url = f"{self._documents().base}/repos/{repository.name}/git/blobs/{sha}"
        return web.json_response({"sha": sha, "url": url}, status=201)

    async def add_tree(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        git = _begun(repository.git)
        asked = await json_object(request)
        files = dict(git.trees.get(str(asked.get("base_tree")), {}))
        entries: list[dict[str, Any]] = asked.get("tree") or []
        for entry in entries:
            content = entry.get("content")
            sha = entry.get("sha") if content is None else git.add_blob(str(content).encode())
            if sha not in git.blobs:
                raise invalid("Tree", "tree.sha", "invalid")
            files[str(entry["path"])] = str(sha)
        if not files:
            raise Refusal(422, "Invalid tree info", errors=[])
        sha = git.add_tree(files)
        api = f"{self._documents().base}/repos/{repository.name}/git"
        tree = [
            {
                "path": path,
                "mode": "100644",
                "type": "blob",
                "sha": blob,
                "size": len(git.blobs[blob]),
                "url": f"{api}/blobs/{blob}",
            }
            for path, blob in files.items()
        ]
        document = {"sha": sha, "url": f"{api}/trees/{sha}", "tree": tree, "truncated": False}
        return web.json_response(document, status=201)

    async def add_commit(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        git = _begun(repository.git)
        asked = await json_object(request)
        tree, parents = str(asked.get("tree")), tuple(asked.get("parents") or ())
        if tree not in git.trees or not all(p in git.commits for p in parents):
            raise Refusal(422, "Tree SHA does not exist", errors=[])
        date = stamp(self._world.now())
        commit = git.add_commit(tree, parents, str(asked.get("message", "")), date)
        return web.json_response(self._documents().commit(repository, commit), status=201)

    async def add_ref(self, request: web.Request) -> web.Response:
        repository = self._writable(request)
        git = _begun(repository.git)
        asked = await json_object(request)
        ref, sha = str(asked.get("ref")), str(asked.get("sha"))
        if not re.fullmatch(r"refs/heads/\S+", ref) or sha not in git.commits:
            raise Refusal(422, "Object does not exist", errors=[])
        branch = ref.removeprefix("refs/heads/")
        if branch in git.branches:
            raise Refusal(422, "Reference already exists", errors=[])
        git.branches[branch] = sha
        return web.json_response(self._documents().ref(repository, branch, sha), status=201)

    def _writable(self, request: web.Request) -> Repository:
        repository = find_repository(self._world, request)
        if not repository.push:
            raise Refusal(404, "Not Found")
        if repository.archived:
            raise Refusal(403, "Repository was archived so is read-only.")
        return repository

    def _branch(self, repository: Repository, ref: str | None) -> str:
        branch = ref or DEFAULT_BRANCH
        if branch not in repository.git.branches:
            empty = repository.git.is_empty
            missing = "This repository is empty." if empty else f"No commit found for {branch}"
            raise Refusal(404, missing)
        return branch

    def _branch_to_write(self, repository: Repository, branch: object) -> str:
        """Return the branch; an empty repository begins with its default branch alone."""
        name = str(branch or DEFAULT_BRANCH)
        begins = repository.git.is_empty and name == DEFAULT_BRANCH
        if name not in repository.git.branches and not begins:
            raise Refusal(404, f"Branch {name} not found")
        return name

    def _check_sha(self, files: dict[str, str], path: str, given: object) -> None:
        if path in files and given is None:
            raise Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
        if path in files and given != files[path]:
            raise Refusal(409, f"{path} does not match {given}")

    async def _commit(
        self, repository: Repository, branch: str, files: dict[str, str], message: str
    ) -> Commit:
        """Commit on a branch; raises Refusal (409) if somebody else did so meanwhile."""
        git = repository.git
        head = git.branches.get(branch)
        await asyncio.sleep(COMMIT_TIME)
        if git.branches.get(branch) != head:
            raise Refusal(409, f"{branch} is at {git.branches.get(branch)} but expected {head}")
        tree, date = git.add_tree(files), stamp(self._world.now())
        commit = git.add_commit(tree, (head,) if head else (), message, date)
        git.branches[branch] = commit.sha
        return commit

    def _committed(
        self, repository: Repository, commit: Commit, *, branch: str, path: str | None, status: int
    ) -> web.Response:
        documents = self._documents()
        content: dict[str, Any] | None = None
        if path is not None:
            sha = repository.git.files(branch)[path]
            content = documents.entry(repository, branch, path, sha)
        document = {"content": content, "commit": documents.commit(repository, commit)}
        return web.json_response(document, status=status)


def _begun(git: Git) -> Git:
    """Return the repository's objects; raises Refusal (409) while it is empty."""
    if git.is_empty:
        raise Refusal(409, "Git Repository is empty.")
    return git


def _path(request: web.Request) -> str:
    path = request.match_info["path"]
    if any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise Refusal(422, "path contains a malformed path component", errors=[])
    return path


def _decoded(content: object) -> bytes:
    try:
        return base64.b64decode(re.sub(r"\s", "", str(content)), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(422, "content is not valid Base64", errors=[]) from None
