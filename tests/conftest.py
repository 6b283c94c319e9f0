"""What tests everywhere share: a running simulator, watched by the official documents."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bridge.simulators.server import Simulator, running
from tests.contract.documents import Documents, specs_folder
from tests.contract.watch import Watch

# How fast a machine is, is nobody's bug: a loaded one must not turn a property red.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "off_contract(why): this test speaks against the official documents on purpose"
    )


@pytest.fixture(scope="session")
def official_documents() -> Documents | None:
    """The official API documents; None where SPECS_DIR is unset."""
    folder = specs_folder()
    return None if folder is None else Documents(folder)


@pytest.fixture
def contract(request: pytest.FixtureRequest, official_documents: Documents | None) -> Watch | None:
    """What watches the exchanges of this test; None where nothing is to be validated."""
    if official_documents is None or request.node.get_closest_marker("off_contract"):
        return None
    return Watch(official_documents)


@pytest.fixture
def simulator_options() -> dict[str, Any]:
    """Keywords for this test's Simulator; override it where the defaults don't do."""
    return {}


@pytest.fixture
async def simulator(
    contract: Watch | None, simulator_options: dict[str, Any]
) -> AsyncIterator[Simulator]:
    """A simulator on 127.0.0.1, whose every exchange is held to the official documents."""
    middlewares = [contract.middleware] if contract else []
    async with running(Simulator(middlewares=middlewares, **simulator_options)) as it:
        yield it
    if contract and (broken := contract.violations()):
        lines = "\n".join(f"- {violation}" for violation in broken)
        pytest.fail(f"against the official documents:\n{lines}", pytrace=False)
