"""Leases by name: one writer a tracker, however many processes share the store."""

from datetime import timedelta

from sqlalchemy import delete, or_

from bridge.clock import Clock
from bridge.store.engine import Database, insert_into, whole
from bridge.store.schema import LEASES


class Leases:
    """Who may do what only one may do at a time."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @whole
    async def hold(self, name: str, *, owner: str, lease: float) -> bool:
        """Hold `name` for `lease` seconds from now, or go on holding it; False if it is taken."""
        now = self._clock.now()
        until = now + timedelta(seconds=lease)
        async with self._database.writing() as connection:
            insert = insert_into(connection, LEASES).values(name=name, owner=owner, until=until)
            held = insert.on_conflict_do_update(
                index_elements=["name"],
                set_={"owner": owner, "until": until},
                where=or_(LEASES.c.owner == owner, LEASES.c.until <= now),
            ).returning(LEASES.c.name)
            return (await connection.execute(held)).one_or_none() is not None

    @whole
    async def release(self, name: str, *, owner: str) -> None:
        """Let go of `name`, if `owner` holds it."""
        mine = delete(LEASES).where(LEASES.c.name == name, LEASES.c.owner == owner)
        async with self._database.writing() as connection:
            await connection.execute(mine)
