"""The GitHub tracker of each test here, and others with other settings."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bridge.simulators.server import Simulator
from tests.trackers.github.harness import GitHubHarness

Make = Callable[..., GitHubHarness]


@pytest.fixture
async def make(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Make]:
    """Open a tracker with these settings; it is closed when the test ends."""
    made: list[GitHubHarness] = []

    def open_harness(**settings: object) -> GitHubHarness:
        made.append(GitHubHarness(simulator, tmp_path, **settings))
        return made[-1]

    yield open_harness
    for harness in made:
        await harness.tracker.aclose()


@pytest.fixture
def harness(make: Make) -> GitHubHarness:
    """A tracker with plain settings."""
    return make()
