"""Understanding: from a kept crash log to a diagnosis of what the tracker may see of it."""

import asyncio

from bridge import crash
from bridge.model import Attachment, Diagnosis
from bridge.redact import redact_log
from bridge.store import Blobs


class Understanding:
    """Reads crash logs out of the store, redacted first."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def of(self, log: Attachment | None) -> Diagnosis | None:
        """Return what a log says; None if there is none, or it is no Apple report."""
        if log is None:
            return None
        data = await self._blobs.read(log.sha256)
        return await asyncio.to_thread(_understood, data)


def _understood(log: bytes) -> Diagnosis | None:
    """Redact a log and read it; takes seconds for a log of many megabytes."""
    return crash.understand(redact_log(log))
