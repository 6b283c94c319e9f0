"""The store as a whole: opened once a process, closed last."""

import asyncio
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bridge.clock import Clock
from bridge.settings import Settings
from bridge.store.blobs import Blobs
from bridge.store.engine import Database, upsert
from bridge.store.inbox import Inbox
from bridge.store.intents import Intents
from bridge.store.jobs import Jobs
from bridge.store.keepsakes import Keepsakes
from bridge.store.leases import Leases
from bridge.store.ledger import Ledger
from bridge.store.opening import bring_up
from bridge.store.schema import META
from bridge.store.wakeups import Wakeups


def database_path(url: str) -> Path:
    """Return the file that `storage.url` names. Raises ValueError for any other database."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername != "sqlite" or parsed.query:
        raise ValueError("write sqlite:///data/bridge.db, or another path after sqlite:///")
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("name a file; a store in memory would lose deliveries")
    return Path(str(parsed.database))


def _sqlite_file(url: str) -> str:
    database_path(url)
    return url


class StorageSettings(Settings):
    """The YAML table `storage`."""

    url: Annotated[str, AfterValidator(_sqlite_file)] = "sqlite:///data/bridge.db"
    """The database: `sqlite:///` and a path, relative to the configuration file."""
    attachments: str = "data/attachments"
    """The folder for screenshots and crash logs, relative to the configuration file."""


class Store:
    """All that the bridge knows, and all that it has to do."""

    def __init__(
        self, database: Database, *, blobs: Blobs, marker_key: bytes, clock: Clock
    ) -> None:
        wakeups = Wakeups()
        self._database = database
        self._clock = clock
        self.inbox = Inbox(database, clock=clock, wake=wakeups.say)
        self.jobs = Jobs(database, clock=clock, wakeups=wakeups)
        self.ledger = Ledger(database, clock=clock)
        self.intents = Intents(database, clock=clock)
        self.leases = Leases(database, clock=clock)
        self.keepsakes = Keepsakes(database)
        self.blobs = blobs
        self.marker_key = marker_key
        """32 random bytes, made on the first start; they key the hashes in our markers."""

    @classmethod
    async def open(cls, settings: StorageSettings, *, base: Path, clock: Clock) -> Self:
        """Open the store, creating or migrating it; relative paths are under `base`.

        Raises Misconfigured for a place where nothing can be written, a damaged or foreign file,
        or one that a newer program wrote; StoreUnavailable if it can't be opened now.
        """
        path = base / database_path(settings.url)
        blobs = Blobs(base / settings.attachments)
        now = clock.now()
        marker_key = await asyncio.to_thread(bring_up, path, now=now)
        await asyncio.to_thread(blobs.prepare, now=now)
        return cls(Database(path), blobs=blobs, marker_key=marker_key, clock=clock)

    async def check_writable(self) -> None:
        """Raise StoreUnavailable unless a row and a file can be written now."""
        values = {"value": self._clock.now().isoformat()}
        async with self._database.writing() as connection:
            await connection.execute(upsert(connection, META, {"name": "checked_at"}, values))
        await self.blobs.check_writable()

    async def aclose(self) -> None:
        """Let what is being written end, then close."""
        await self.inbox.aclose()
        await self._database.aclose()
