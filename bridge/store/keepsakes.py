"""Keepsakes: small texts that must outlive this process, by name."""

from sqlalchemy import select

from bridge.store.engine import Database, upsert, whole
from bridge.store.schema import META


class Keepsakes:
    """Where a tracker was last looked at, which rules were in use: one text a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def get(self, name: str) -> str | None:
        """Return what was kept under a name; None if nothing was."""
        async with self._database.reading() as connection:
            return await connection.scalar(
                select(META.c.value).where(META.c.name == f"keepsake:{name}")
            )

    @whole
    async def put(self, name: str, value: str) -> None:
        """Keep a text under a name, in place of what was kept there."""
        key = {"name": f"keepsake:{name}"}
        async with self._database.writing() as connection:
            await connection.execute(upsert(connection, META, key, {"value": value}))
