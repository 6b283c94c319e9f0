"""An App Store Connect client at a simulator, on a clock that tests hold."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.appstore import Account, AppId, AppStore, AppStoreSettings
from bridge.settings import Secret
from bridge.simulators.appstore import ApiKey, AppStoreSimulator, Sample
from bridge.simulators.estate import APPS
from bridge.simulators.server import Simulator
from tests.clock import FakeClock

MakeStore = Callable[..., AppStore]


@pytest.fixture
def clock() -> FakeClock:
    """Starts now, since what is served over HTTP has times in it."""
    return FakeClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def service(simulator: Simulator, clock: FakeClock) -> AppStoreSimulator:
    """The simulated App Store Connect, on the same clock."""
    simulator.appstore.now = clock.now
    return simulator.appstore


@pytest.fixture
def app() -> AppId:
    first = APPS[0]
    return AppId(name=first.name, app_id=first.app_id, bundle_id=first.bundle_id)


@pytest.fixture(scope="session")
def key() -> ApiKey:
    """A key that nobody but scripted servers has to accept."""
    from random import Random

    return ApiKey.generate(Random(1))


def account_for(key: ApiKey) -> Account:
    return Account(
        issuer_id=key.issuer_id,
        key_id=key.key_id,
        private_key=Secret(key.private_key_pem, source="file secrets/AuthKey.p8"),
    )


@pytest.fixture
async def make_store(clock: FakeClock) -> AsyncIterator[MakeStore]:
    """Make clients that are closed again: `make_store(base_url, key, setting=…)`."""
    async with AsyncExitStack() as stack:

        def make(
            base_url: str, key: ApiKey, *, resolve: Any = None, chance: float = 1.0, **settings: Any
        ) -> AppStore:
            account = account_for(key)
            defaults = {"image_hosts": ("127.0.0.1",), "image_allow_loopback": True}
            given = AppStoreSettings(
                accounts={"acme": account}, base_url=base_url, **{**defaults, **settings}
            )
            more = {} if resolve is None else {"resolve": resolve}
            made = AppStore(account, given, clock=clock, chance=lambda: chance, **more)
            stack.push_async_callback(made.aclose)
            return made

        yield make


@pytest.fixture
def store(make_store: MakeStore, simulator: Simulator, service: AppStoreSimulator) -> AppStore:
    """A client of the simulator."""
    return make_store(f"{simulator.origin}/appstore", service.keys)


@pytest.fixture
def crash(service: AppStoreSimulator, app: AppId) -> Callable[..., str]:
    def add(**fields: Any) -> str:
        return service.add_feedback(
            Sample(**{"app": app.name, "kind": "crash", "bug": "b", **fields})
        )

    return add


@pytest.fixture
def shot(service: AppStoreSimulator, app: AppId) -> Callable[..., str]:
    def add(**fields: Any) -> str:
        return service.add_feedback(
            Sample(**{"app": app.name, "kind": "screenshot", "bug": "b", **fields})
        )

    return add
