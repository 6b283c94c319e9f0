"""Attaching files: what is there stays, the rest goes up in one request and is verified."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from bridge.errors import Forbidden, Gone, Transient
from bridge.model import Attachment, AttachmentResult, IssueRef
from bridge.trackers.jira.answers import number, rows, table, text
from bridge.trackers.jira.client import Connection, Request, Upload
from bridge.trackers.jira.failures import JiraRefused, quotable
from bridge.upstream import Pace

USUAL_LIMIT = 10 * 1024 * 1024  # bytes a file; what Jira starts with, administrators change it
MOST_FILES = 50  # Jira answers 413 above 60 a request
MOST_BYTES = 64 * 1024 * 1024  # a request is built in memory


class Uploads:
    """Attaches files to issues."""

    def __init__(self, jira: Connection, pace: Pace, path_of: Callable[[Attachment], Path]) -> None:
        self._jira = jira
        self._pace = pace
        self._path_of = path_of
        self._limit: int | None = None

    async def limit(self) -> int:
        """Return how many bytes a file may have, 0 if attachments are off; read once."""
        if self._limit is None:
            meta = table(await self._jira.get("attachment/meta", doing="read the attachment limit"))
            most = number(meta.get("uploadLimit"))
            self._limit = 0 if meta.get("enabled") is False else most or USUAL_LIMIT
        return self._limit

    async def attach(
        self, issue: IssueRef, files: Sequence[Attachment]
    ) -> Sequence[AttachmentResult]:
        """Attach what isn't attached yet; a file that can't be is a result with `error`."""
        limit = await self.limit()
        there = await self._there(issue)
        errors: dict[Attachment, str] = {}
        missing: list[Attachment] = []
        for file in files:
            if (file.name, file.size) in there:
                continue
            if why := await self._unfit(file, limit):
                errors[file] = why
            else:
                missing.append(file)
        for batch in _batches(missing):
            errors |= await self._send(issue, batch)
        return [
            AttachmentResult(
                attachment=file,
                url=None if file in errors else file.name,
                error=errors.get(file),
            )
            for file in files
        ]

    async def _there(self, issue: IssueRef) -> set[tuple[str, int]]:
        answer = await self._jira.get(
            f"issue/{issue.id or issue.key}",
            params={"fields": "attachment"},
            doing=f"read the attachments of {issue.key}",
        )
        listed = rows(table(table(answer).get("fields")).get("attachment"))
        return {(text(row.get("filename")), number(row.get("size")) or 0) for row in listed}

    async def _unfit(self, file: Attachment, limit: int) -> str | None:
        if limit == 0:
            return "Attachments are turned off in this Jira."
        if file.size > limit:
            return f"{file.name} has {file.size:,} bytes; this Jira takes {limit:,} a file."
        if not await asyncio.to_thread(self._path_of(file).is_file):
            return f"{file.name} is no longer in the attachment store."
        return None

    async def _send(self, issue: IssueRef, batch: Sequence[Attachment]) -> dict[Attachment, str]:
        """Send the files in one request; if that is too much for Jira, one by one."""
        try:
            await self._post(issue, batch)
        except Forbidden as forbidden:
            return dict.fromkeys(batch, str(forbidden))
        except JiraRefused as refused:
            if len(batch) == 1:
                return {batch[0]: _too_large(batch[0], refused)}
        else:
            return {}
        errors: dict[Attachment, str] = {}
        for file in batch:
            errors |= await self._send(issue, [file])
        return errors

    async def _post(self, issue: IssueRef, batch: Sequence[Attachment]) -> None:
        await self._pace.write()
        answer = await self._jira.send(
            Request(
                method="POST",
                path=f"issue/{issue.id or issue.key}/attachments",
                doing=f"attach files to {issue.key}",
                files=[
                    Upload(name=file.name, path=self._path_of(file), media_type=file.media_type)
                    for file in batch
                ],
            )
        )
        kept = {text(row.get("filename")): row for row in rows(answer)}
        for file in batch:
            await self._verify(issue, file, kept.get(file.name, {}))

    async def _verify(self, issue: IssueRef, file: Attachment, row: Mapping[str, object]) -> None:
        """Take a file back that did not arrive whole, and have the attaching done again."""
        if number(row.get("size")) == file.size:
            return
        if wrong := text(row.get("id")):
            doing = f"take back {file.name} from {issue.key}"
            # The account may lack the right to; then the whole file comes beside the broken one.
            with suppress(Forbidden, Gone):
                path = f"attachment/{wrong}"
                await self._jira.send(Request(method="DELETE", path=path, doing=doing))
        raise Transient(
            f"{file.name} did not arrive whole at {issue.key}; it is attached again later."
        )


def _too_large(file: Attachment, refused: JiraRefused) -> str:
    if refused.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return f"{file.name} ({file.size:,} bytes) is more than this Jira takes."
    return f"Jira refused {file.name}: {quotable(refused.complaint.sentence)}"


def _batches(files: Sequence[Attachment]) -> Iterator[list[Attachment]]:
    batch: list[Attachment] = []
    for file in files:
        full = len(batch) == MOST_FILES or sum(f.size for f in batch) + file.size > MOST_BYTES
        if batch and full:
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch
