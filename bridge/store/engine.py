"""The database: one writer at a time, readers beside it, and times that are always UTC."""

import asyncio
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, DateTime, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.types import TypeDecorator

from bridge.store.failures import translated

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT = 5.0  # seconds that a write waits for another process before it gives up
READERS = 4

PRAGMAS = (
    f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: fsync alone leaves data in the drive's cache
    "PRAGMA foreign_keys = ON",
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware times, kept in UTC; a naive one is refused, since nobody knows when it was.

    SQLite has no type for times and drops an offset silently, so the offset is gone before it
    gets there; the text form sorts as the times do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone can't be kept: {value!r}")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def sqlite_time(at: datetime) -> str:
    """Return a time as `UtcDateTime` keeps it in SQLite, for the one statement that is text."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone can't be kept: {at!r}")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class _Cursor(Protocol):
    def execute(self, sql: str) -> object: ...
    def close(self) -> None: ...


class _DriverConnection(Protocol):
    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


def prepare(engine: Engine, *, begin: str) -> None:
    """Make an engine's connections ours: the pragmas, and transactions that begin as we say.

    Python's own handling would begin a transaction late and as a reader; two of those that then
    want to write can't both go on.
    """

    def connect(connection: _DriverConnection, record: object) -> None:
        del record
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", start)


class Database:
    """An open database. Writes of this process follow one another; reads go on beside them."""

    def __init__(self, path: Path) -> None:
        url = URL.create("sqlite+aiosqlite", database=str(path))
        self._writer = create_async_engine(url, pool_size=1, max_overflow=0)
        self._readers = create_async_engine(url, pool_size=READERS, max_overflow=0)
        self._turn = asyncio.Lock()
        self._reads = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.commits = 0
        """How many transactions were committed."""
        prepare(self._writer.sync_engine, begin="BEGIN IMMEDIATE")
        prepare(self._readers.sync_engine, begin="BEGIN")

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncConnection]:
        """Give a connection in a transaction that is on disk when this ends without an error.

        Raises StoreUnavailable where the database can't take it; nothing is kept then.
        """
        async with self._turn:
            with translated():
                async with self._writer.begin() as connection:
                    yield connection
            self.commits += 1

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Give a connection that sees the last commit, and goes on seeing that one.

        Raises StoreUnavailable where the database can't be read.
        """
        self._reads += 1
        self._idle.clear()
        try:
            with translated():
                async with self._readers.begin() as connection:
                    yield connection
        finally:
            self._reads -= 1
            if not self._reads:
                self._idle.set()

    async def aclose(self) -> None:
        """Let running reads and the running write end, then close every connection."""
        async with self._turn:
            await self._idle.wait()
            await self._readers.dispose()
            await self._writer.dispose()


def whole(method: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let a write or a read go to its end even if whoever asked for it is cancelled meanwhile.

    Otherwise a shutdown could tear a record of what a tracker has already done, and a reader that
    gives up would cost the pool a connection.
    """

    @functools.wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        work = asyncio.ensure_future(method(*args, **kwargs))
        work.add_done_callback(_read_error)
        return await asyncio.shield(work)

    return run


def _read_error(work: "asyncio.Future[Any]") -> None:
    """Take note of an error; where nobody waits any more, asyncio would report it as a bug."""
    if not work.cancelled():
        work.exception()


def insert_into(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows `ON CONFLICT`, which SQLAlchemy spells once for each database."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def upsert(
    connection: AsyncConnection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> sqlite.Insert | postgresql.Insert:
    """Return a statement that inserts a row, or sets `values` on the one that has this key."""
    insert = insert_into(connection, table).values(**key, **values)
    return insert.on_conflict_do_update(index_elements=list(key), set_=dict(values))
