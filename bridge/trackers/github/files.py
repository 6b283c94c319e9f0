"""Puts files where issues can link them: a branch of a repository, one Contents PUT a file.

Paths are made of our ids and names that hold the content's hash, so that a repeat finds its work
done. Links name the branch, so that a file can be taken back.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from bridge.clock import Clock
from bridge.errors import Forbidden, Gone, Refused, Transient
from bridge.model import Attachment, AttachmentResult, AttachmentRole
from bridge.trackers.github.branch import make_branch
from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Repository
from bridge.trackers.github.errors import Answer, failure, message
from bridge.trackers.github.repositories import Repositories, path_of
from bridge.trackers.github.settings import AttachmentSettings
from bridge.upstream import Pace

CONFLICTS = 5
"""So often a PUT that met another commit on the branch is sent again."""


class Files:
    """The attachments' repository and branch."""

    def __init__(
        self,
        settings: AttachmentSettings,
        *,
        client: Client,
        repositories: Repositories,
        pace: Pace,
        clock: Clock,
        path_of: Callable[[Attachment], Path],
        allow_public: bool,
    ) -> None:
        self._settings = settings
        self._client = client
        self._repositories = repositories
        self._pace = pace
        self._clock = clock
        self._path_of = path_of
        self._allow_public = allow_public

    async def put(self, files: Sequence[Attachment]) -> list[AttachmentResult]:
        """Put the files there, one after the other, and return what became of each.

        A file that can't go there is a result with `error`. Raises `BadCredentials` and what is
        `Transient`; calling again then goes on where it stopped.
        """
        if not files:
            return []
        try:
            repository = await self._repositories.look_up(self._settings.repository)
        except (Gone, Forbidden) as error:
            return [AttachmentResult(attachment=file, error=str(error)) for file in files]
        return [await self._put_one(file, repository) for file in files]

    async def _put_one(self, file: Attachment, repository: Repository) -> AttachmentResult:
        if why := self._unwanted(file, repository):
            return AttachmentResult(attachment=file, error=why)
        data = await asyncio.to_thread(self._read, file)
        path = path_for(file)
        try:
            await self._store(repository.name, path, data)
        except (Gone, Forbidden, Refused) as error:
            return AttachmentResult(attachment=file, error=str(error))
        branch = quote(self._settings.branch)
        return AttachmentResult(
            attachment=file, url=f"{repository.url}/blob/{branch}/{path}?raw=true"
        )

    def _unwanted(self, file: Attachment, repository: Repository) -> str | None:
        """Return why a file is not sent at all, or None if it may go."""
        if file.size > self._settings.max_size:
            return (
                f"{file.name} has {file.size:,} bytes, more than attachments.max_size "
                f"({self._settings.max_size:,}); it is kept by feedback-bridge"
            )
        public = not repository.private and not self._allow_public
        if public and file.role is AttachmentRole.SCREENSHOT:
            return (
                f"{repository.name} is public, so the screenshot was not put there and is kept by "
                "feedback-bridge; name a private repository in attachments, or set "
                "allow_public: true"
            )
        return None

    def _read(self, file: Attachment) -> bytes:
        try:
            data = self._path_of(file).read_bytes()
        except OSError as error:
            raise Transient(
                f"the attachment store can't give {file.name} ({error.strerror})"
            ) from None
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise Transient(f"{file.name} is damaged in the attachment store")
        return data

    async def _store(self, repository: str, path: str, data: bytes) -> None:
        """Send the file until GitHub holds exactly these bytes at this path."""
        doing = f"the file {path} in {repository}"
        replaces: str | None = None
        branch_made = False
        for attempt in range(CONFLICTS):
            answer = await self._send(repository, path, data, replaces)
            match answer.status:
                case 200 | 201:
                    self._verify(answer, data, doing)
                    return
                case 404 if not branch_made:
                    await make_branch(
                        self._client, self._pace, repository, branch=self._settings.branch
                    )
                    branch_made = True
                case 422 if replaces is None:
                    replaces = await self._blob_at(repository, path)
                    if replaces == blob_sha(data):
                        return
                    if replaces is None:
                        raise failure(answer, doing=doing, now=self._clock.now())
                case 409 if "rule violation" not in message(answer.data).lower():
                    replaces = None  # it may have been this file that changed
                    await self._clock.sleep(0.5 * 2**attempt)
                case _:
                    raise failure(answer, doing=doing, now=self._clock.now())
        raise Transient(f"other commits kept coming before {doing}")

    async def _send(self, repository: str, path: str, data: bytes, replaces: str | None) -> Answer:
        await self._pace.write()
        body: dict[str, Any] = {
            "message": f"Add {path}",
            "content": base64.b64encode(data).decode("ascii"),
            "branch": self._settings.branch,
        }
        if replaces is not None:
            body["sha"] = replaces
        return await self._client.send(
            "PUT",
            f"{path_of(repository, 'contents')}/{path}",
            doing=f"the file {path} in {repository}",
            body=body,
            expect={404, 409, 422},
        )

    def _verify(self, answer: Answer, data: bytes, doing: str) -> None:
        stored = cast("dict[str, Any]", answer.data or {}).get("content")
        if not stored or cast("dict[str, Any]", stored).get("sha") != blob_sha(data):
            raise Transient(f"GitHub holds other bytes than were sent: {doing}")

    async def _blob_at(self, repository: str, path: str) -> str | None:
        """Return the git hash of the file at a path, by its folder's list.

        The file's own document is refused for some sizes: the REST description of "Get repository
        content".
        """
        folder, _, name = path.rpartition("/")
        query = f"?ref={quote(self._settings.branch, safe='')}"
        answer = await self._client.get(
            f"{path_of(repository, 'contents')}/{folder}{query}",
            doing=f"the folder {folder} in {repository}",
            expect={HTTPStatus.NOT_FOUND},
        )
        entries = cast("list[dict[str, Any]]", answer.data if isinstance(answer.data, list) else [])
        return next((str(e["sha"]) for e in entries if e.get("name") == name), None)


def path_for(file: Attachment) -> str:
    """Return where a file goes: its feedback's folder, and its name; both hold nothing else."""
    return f"{_safe(file.feedback_id) or 'files'}/{_safe(file.name)}"


def blob_sha(data: bytes) -> str:
    """Return git's own hash of a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip(".")
