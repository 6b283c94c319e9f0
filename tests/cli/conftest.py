"""Commands as one types them, run in this process: what they print, and how they exit.

`main` runs in a thread, so that the simulators of this process can answer it.
"""

import asyncio
import contextlib
import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bridge.cli import main
from bridge.simulators.server import Simulator
from bridge.telemetry import QUIET
from tests.pipeline.conftest import House, enter_house


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Awaitable[Done]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command; `config` names its configuration."""

    def typed(arguments: list[str]) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                monkeypatch.setattr(sys, "argv", ["feedback-bridge", *arguments])
                main()
                code: Any = 0
            except SystemExit as end:
                code = end.code or 0
        return Done(code, out.getvalue(), err.getvalue())

    async def run_it(*arguments: str | Path, config: Path | None = None) -> Done:
        named = [] if config is None else ["--config", str(config)]
        return await asyncio.to_thread(typed, [*map(str, arguments), *named])

    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield run_it
    # A command sets up the logging of its process, which is that of all tests here.
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = raising
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


@pytest.fixture
async def house(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield await enter_house(stack, simulator, tmp_path)


@pytest.fixture
def config(house: House) -> Path:
    """The house's configuration file."""
    return house.bridge.config.path
