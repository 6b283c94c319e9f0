"""A running intake before a store on disk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bridge.intake import Intake
from bridge.settings import Secret
from bridge.store import StorageSettings, Store
from tests.clock import FakeClock
from tests.intake.posting import CRASHES, CREATED, MAX_BODY, OLD, SECRET, Client, Tally


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def intake(store: Store, clock: FakeClock, tally: Tally) -> Intake:
    return Intake(
        secrets={"sunrise": [SECRET, OLD], "other": [Secret("other", source="a test")]},
        put=store.inbox.put,
        reactions={CREATED: CRASHES},
        clock=clock,
        max_body=MAX_BODY,
        metrics=tally,
        read_timeout=0.3,
    )


@pytest.fixture
async def client(intake: Intake) -> AsyncIterator[Client]:
    app = web.Application()
    intake.add_routes(app)
    async with TestClient(TestServer(app)) as made:
        yield made
