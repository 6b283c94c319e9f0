"""A bridge beside its simulator, and a client of its pages."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bridge.app import web_application
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import House, enter_house

Pages = TestClient[web.Request, web.Application]


@pytest.fixture
async def house(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield await enter_house(stack, simulator, tmp_path)


@pytest.fixture
async def pages(house: House) -> AsyncIterator[Pages]:
    app, _ = web_application(house.bridge)
    async with TestClient(TestServer(app)) as client:
        yield client
