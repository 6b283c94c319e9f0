"""A few stacks of each group, and by which of their frames they are found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, delete, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.model import Kind, Trace
from bridge.store.engine import insert_into, whole
from bridge.store.ledger.groups import group_row, survivor
from bridge.store.ledger.part import LedgerPart
from bridge.store.records import dump, load
from bridge.store.schema import GROUPS, TRACE_FRAMES, TRACES

COUNTED = 2_000
"""Groups are counted up to here: what more of them say of a frame's rarity is little."""
FRAME_CHARACTERS = 200
"""Of a frame's name that the index holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What an app's groups have in common with a stack."""

    traces: Mapping[str, Sequence[Trace]]
    """Stacks of the groups that share most of the frames asked for, by group."""
    groups: int
    """How many groups of crashes the app has, at most `COUNTED`."""
    holders: Mapping[str, int]
    """By frame, how many groups have it, at most `COUNTED`."""


class TraceLedger(LedgerPart):
    """Stacks, by group and finer fingerprint."""

    @whole
    async def keep_trace(
        self, group_id: str, exact: str, trace: Trace, *, frames: Sequence[str], most: int
    ) -> None:
        """Keep a stack of a group, found by `frames` from now on, unless it has `most` of them.

        One is kept of each finer fingerprint, the first. A group that was merged leaves it to
        the one that took over. May be said again. Raises Gone if there is no such group.
        """
        async with self._database.writing() as connection:
            row = await survivor(connection, group_id)
            known = select(TRACES.c.exact).where(TRACES.c.group_id == row.id)
            kept = set(await connection.scalars(known))
            if exact in kept or len(kept) >= most:
                return
            values = {"group_id": row.id, "exact": exact, "record": dump(trace)}
            await connection.execute(insert_into(connection, TRACES).values(values))
            await _index(connection, row.app, row.id, frames)

    @whole
    async def forget_trace(self, group_id: str, exact: str) -> None:
        """Forget a stack of a group, since people took it out. Raises Gone.

        A group that has others is still found by the frames that only this one had, and is then
        compared by those it has.
        """
        async with self._database.writing() as connection:
            await group_row(connection, group_id)
            await forget(connection, group_id, exact)

    @whole
    async def traces(self, group_id: str) -> Mapping[str, Trace]:
        """Return a group's stacks by their finer fingerprints."""
        query = select(TRACES).where(TRACES.c.group_id == group_id).order_by(TRACES.c.exact)
        async with self._database.reading() as connection:
            return {row.exact: load(Trace, row.record) for row in await connection.execute(query)}

    @whole
    async def neighbourhood(
        self, app: str, *, frames: Sequence[str], by: int, scanned: int, most: int
    ) -> Neighbourhood:
        """Return the stacks of the app's groups that share the first `by` of these frames.

        The time has a bound, however many groups the app has: `scanned` groups are looked at
        for each frame, the `most` that share most frames are returned, and none is counted
        beyond `COUNTED`.
        """
        words = list(dict.fromkeys(_word(frame) for frame in frames))
        if not words:
            return Neighbourhood(traces={}, groups=0, holders={})
        async with self._database.reading() as connection:
            sharing = Counter(
                row.group_id
                for row in await connection.execute(holding(app, words[:by], limit=scanned))
            )
            nearest = [group for group, _ in sharing.most_common(most)]
            counted = {row.frame: row.n for row in await connection.execute(counting(app, words))}
            return Neighbourhood(
                traces=await _traces(connection, nearest),
                groups=await connection.scalar(_groups(app)) or 0,
                holders={frame: counted.get(_word(frame), 0) for frame in frames},
            )


async def forget(connection: AsyncConnection, group_id: str, exact: str) -> None:
    """Forget a stack of a group, and by which frames it is found if it was its last."""
    gone = delete(TRACES).where(TRACES.c.group_id == group_id, TRACES.c.exact == exact)
    left = select(TRACES.c.exact).where(TRACES.c.group_id == group_id).limit(1)
    unfound = delete(TRACE_FRAMES).where(TRACE_FRAMES.c.group_id == group_id)
    await connection.execute(gone)
    if await connection.scalar(left) is None:
        await connection.execute(unfound)


async def merge_traces(connection: AsyncConnection, old: str, new: str) -> None:
    """Give one group's stacks to the group that takes it over, those that it lacks.

    Together they may be more than either may keep: what was found before stays found.
    """
    for table, column in ((TRACES, TRACES.c.exact), (TRACE_FRAMES, TRACE_FRAMES.c.frame)):
        columns = [literal(new) if c.name == "group_id" else c for c in table.c]
        taken = select(column).where(table.c.group_id == new)
        moved = select(*columns).where(table.c.group_id == old, column.not_in(taken))
        names = [c.name for c in table.c]
        await connection.execute(insert_into(connection, table).from_select(names, moved))
        await connection.execute(delete(table).where(table.c.group_id == old))


def holding(app: str, words: Sequence[str], *, limit: int) -> Select[Any]:
    """The groups that hold these frames, `limit` of each frame; ids are random, so any of them."""
    return select(union_all(*(_holders(app, word, limit) for word in words)).subquery())


def counting(app: str, words: Sequence[str]) -> Select[Any, int]:
    """How many groups hold each of these frames."""
    each = union_all(*(_holders(app, word, COUNTED) for word in words)).subquery()
    return select(each.c.frame, func.count().label("n")).group_by(each.c.frame)


def _holders(app: str, word: str, limit: int) -> Select[Any]:
    return select(_some(app, word, limit))


def _some(app: str, word: str, limit: int) -> Subquery:
    frames = select(TRACE_FRAMES.c.frame, TRACE_FRAMES.c.group_id)
    chosen = frames.where(TRACE_FRAMES.c.app == app, TRACE_FRAMES.c.frame == word)
    return chosen.order_by(TRACE_FRAMES.c.group_id).limit(limit).subquery()


def _groups(app: str) -> Select[int]:
    living = (GROUPS.c.app == app, GROUPS.c.kind == Kind.CRASH.value)
    some = select(GROUPS.c.id).where(*living, GROUPS.c.merged_into.is_(None)).limit(COUNTED)
    return select(func.count()).select_from(some.subquery())


async def _traces(
    connection: AsyncConnection, groups: Sequence[str]
) -> Mapping[str, Sequence[Trace]]:
    query = select(TRACES).where(TRACES.c.group_id.in_(groups)).order_by(TRACES.c.exact)
    found: dict[str, list[Trace]] = {group: [] for group in groups}
    for row in await connection.execute(query):
        found[row.group_id].append(load(Trace, row.record))
    return found


async def _index(
    connection: AsyncConnection, app: str, group_id: str, frames: Sequence[str]
) -> None:
    words = dict.fromkeys(_word(frame) for frame in frames)
    rows = [{"app": app, "frame": word, "group_id": group_id} for word in words]
    if rows:
        insert = insert_into(connection, TRACE_FRAMES).values(rows)
        await connection.execute(insert.on_conflict_do_nothing())


def _word(frame: str) -> str:
    """A frame as the index has it: names may be long, and may hold what UTF-8 can't."""
    return frame[:FRAME_CHARACTERS].encode("ascii", "backslashreplace").decode()
