"""Bringing a database file to the schema that this program knows, before anybody uses it.

One process at a time does this, under a lock on a file beside the database; a database that has
to change is copied first. Blocking; `Store.open` runs it in a thread.
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from bridge.errors import Misconfigured
from bridge.store.engine import prepare
from bridge.store.failures import advice, is_damage, translated
from bridge.store.schema import META

MIGRATIONS = Path(__file__).parent / "migrations"
MARKER_KEY = "marker_key"
CHECKED_UP_TO = 1 << 30  # bytes; reading more than this at every start would take too long


def bring_up(path: Path, *, now: datetime, migrations: Path = MIGRATIONS) -> bytes:
    """Create or migrate the database at `path`, and return its marker key.

    A copy named after the old schema and the time is made before anything changes. Raises
    Misconfigured if the file is damaged, is no database of ours, or was written by a newer
    program, or is where nothing can be written; StoreUnavailable if it can't be opened now.
    """
    with translated(), _settings_at_fault(path):
        private_folder(path.parent)
        with _alone(path.with_name(f"{path.name}.lock")):
            _create_private(path)
            _refuse_damage(path)
            with _connected(path) as connection:
                _migrate(connection, path=path, now=now, migrations=migrations)
                return _marker_key(connection)


@contextmanager
def _settings_at_fault(path: Path) -> Generator[None]:
    """Raise Misconfigured for what waiting doesn't mend."""
    try:
        yield
    except (PermissionError, NotADirectoryError, IsADirectoryError) as error:
        raise Misconfigured(f"storage.url: {path} can't be written: {error.strerror}") from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        if not is_damage(error):
            raise
        raise Misconfigured(
            f"storage.url: {path} can't be used: {advice(error)}. Nothing was changed; "
            "copies made before migrations lie beside it, named *.before-*"
        ) from error


def private_folder(path: Path) -> None:
    """Create a folder, and those above it that are missing, for this user alone."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _alone(lock: Path) -> Generator[None]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _create_private(path: Path) -> None:
    """Create an empty file with a mode that SQLite then also gives to its log beside it."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _refuse_damage(path: Path) -> None:
    if path.stat().st_size > CHECKED_UP_TO:
        return
    with closing(sqlite3.connect(path)) as connection:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"database disk image is malformed: {verdict}")


@contextmanager
def _connected(path: Path) -> Generator[Connection]:
    engine = create_engine(URL.create("sqlite+pysqlite", database=str(path)), poolclass=NullPool)
    prepare(engine, begin="BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _migrate(connection: Connection, *, path: Path, now: datetime, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return
    _refuse_foreign(connection, current, script, path)
    if current is not None:
        _copy(path, path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%S}-from-{current}"))
    command.upgrade(config, "head")


def _refuse_foreign(
    connection: Connection, current: str | None, script: ScriptDirectory, path: Path
) -> None:
    if current is None and inspect(connection).get_table_names():
        raise Misconfigured(
            f"storage.url: {path} is a database of some other program; name a new file"
        )
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise Misconfigured(
            f"storage.url: {path} was written by a newer feedback-bridge (its schema is "
            f"{current}, this program knows up to {script.get_current_head()}); install that "
            "version again, or restore the copy that it made before it changed the file"
        )


def _copy(source: Path, target: Path) -> None:
    """Copy a database whole, its write-ahead log included, and make sure that it is on disk."""
    _create_private(target)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _marker_key(connection: Connection) -> bytes:
    """Return the key behind our markers; a new database gets one. Its backup holds it too."""
    found = connection.scalar(select(META.c.value).where(META.c.name == MARKER_KEY))
    if found is None:
        found = secrets.token_hex(32)
        connection.execute(insert(META).values(name=MARKER_KEY, value=found))
    return bytes.fromhex(found)
