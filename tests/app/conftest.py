"""A house whose service can listen, and posting to it as App Store Connect does."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bridge.simulators.appstore import Sample
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import House, enter_house

# A free port, and drains that a machine under load can keep.
LISTENING = {"port: 8080": "port: 0", "worker: {": "worker: {drain: 60s, "}


@pytest.fixture
async def house(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield await enter_house(stack, simulator, tmp_path, **LISTENING)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as it:
        yield it


def delivery(house: House, sample: Sample) -> tuple[str, bytes]:
    """Make feedback; return its submission's id and the body of its delivery."""
    submission = house.simulator.appstore.add_feedback(sample)
    return submission, json.dumps(house.simulator.appstore.event(submission)).encode()


def signed(house: House, app: str, body: bytes) -> dict[str, str]:
    secret = house.bridge.config.apps[app].webhook_secrets[0].reveal().encode()
    digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return {"X-Apple-SIGNATURE": f"hmacsha256={digest}"}
