"""Feedback as it was fetched, whole: the only place that holds who the tester is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.errors import Gone
from bridge.model import Attachment, Feedback, Occurrence
from bridge.store.engine import upsert, whole
from bridge.store.ledger.part import LedgerPart
from bridge.store.records import (
    dump,
    dump_attachments,
    dump_words,
    load,
    load_attachments,
    load_feedback,
    load_words,
)
from bridge.store.schema import FEEDBACK, OCCURRENCES


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFeedback:
    """A feedback with its files and what could not be had of it."""

    feedback: Feedback
    files: tuple[Attachment, ...] = ()
    log: Attachment | None = None
    notes: tuple[str, ...] = ()


class FeedbackLedger(LedgerPart):
    """Feedback, by app and submission."""

    @whole
    async def keep_feedback(
        self,
        feedback: Feedback,
        *,
        files: Sequence[Attachment],
        log: Attachment | None,
        notes: Sequence[str],
    ) -> None:
        """Keep a feedback, in place of what was kept of it; a log that is kept already stays."""
        values = {
            "kind": feedback.kind.value,
            "record": dump(feedback),
            "files": dump_attachments(files),
            "notes": dump_words(notes),
        }
        if log is not None:
            values["log"] = dump(log)
        key = {"app": feedback.app, "id": feedback.id}
        async with self._database.writing() as connection:
            await connection.execute(upsert(connection, FEEDBACK, key, values))

    @whole
    async def feedback(self, app: str, feedback_id: str) -> KeptFeedback | None:
        """Return what is kept of a feedback."""
        query = select(FEEDBACK).where(FEEDBACK.c.app == app, FEEDBACK.c.id == feedback_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return KeptFeedback(
            feedback=load_feedback(row.kind, row.record),
            files=load_attachments(row.files),
            log=None if row.log is None else load(Attachment, row.log),
            notes=load_words(row.notes),
        )

    @whole
    async def keep_log(self, app: str, feedback_id: str, log: Attachment) -> None:
        """Keep the crash log that came later, with the feedback and its occurrence.

        Raises Gone if the feedback is not kept.
        """
        changed = update(FEEDBACK).where(FEEDBACK.c.app == app, FEEDBACK.c.id == feedback_id)
        async with self._database.writing() as connection:
            done = await connection.execute(changed.values(log=dump(log)))
            if not done.rowcount:
                raise Gone(f"feedback {feedback_id} of {app} is not in the store")
            await _set_log(connection, app, feedback_id, log)


async def _set_log(
    connection: AsyncConnection, app: str, feedback_id: str, log: Attachment
) -> None:
    mine = (OCCURRENCES.c.app == app, OCCURRENCES.c.feedback_id == feedback_id)
    record = await connection.scalar(select(OCCURRENCES.c.record).where(*mine))
    if record is not None:
        occurrence = replace(load(Occurrence, record), log=log)
        await connection.execute(update(OCCURRENCES).where(*mine).values(record=dump(occurrence)))
