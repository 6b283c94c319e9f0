import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Gone
from bridge.store import Blobs, StorageSettings, Store, StoreUnavailable
from tests.clock import FakeClock

SHA256 = hashlib.sha256(b"one, two").hexdigest()


async def test_bytes_are_kept_by_their_digest(store: Store, tmp_path: Path) -> None:
    async with store.blobs.incoming() as incoming:
        await incoming.write(b"one, ")
        await incoming.write(b"two")
        assert await incoming.keep() == (SHA256, 8)

    path = store.blobs.path(SHA256)
    assert path == tmp_path / "data/attachments" / SHA256[:2] / SHA256[2:]
    assert await store.blobs.read(SHA256) == b"one, two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_same_bytes_are_one_file(store: Store) -> None:
    assert await store.blobs.put(b"one, two") == await store.blobs.put(b"one, two")
    assert len(list(store.blobs.path(SHA256).parent.iterdir())) == 1


async def test_what_is_not_kept_is_gone(store: Store, tmp_path: Path) -> None:
    async with store.blobs.incoming() as incoming:
        await incoming.write(b"half")

    files = [each for each in (tmp_path / "data/attachments").rglob("*") if each.is_file()]
    assert files == []


async def test_a_file_that_is_not_there_is_gone(store: Store) -> None:
    with pytest.raises(Gone):
        await store.blobs.read(SHA256)


@given(st.text().filter(lambda text: len(text) != 64))
def test_nothing_but_a_digest_names_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Blobs(Path("/nowhere")).path(name)


@pytest.mark.parametrize("name", ["../" * 21 + "x", SHA256.upper(), SHA256 + "\n", "ａ" * 64])
def test_nothing_that_looks_like_a_digest_names_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Blobs(Path("/nowhere")).path(name)


async def test_what_was_cut_off_long_ago_is_removed_at_the_next_start(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    incoming = tmp_path / "data/attachments/incoming"
    for name, age in (("old", 25 * 3600), ("new", 3600)):
        (incoming / name).write_bytes(b"half")
        then = clock.now().timestamp() - age
        os.utime(incoming / name, (then, then))

    second = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    await second.aclose()

    assert [file.name for file in incoming.iterdir()] == ["new"]


async def test_a_folder_that_is_gone_makes_the_store_unavailable(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "data/attachments/incoming").rmdir()

    with pytest.raises(StoreUnavailable, match="No such file"):
        await store.blobs.put(b"x")
    with pytest.raises(StoreUnavailable):
        await store.check_writable()
