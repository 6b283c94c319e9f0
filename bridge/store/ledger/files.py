"""What was attached to a group's issue, and what could not be."""

from collections.abc import Sequence

from sqlalchemy import select

from bridge.model import AttachmentResult
from bridge.store.engine import upsert, whole
from bridge.store.ledger.groups import group_row
from bridge.store.ledger.part import LedgerPart
from bridge.store.records import dump, load
from bridge.store.schema import FILES


class FileLedger(LedgerPart):
    """Results of attaching, by group; the originals are in the attachment store."""

    @whole
    async def record_files(self, group_id: str, results: Sequence[AttachmentResult]) -> None:
        """Keep what became of files; a later result for the same file replaces the earlier.

        Raises Gone if there is no such group.
        """
        async with self._database.writing() as connection:
            await group_row(connection, group_id)
            for result in results:
                file = result.attachment
                key = {"group_id": group_id, "feedback_id": file.feedback_id, "name": file.name}
                await connection.execute(upsert(connection, FILES, key, {"record": dump(result)}))

    @whole
    async def files(self, group_id: str) -> Sequence[AttachmentResult]:
        """Return what became of a group's files, in the order in which they came."""
        query = select(FILES.c.record).where(FILES.c.group_id == group_id).order_by(FILES.c.id)
        async with self._database.reading() as connection:
            return [load(AttachmentResult, text) for text in await connection.scalars(query)]
