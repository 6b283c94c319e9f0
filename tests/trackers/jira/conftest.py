"""The fixture `harness`, once as Cloud and once as Data Center."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.simulators.server import Simulator
from tests.trackers.jira.harness import JiraHarness


@pytest.fixture(params=["Cloud", "Server"])
async def harness(
    request: pytest.FixtureRequest, tmp_path: Path, simulator: Simulator
) -> AsyncIterator[JiraHarness]:
    it = JiraHarness(tmp_path, simulator, request.param)
    yield it
    await it.recover()
    await it.tracker.aclose()
