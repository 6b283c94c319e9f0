"""Intents: every create is written down before it is sent, and settled before it is sent again."""

from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from bridge.clock import Clock
from bridge.errors import Gone
from bridge.model import Fence, Intent, Marker
from bridge.store.engine import Database, whole
from bridge.store.failures import LeaseLost
from bridge.store.records import dump, load
from bridge.store.schema import INTENTS

Outcome = Literal["created", "refused", "lost"]


class Intents:
    """Creates that may have left us. A group has at most one that isn't settled."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @whole
    async def open_intent(self, group_id: str) -> Intent | None:
        """Return the group's create whose outcome is unknown."""
        query = select(INTENTS).where(INTENTS.c.group_id == group_id, INTENTS.c.outcome.is_(None))
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _intent(row)

    @whole
    async def begin(self, group_id: str, marker: Marker, fence: Fence) -> Intent:
        """Write down that a create is about to be sent.

        Raises LeaseLost if another create of this group isn't settled: somebody else is at it.
        """
        new = insert(INTENTS).values(
            group_id=group_id, marker=dump(marker), fence=dump(fence), started_at=self._clock.now()
        )
        try:
            async with self._database.writing() as connection:
                return _intent((await connection.execute(new.returning(INTENTS))).one())
        except IntegrityError as error:
            if await self.open_intent(group_id) is None:
                raise Gone(f"group {group_id} is not in the store") from error
            raise LeaseLost(f"a create for group {group_id} is under way already") from error

    @whole
    async def looked(self, intent: Intent) -> Intent:
        """Count one more look that found nothing; return the intent with it. Raises Gone."""
        now = self._clock.now()
        changed = _open(intent).values(passes=INTENTS.c.passes + 1, looked_at=now)
        async with self._database.writing() as connection:
            row = (await connection.execute(changed.returning(INTENTS.c.passes))).one_or_none()
        if row is None:
            raise Gone(f"intent {intent.id} is settled, or not in the store")
        return replace(intent, passes=row.passes, looked_at=now)

    @whole
    async def settle(self, intent: Intent, outcome: Outcome) -> None:
        """Write down what became of a create; saying it again changes nothing."""
        async with self._database.writing() as connection:
            await connection.execute(_open(intent).values(outcome=outcome))


def _open(intent: Intent) -> Any:
    return update(INTENTS).where(INTENTS.c.id == intent.id, INTENTS.c.outcome.is_(None))


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        id=row.id,
        group_id=row.group_id,
        marker=load(Marker, row.marker),
        fence=load(Fence, row.fence),
        started_at=row.started_at,
        passes=row.passes,
        looked_at=row.looked_at,
    )
