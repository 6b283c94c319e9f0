"""A caller whose clock is the simulated App Store Connect's too."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession

from bridge.simulators.server import Simulator
from tests.clock import FakeClock
from tests.simulators.appstore.caller import Caller


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
async def caller(simulator: Simulator, clock: FakeClock) -> AsyncIterator[Caller]:
    simulator.appstore.now = clock.now
    async with ClientSession() as session:
        yield Caller(simulator.origin, simulator.appstore, clock, session, {})
