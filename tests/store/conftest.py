"""An open store on disk, under a clock that tests hold."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.store import StorageSettings, Store
from tests.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()
