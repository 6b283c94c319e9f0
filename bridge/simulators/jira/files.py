"""Attachments: uploads in one multipart request, their limit, their content."""

import hashlib

from aiohttp import BodyPartReader, web

from bridge.simulators.jira.access import Desk, refusal
from bridge.simulators.jira.site import Issue, StoredFile

MOST_FILES = 60
_CHUNK = 64 * 1024


class Files:
    """The endpoints about attachments."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._site = desk.site

    async def settings(self, _: web.Request) -> web.Response:
        limit = {"uploadLimit": self._site.upload_limit} if self._site.attachments_enabled else {}
        return web.json_response({"enabled": self._site.attachments_enabled, **limit})

    async def add(self, request: web.Request) -> web.Response:
        """Keep all files of the request, or none of them if it is refused."""
        issue = self._desk.issue(request)
        if request.headers.get("X-Atlassian-Token", "").lower() not in ("no-check", "nocheck"):
            raise refusal(403, "XSRF check failed")
        self._desk.need("CREATE_ATTACHMENTS", "You do not have permission to create attachments.")
        if not self._site.attachments_enabled:
            raise refusal(404, "Attachments are disabled.")
        if not request.content_type.startswith("multipart/"):
            raise refusal(415, "Unsupported Media Type")
        added = await self._received(request)
        issue.files += added
        documents = self._desk.documents(request)
        return web.json_response([documents.file(file) for file in added])

    async def _received(self, request: web.Request) -> list[StoredFile]:
        added: list[StoredFile] = []
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name != "file" or not part.filename:
                continue
            data = await self._read(part)
            if len(added) == MOST_FILES:
                raise refusal(413, f"At most {MOST_FILES} files can be attached at once.")
            added.append(
                StoredFile(
                    id=self._site.new_id(),
                    name=part.filename,
                    data=data[: len(data) - self._site.loses_bytes],
                    media_type=part.headers.get("Content-Type", "application/octet-stream"),
                    created=self._site.now(),
                )
            )
        if not added:
            raise refusal(400, "There is no file in the request; the part's name must be 'file'.")
        return added

    async def _read(self, part: BodyPartReader) -> bytes:
        data = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            data += chunk
            if len(data) > self._site.upload_limit:
                raise refusal(
                    413, f"The file is larger than {self._site.upload_limit} bytes: attachment size"
                )
        return bytes(data)

    async def about(self, request: web.Request) -> web.Response:
        _, file = self._found(request.match_info["id"])
        # This endpoint alone gives the id as a number.
        document = {**self._desk.documents(request).file(file), "id": int(file.id)}
        return web.json_response(document)

    async def delete(self, request: web.Request) -> web.Response:
        issue, file = self._found(request.match_info["id"])
        self._desk.need("DELETE_OWN_ATTACHMENTS", "You may not delete attachments.")
        issue.files.remove(file)
        return web.Response(status=204)

    async def content(self, request: web.Request) -> web.Response:
        """Lead to the file, as the real service leads to its media store; or give it itself."""
        _, file = self._found(request.match_info["id"])
        if request.query.get("redirect", "true") == "false":
            return _bytes(file)
        raise web.HTTPSeeOther(f"{self._desk.base}/secure/attachment/{file.id}/{file.name}")

    async def secure(self, request: web.Request) -> web.Response:
        """Give the file to a browser, without signing in: this is no real company."""
        return _bytes(self._found(request.match_info["id"])[1])

    def _found(self, file_id: str) -> tuple[Issue, StoredFile]:
        if self._site.may("BROWSE_PROJECTS"):
            for issue in self._site.issues.values():
                for file in issue.files:
                    if file.id == file_id:
                        return issue, file
        raise refusal(404, f"The attachment with id '{file_id}' does not exist")


def digest(file: StoredFile) -> str:
    """Return the file's SHA-256."""
    return hashlib.sha256(file.data).hexdigest()


def _bytes(file: StoredFile) -> web.Response:
    headers = {"X-Content-Type-Options": "nosniff", "Content-Type": file.media_type}
    return web.Response(body=file.data, headers=headers)
