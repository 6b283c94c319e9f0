"""Files: what of a feedback goes to the tracker as a file."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bridge.fetch import log_name
from bridge.model import Attachment, AttachmentRole
from bridge.redact import redact_log
from bridge.render import long_comment
from bridge.store import Blobs, KeptFeedback


async def issue_files(kept: KeptFeedback, blobs: Blobs) -> Sequence[Attachment]:
    """Return the screenshots unchanged, the redacted log, and a comment too long for the issue."""
    files = list(kept.files)
    if kept.log is not None:
        files.append(await log_file(kept.log, blobs))
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


async def log_file(log: Attachment, blobs: Blobs) -> Attachment:
    """Return the log as the tracker gets it: redacted; the same bytes if nothing had to be.

    The original stays in the store.
    """
    original = await blobs.read(log.sha256)
    public = await asyncio.to_thread(redact_log, original)
    if public == original:
        return log
    digest, size = await blobs.put(public)
    return replace(log, sha256=digest, size=size, name=log_name(log.feedback_id, public))
