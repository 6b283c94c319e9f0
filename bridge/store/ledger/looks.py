"""How screenshot feedback looks, by which later feedback finds its group."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.model import Group, KeptLook, Kind, Look, Occurrence, Place
from bridge.store.engine import insert_into, whole
from bridge.store.ledger.members import MemberLedger
from bridge.store.records import dump, load
from bridge.store.schema import GROUPS, LOOKS, OCCURRENCES

MOST_AROUND = 50  # of one tester's feedback, each way in time
MOST_MEANWHILE = 100  # that came in while one was compared with the others

_Query = Select[int, str, str, str]  # what `KeptLook` has
Choose = Callable[[Sequence[KeptLook], Sequence[KeptLook]], Place]
"""Says where a look belongs, by its tester's others around its time and what came meanwhile."""


class LookLedger(MemberLedger):
    """Looks, by when they came and by whom they are."""

    @whole
    async def looks(self, app: str, *, limit: int) -> Sequence[KeptLook]:
        """Return the app's looks that came last, newest first."""
        query = _looks().where(LOOKS.c.app == app).order_by(LOOKS.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return await _read(connection, query)

    @whole
    async def join_by_look(
        self,
        occurrence: Occurrence,
        look: Look,
        *,
        tracker: str,
        around: timedelta,
        since: int,
        choose: Choose,
    ) -> Group:
        """Make a screenshot feedback an occurrence of the group that `choose` says.

        It is the feedback's own group if it has one already. `choose` is asked within the
        transaction that also keeps the look, so that two who come at once see each other,
        whichever is later; it gets the looks of the same tester and build that are not further
        off in time than `around`, and those of the app that came after look number `since`. It
        must neither wait nor take long.
        """
        async with self._database.writing() as connection:
            mine = await self._group_of(connection, occurrence)
            if mine is None:
                theirs = await _around(connection, look, around)
                place = choose(theirs, await _after(connection, look.app, since))
                mine = await self._enter(
                    connection,
                    replace(occurrence, how=place.how),
                    kind=Kind.SCREENSHOT,
                    tracker=tracker,
                    into=place.into,
                    like=place.like,
                )
            await _keep(connection, look)
            return mine


def _looks() -> _Query:
    """Return a query for looks with their groups; a merged group's are the other's already."""
    mine = (OCCURRENCES.c.app == LOOKS.c.app) & (OCCURRENCES.c.feedback_id == LOOKS.c.feedback_id)
    return (
        select(LOOKS.c.id, LOOKS.c.record, OCCURRENCES.c.group_id, GROUPS.c.tracker)
        .join(OCCURRENCES, mine)
        .join(GROUPS, GROUPS.c.id == OCCURRENCES.c.group_id)
    )


async def _around(connection: AsyncConnection, look: Look, around: timedelta) -> Sequence[KeptLook]:
    if look.tester_key is None or look.build is None:
        return ()
    theirs = _looks().where(
        LOOKS.c.app == look.app,
        LOOKS.c.tester_key == look.tester_key,
        LOOKS.c.build == look.build,
    )
    at = LOOKS.c.at
    before = theirs.where(at <= look.at, at >= look.at - around).order_by(at.desc())
    after = theirs.where(at > look.at, at <= look.at + around).order_by(at)
    return [
        *await _read(connection, before.limit(MOST_AROUND)),
        *await _read(connection, after.limit(MOST_AROUND)),
    ]


async def _after(connection: AsyncConnection, app: str, number: int) -> Sequence[KeptLook]:
    newer = _looks().where(LOOKS.c.app == app, LOOKS.c.id > number)
    return await _read(connection, newer.order_by(LOOKS.c.id.desc()).limit(MOST_MEANWHILE))


async def _keep(connection: AsyncConnection, look: Look) -> None:
    values = {
        "app": look.app,
        "feedback_id": look.feedback_id,
        "at": look.at,
        "tester_key": look.tester_key,
        "build": look.build,
        "record": dump(look),
    }
    await connection.execute(
        insert_into(connection, LOOKS).values(**values).on_conflict_do_nothing()
    )


async def _read(connection: AsyncConnection, query: _Query) -> Sequence[KeptLook]:
    return [
        KeptLook(
            look=load(Look, row.record), group_id=row.group_id, tracker=row.tracker, number=row.id
        )
        for row in await connection.execute(query)
    ]
