"""Groups that come of others: taken apart by people, or filed anew when a problem is back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.errors import Gone
from bridge.model import Group, History, Kind, Occurrence
from bridge.store.engine import whole
from bridge.store.ledger.groups import give_keys, group_of_row, group_row, survivor
from bridge.store.ledger.members import MemberLedger
from bridge.store.ledger.traces import forget, merge_traces
from bridge.store.records import dump, load
from bridge.store.schema import FINGERPRINTS, GROUPS, OCCURRENCES


class SplitLedger(MemberLedger):
    """Occurrences leave a group for another one; each time in one transaction."""

    @whole
    async def take_apart(
        self, group_id: str, feedback_ids: Sequence[str], *, keys: Sequence[str]
    ) -> Group:
        """Make occurrences a group of their own, which owns `keys` from now on; return it.

        A key that a third group owns stays there.

        The group that they leave remembers that its label was acted on, and no longer has the
        stacks that the keys name. Raises Gone if the group is unknown or has none of them.
        """
        async with self._database.writing() as connection:
            old = await group_row(connection, group_id)
            history = load(History, old.history)
            moved = await _members(connection, group_id, feedback_ids)
            new = await self._split(connection, old, moved, History(apart_from=group_id))
            await _move(connection, moved, new.id, how="apart")
            gone = delete(FINGERPRINTS).where(
                FINGERPRINTS.c.group_id == group_id, FINGERPRINTS.c.key.in_(keys)
            )
            await connection.execute(gone)
            await give_keys(connection, old.app, new.id, keys)
            for key in keys:
                await forget(connection, group_id, key)
            await _keep(connection, group_id, replace(history, undone=True))
            return new

    @whole
    async def renew(
        self, group_id: str, feedback_ids: Sequence[str], *, closing: datetime
    ) -> Group:
        """Let a new group take over a group's keys and these occurrences; return it.

        `closing` of the old group's issue is handled then. If it was before, they go to the group
        that took over at that time; that is the old one itself if people merged the two. Raises
        Gone if the group is unknown or has none of these occurrences.
        """
        async with self._database.writing() as connection:
            old = await group_row(connection, group_id)
            history = replace(
                load(History, old.history), closing=closing, telling=(), reopening=False
            )
            moved = await _members(connection, group_id, feedback_ids)
            new = await _successor(connection, load(History, old.history), closing)
            if new is not None and new.id == group_id:
                await _keep(connection, group_id, replace(history, succeeded_by=None))
                return new
            if new is None:
                new = await self._split(connection, old, moved, History(back_from=group_id))
                mine = update(FINGERPRINTS).where(FINGERPRINTS.c.group_id == group_id)
                await connection.execute(mine.values(group_id=new.id))
                await merge_traces(connection, group_id, new.id)
            await _move(connection, moved, new.id)
            await _keep(connection, group_id, replace(history, succeeded_by=new.id))
            return new

    @whole
    async def unfiled_apart_from(self, group_id: str) -> Sequence[Group]:
        """Return the groups that were taken out of one and have no issue yet."""
        async with self._database.reading() as connection:
            row = await group_row(connection, group_id)
            waiting = select(GROUPS).where(
                GROUPS.c.app == row.app,
                GROUPS.c.issue_key.is_(None),
                GROUPS.c.merged_into.is_(None),
            )
            groups = [group_of_row(row) for row in await connection.execute(waiting)]
        return [group for group in groups if group.history.apart_from == group_id]

    async def _split(
        self,
        connection: AsyncConnection,
        old: Row[Any],
        moved: Sequence[Occurrence],
        history: History,
    ) -> Group:
        row = await self._create(connection, moved[0], Kind(old.kind), old.tracker, ())
        await _keep(connection, row.id, history)
        return replace(group_of_row(row), history=history)


async def _members(
    connection: AsyncConnection, group_id: str, feedback_ids: Sequence[str]
) -> Sequence[Occurrence]:
    query = select(OCCURRENCES.c.record).where(
        OCCURRENCES.c.group_id == group_id, OCCURRENCES.c.feedback_id.in_(feedback_ids)
    )
    ordered = query.order_by(OCCURRENCES.c.at, OCCURRENCES.c.feedback_id)
    found = [load(Occurrence, text) for text in await connection.scalars(ordered)]
    if not found:
        raise Gone(f"group {group_id} has none of the feedback that was to leave it")
    return found


async def _move(
    connection: AsyncConnection, moved: Sequence[Occurrence], to: str, *, how: str | None = None
) -> None:
    for one in moved:
        changed = replace(one, group_id=to, how=one.how if how is None else how)
        await connection.execute(
            update(OCCURRENCES)
            .where(OCCURRENCES.c.app == one.app, OCCURRENCES.c.feedback_id == one.feedback_id)
            .values(group_id=to, record=dump(changed))
        )


async def _successor(
    connection: AsyncConnection, history: History, closing: datetime
) -> Group | None:
    if history.succeeded_by is None or history.closing != closing:
        return None
    return group_of_row(await survivor(connection, history.succeeded_by))


async def _keep(connection: AsyncConnection, group_id: str, history: History) -> None:
    kept = update(GROUPS).where(GROUPS.c.id == group_id)
    await connection.execute(kept.values(history=dump(history)))
