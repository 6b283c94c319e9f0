"""Which feedback is an occurrence of which group."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.errors import Refused
from bridge.model import Group, Kind, Likeness, Occurrence
from bridge.store.engine import insert_into, whole
from bridge.store.ledger.groups import give_keys, group_of_row, group_row, owner_of, survivor
from bridge.store.ledger.part import LedgerPart
from bridge.store.ledger.traces import merge_traces
from bridge.store.records import dump, dump_likenesses, load
from bridge.store.schema import BUILDS, FINGERPRINTS, GROUPS, OCCURRENCES


class MemberLedger(LedgerPart):
    """Occurrences: feedback joins groups, and groups join each other."""

    @whole
    async def join(
        self,
        occurrence: Occurrence,
        *,
        kind: Kind,
        tracker: str,
        ask: Sequence[str] = (),
        own: Sequence[str] = (),
        into: str | None = None,
        like: Sequence[Likeness] = (),
    ) -> Group:
        """Make a feedback an occurrence of one group, and return that group.

        It is the feedback's own group if it has one already; else the app's group that owns any
        of `ask`, earlier keys first; else the group `into`; else a new one, which remembers that
        it is `like` others. The group then owns those of `own` that nobody owned. All in one
        transaction, so that two who come at once with one key get one group; the second of them
        came in by the key, whatever it thought. A group that was merged is never returned, but
        the one that took over.
        """
        async with self._database.writing() as connection:
            mine = await self._group_of(connection, occurrence)
            if mine is not None:
                return mine
            row = await owner_of(connection, occurrence.app, ask)
            where = into if row is None else row.id
            entered = occurrence
            if row is not None and occurrence.how in ("new", "near"):
                entered = replace(occurrence, how="exact")
            group = await self._enter(
                connection, entered, kind=kind, tracker=tracker, into=where, like=like
            )
            await give_keys(connection, group.app, group.id, own)
            return group

    async def _group_of(self, connection: AsyncConnection, occurrence: Occurrence) -> Group | None:
        mine = await _group_id(connection, occurrence.app, occurrence.feedback_id)
        return None if mine is None else group_of_row(await survivor(connection, mine))

    async def _enter(
        self,
        connection: AsyncConnection,
        occurrence: Occurrence,
        *,
        kind: Kind,
        tracker: str,
        into: str | None = None,
        like: Sequence[Likeness] = (),
    ) -> Group:
        """Add an occurrence that has no group yet to the group `into`, else to a new one."""
        if into is None:
            row = await self._create(connection, occurrence, kind, tracker, like)
        else:
            row = await survivor(connection, into)
        await _insert(connection, replace(occurrence, group_id=row.id))
        return group_of_row(row)

    @whole
    async def group_of(self, app: str, feedback_id: str) -> Group | None:
        """Return the group that a feedback is an occurrence of, following merges."""
        async with self._database.reading() as connection:
            mine = await _group_id(connection, app, feedback_id)
            return None if mine is None else group_of_row(await survivor(connection, mine))

    @whole
    async def recognise(
        self, app: str, feedback_id: str, *, incident: str | None, exact: str | None
    ) -> None:
        """Keep what a log that came late says its occurrence is; nothing if it is in no group."""
        mine = (OCCURRENCES.c.app == app, OCCURRENCES.c.feedback_id == feedback_id)
        async with self._database.writing() as connection:
            record = await connection.scalar(select(OCCURRENCES.c.record).where(*mine))
            if record is not None:
                known = replace(load(Occurrence, record), incident=incident, exact=exact)
                changed = update(OCCURRENCES).where(*mine)
                await connection.execute(changed.values(record=dump(known)))

    @whole
    async def occurrences(self, group_id: str) -> Sequence[Occurrence]:
        """Return a group's occurrences, oldest first."""
        query = (
            select(OCCURRENCES)
            .where(OCCURRENCES.c.group_id == group_id)
            .order_by(OCCURRENCES.c.at, OCCURRENCES.c.feedback_id)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [replace(load(Occurrence, row.record), group_id=row.group_id) for row in rows]

    @whole
    async def merge(self, group_id: str, *, into: str) -> None:
        """Let one group take over another: its keys and its occurrences. May be said again.

        Raises Gone if either is unknown, Refused if they are different apps', or if it would
        make a group part of itself.
        """
        async with self._database.writing() as connection:
            old = await group_row(connection, group_id)
            new = await survivor(connection, into)
            if new.app != old.app:
                raise Refused(f"group {into} is {new.app}'s; groups never cross apps")
            if new.id == old.id:
                raise Refused(f"group {group_id} already took over {into}")
            for table in (FINGERPRINTS, OCCURRENCES):
                await connection.execute(
                    update(table).where(table.c.group_id == group_id).values(group_id=new.id)
                )
            await merge_traces(connection, group_id, new.id)
            merged = update(GROUPS).where(GROUPS.c.id == group_id)
            await connection.execute(merged.values(merged_into=new.id))

    async def _create(
        self,
        connection: AsyncConnection,
        occurrence: Occurrence,
        kind: Kind,
        tracker: str,
        like: Sequence[Likeness],
    ) -> Row[Any]:
        new = insert(GROUPS).values(
            id=secrets.token_hex(8),
            app=occurrence.app,
            kind=kind.value,
            tracker=tracker,
            created_at=self._clock.now(),
            opened_by=occurrence.feedback_id,
            alike=dump_likenesses(like),
        )
        return (await connection.execute(new.returning(GROUPS))).one()


async def _group_id(connection: AsyncConnection, app: str, feedback_id: str) -> str | None:
    return await connection.scalar(
        select(OCCURRENCES.c.group_id).where(
            OCCURRENCES.c.app == app, OCCURRENCES.c.feedback_id == feedback_id
        )
    )


async def _insert(connection: AsyncConnection, occurrence: Occurrence) -> None:
    await connection.execute(
        insert(OCCURRENCES).values(
            app=occurrence.app,
            feedback_id=occurrence.feedback_id,
            group_id=occurrence.group_id,
            at=occurrence.at,
            record=dump(occurrence),
        )
    )
    if occurrence.build is not None and occurrence.build_uploaded_at is not None:
        build = {
            "app": occurrence.app,
            "platform": occurrence.platform or "",
            "version": occurrence.version or "",
            "build": occurrence.build,
            "uploaded_at": occurrence.build_uploaded_at,
        }
        await connection.execute(
            insert_into(connection, BUILDS).values(build).on_conflict_do_nothing()
        )
