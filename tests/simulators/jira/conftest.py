"""The fixture `caller`."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bridge.simulators.server import Simulator
from tests.simulators.jira.caller import Caller


@pytest.fixture
async def caller(simulator: Simulator) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(simulator, session)
