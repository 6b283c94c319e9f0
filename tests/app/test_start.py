"""What is said at the start, where something that is configured can't be used."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import structlog

from bridge.app import Role, serve
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import enter_house

FOLDERS = {"\ndefaults:": "\nsymbols: {folders: [symbols]}\n\ndefaults:"}


async def said_at_start(simulator: Simulator, folder: Path, **replace: str) -> list[str]:
    stop = asyncio.Event()
    stop.set()
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, folder, **replace)
        with structlog.testing.capture_logs() as told:
            await serve(house.bridge, Role.WORKER, stop=stop)
    return [f"{line['problem']} {line['advice']}" for line in told if "advice" in line]


async def test_symbols_without_the_extra_are_told_of_with_what_to_install(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "symbolic", None)
    [said] = await said_at_start(simulator, tmp_path, **FOLDERS)
    assert "symbols.folders is set" in said
    assert 'pip install "feedback-bridge[symbols]"' in said


async def test_with_the_extra_or_without_folders_nothing_is_said(
    simulator: Simulator, tmp_path: Path
) -> None:
    assert await said_at_start(simulator, tmp_path / "a", **FOLDERS) == []
    assert await said_at_start(simulator, tmp_path / "b") == []
