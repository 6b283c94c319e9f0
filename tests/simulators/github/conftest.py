"""The simulated GitHub, watched, and a client that is let in."""

import pytest

from bridge.simulators.github import GitHubSimulator
from bridge.simulators.server import Simulator
from tests.simulators.github.api import Api


@pytest.fixture
def github(simulator: Simulator) -> GitHubSimulator:
    return simulator.github


@pytest.fixture
def api(simulator: Simulator, github: GitHubSimulator) -> Api:
    return Api(f"{simulator.origin}/github", github.token)
