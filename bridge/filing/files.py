"""Files: what of a feedback goes to the tracker as a file, and when."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bridge.fetch import log_name
from bridge.filing.desks import Desk
from bridge.model import Attachment, AttachmentRole, Group, Occurrence
from bridge.redact import redact_log
from bridge.render import long_comment
from bridge.store import Blobs, KeptFeedback, Store

WITH_FILES = 20
"""Feedbacks of an issue whose files are attached; after that only the newest one's are added at
each rewrite, since writes are scarce."""


class Files:
    """Attaches what testers sent to issues, each file once."""

    def __init__(self, store: Store) -> None:
        self._ledger = store.ledger
        self._blobs = store.blobs

    async def of(self, kept: KeptFeedback) -> Sequence[Attachment]:
        """Return the screenshots unchanged, the redacted log, and a comment too long to show."""
        return await issue_files(kept, self._blobs)

    async def attach(self, desk: Desk, group: Group, files: Sequence[Attachment]) -> bool:
        """Put up those files that no earlier run has put up; return whether one was refused."""
        there = {r.attachment.name: r for r in await self._ledger.files(group.id)}
        missing = [f for f in files if f.name not in there]
        # Where each file is a write of its own, a later one's failure doesn't repeat the earlier.
        step = 1 if desk.tracker.attach_when == "before" else max(len(missing), 1)
        for start in range(0, len(missing), step):
            results = await desk.tracker.attach(group.issue, missing[start : start + step])
            await self._ledger.record_files(group.id, results)
            there |= {r.attachment.name: r for r in results}
        return any(there[f.name].error for f in files)

    async def attach_newest(
        self, desk: Desk, group: Group, occurrences: Sequence[Occurrence]
    ) -> bool:
        """Put up the files of newer occurrences; return whether the issue had a log before."""
        recorded = await self._ledger.files(group.id)
        theirs: dict[str, set[AttachmentRole]] = {}
        for result in recorded:
            theirs.setdefault(result.attachment.feedback_id, set()).add(result.attachment.role)
        newest_first = list(reversed(occurrences))
        room = WITH_FILES - len(theirs)
        missing = [o for o in newest_first[:WITH_FILES] if _lacks(o, theirs)]
        missing = missing if room > 0 else [o for o in missing if o is newest_first[0]]
        for occurrence in missing[: max(room, 1)]:
            kept = await self._ledger.feedback(group.app, occurrence.feedback_id)
            if kept is not None:
                await self.attach(desk, group, await self.of(kept))
        return any(AttachmentRole.LOG in roles for roles in theirs.values())


def _lacks(occurrence: Occurrence, theirs: dict[str, set[AttachmentRole]]) -> bool:
    """Return whether an occurrence has files that may not be attached: its log came later."""
    roles = theirs.get(occurrence.feedback_id)
    return roles is None or (occurrence.log is not None and AttachmentRole.LOG not in roles)


async def issue_files(kept: KeptFeedback, blobs: Blobs) -> Sequence[Attachment]:
    """Return the screenshots unchanged, the redacted log, and a comment too long for the issue."""
    files = list(kept.files)
    if kept.log is not None:
        files.append(await _log_file(kept.log, blobs))
    comment = long_comment(kept.feedback)
    if comment is not None:
        digest, size = await blobs.put(comment)
        files.append(
            Attachment(
                role=AttachmentRole.TEXT,
                name=f"comment-{digest[:12]}.txt",
                sha256=digest,
                size=size,
                media_type="text/plain",
                feedback_id=kept.feedback.id,
            )
        )
    return files


async def _log_file(log: Attachment, blobs: Blobs) -> Attachment:
    """Return the log as the tracker gets it: redacted; the same bytes if nothing had to be.

    The original stays in the store.
    """
    original = await blobs.read(log.sha256)
    public = await asyncio.to_thread(redact_log, original)
    if public == original:
        return log
    digest, size = await blobs.put(public)
    return replace(log, sha256=digest, size=size, name=log_name(log.feedback_id, public))
