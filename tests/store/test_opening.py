import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

from bridge.errors import Misconfigured
from bridge.store import StorageSettings, Store, StoreUnavailable
from bridge.store.engine import READERS
from bridge.store.opening import MIGRATIONS, bring_up
from bridge.store.schema import METADATA
from tests.clock import START, FakeClock
from tests.store.made import delivery, key

HEAD = "0002"  # the newest of the shipped migrations
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    op.add_column("meta", sa.Column("{revision}", sa.Text()))
    {more}
"""


def newer(folder: Path, *, more: str = "pass") -> Path:
    """Return migrations that go one step beyond the shipped ones."""
    target = folder / "newer"
    shutil.copytree(MIGRATIONS, target, ignore=shutil.ignore_patterns("__pycache__"))
    words = SECOND.format(revision="later", down=HEAD, more=more)
    (target / "versions/later.py").write_text(words)
    return target


def master(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' "
            "AND name NOT LIKE 'alembic%' AND sql IS NOT NULL ORDER BY name"
        ).fetchall()


def columns(path: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return each table's columns with type, nullability, default and place in the key."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: {row[1:] for row in connection.execute(f"PRAGMA table_info({name})")}
            for name, sql in master(path)
            if sql.startswith("CREATE TABLE")
        }


def indexes(path: Path) -> list[tuple[str, str]]:
    return [(name, sql) for name, sql in master(path) if not sql.startswith("CREATE TABLE")]


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def test_the_migrated_schema_is_the_declared_one(tmp_path: Path) -> None:
    bring_up(tmp_path / "migrated.db", now=START)
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}", poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_a_migrated_database_has_the_tables_that_a_fresh_one_would_have(tmp_path: Path) -> None:
    migrated, fresh = tmp_path / "migrated.db", tmp_path / "fresh.db"
    bring_up(migrated, now=START)
    METADATA.create_all(create_engine(f"sqlite:///{fresh}", poolclass=NullPool))

    assert columns(migrated) == columns(fresh)
    assert indexes(migrated) == indexes(fresh)


async def test_a_new_store_is_private_and_stays_the_same(tmp_path: Path, clock: FakeClock) -> None:
    first = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    await first.inbox.put(delivery("S1"), key("S1"))
    await first.aclose()
    second = await Store.open(StorageSettings(), base=tmp_path, clock=clock)

    assert len(second.marker_key) == 32
    assert second.marker_key == first.marker_key
    assert await second.inbox.put(delivery("S1"), key("S1")) is False
    for path in (tmp_path / "data").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    await second.aclose()
    assert copies(tmp_path / "data/bridge.db") == []


async def test_stores_differ_in_their_marker_key(tmp_path: Path, clock: FakeClock) -> None:
    stores = [
        await Store.open(StorageSettings(), base=tmp_path / name, clock=clock) for name in "ab"
    ]
    for store in stores:
        await store.aclose()

    assert stores[0].marker_key != stores[1].marker_key


async def test_processes_that_start_at_once_agree(tmp_path: Path, clock: FakeClock) -> None:
    stores = await asyncio.gather(
        *(Store.open(StorageSettings(), base=tmp_path, clock=clock) for _ in range(4))
    )
    for store in stores:
        await store.aclose()

    assert len({store.marker_key for store in stores}) == 1


async def test_commits_are_flushed_to_disk(store: Store) -> None:
    async with store._database.writing() as connection:
        pragmas = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


async def test_a_database_is_copied_before_it_is_migrated(tmp_path: Path, clock: FakeClock) -> None:
    store = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    await store.inbox.put(delivery("S1"), key("S1"))
    path = tmp_path / "data/bridge.db"

    assert bring_up(path, now=START, migrations=newer(tmp_path)) == store.marker_key
    await store.aclose()

    (copy,) = copies(path)
    assert copy.name == f"bridge.db.before-20261124T100200-from-{HEAD}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id FROM deliveries").fetchall() == [("event-S1",)]
    assert bring_up(copy, now=START) == store.marker_key


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    bring_up(path, now=START)
    before = master(path)

    with pytest.raises(StoreUnavailable):
        bring_up(path, now=START, migrations=newer(tmp_path, more="op.execute('nonsense')"))

    assert master(path) == before
    bring_up(path, now=START)


def test_what_a_newer_program_wrote_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    bring_up(path, now=START)
    bring_up(path, now=START, migrations=newer(tmp_path))

    with pytest.raises(Misconfigured, match=rf"written by a newer feedback-bridge.*later.*{HEAD}"):
        bring_up(path, now=START)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photos (id)")

    with pytest.raises(Misconfigured, match="some other program"):
        bring_up(path, now=START)
    assert [name for name, _ in master(path)] == ["photos"]


async def damaged(tmp_path: Path, clock: FakeClock, *, at: int) -> Path:
    store = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    for n in range(50):
        await store.inbox.put(delivery(f"S{n}", body=b"x" * 2000), key(f"S{n}"))
    await store.aclose()
    path = tmp_path / "data/bridge.db"
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * 600)
    return path


@pytest.mark.parametrize("at", [0, 100, 8192, 65536])
async def test_a_damaged_database_is_refused_and_left_as_it_is(
    tmp_path: Path, clock: FakeClock, at: int
) -> None:
    path = await damaged(tmp_path, clock, at=at)
    before = path.read_bytes()

    with pytest.raises(Misconfigured, match="damaged; stop the bridge and restore") as caught:
        await Store.open(StorageSettings(), base=tmp_path, clock=clock)

    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    path.write_text("storage: {}\n" * 100)

    with pytest.raises(Misconfigured, match="damaged"):
        bring_up(path, now=START)


async def test_a_place_where_nothing_can_be_written_is_a_wrong_setting(
    tmp_path: Path, clock: FakeClock
) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(Misconfigured, match="can't be written: Not a directory"):
        await Store.open(StorageSettings(), base=tmp_path, clock=clock)


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "postgresql://db/bridge", "data/bridge.db", "",
     "sqlite:///a.db?mode=ro"],
)  # fmt: skip
def test_what_is_no_sqlite_file_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ValueError, match=r"another path after sqlite:///|name a file"):
        StorageSettings(url=url)


async def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path, clock: FakeClock) -> None:
    folder = tmp_path / "50% off #1"
    settings = StorageSettings(url=f"sqlite:///{folder}/store.db", attachments=f"{folder}/files")

    store = await Store.open(settings, base=Path("/nowhere"), clock=clock)
    await store.aclose()

    assert {file.name for file in folder.iterdir()} >= {"store.db", "files"}


async def test_the_store_can_tell_that_it_is_writable(store: Store, tmp_path: Path) -> None:
    await store.check_writable()
    other = sqlite3.connect(tmp_path / "data/bridge.db", isolation_level=None)
    async with store._database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable):
        await store.check_writable()

    other.close()
    await store.check_writable()


async def test_a_cancelled_reader_neither_breaks_the_store_nor_costs_a_connection(
    store: Store,
) -> None:
    opened: list[object] = []
    event.listen(store._database._readers.sync_engine, "connect", lambda c, _: opened.append(c))
    for turn in range(30):
        reading = asyncio.create_task(store.jobs.counts())
        for _ in range(turn % 7):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    assert await store.jobs.counts()
    assert len(opened) <= READERS
    assert await store.inbox.put(delivery("S1"), key("S1")) is True
    assert sum((await store.jobs.counts()).values()) == 1
