from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.model import Kind, Occurrence
from bridge.routes import Route
from bridge.store import StorageSettings, Store
from tests.clock import StillClock
from tests.filing.office import Office
from tests.filing.scripted import ScriptedTracker


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def store(tmp_path: Path, clock: StillClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()


@pytest.fixture
async def group_id(store: Store) -> str:
    occurrence = Occurrence(
        group_id="", app="sunrise", feedback_id="A1", at=datetime(2026, 11, 24, tzinfo=UTC)
    )
    group = await store.ledger.join(
        occurrence, kind=Kind.CRASH, tracker="scripted", ask=["v1:1"], own=["v1:1"]
    )
    return group.id


@pytest.fixture
def office(store: Store, clock: StillClock) -> Office:
    tracker, route = ScriptedTracker(clock), Route(tracker="scripted")
    return Office(store=store, tracker=tracker, clock=clock, route=route)
