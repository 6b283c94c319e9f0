"""What a killed process had acknowledged is there when the next one opens the store."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.model import JobState
from bridge.store import StorageSettings, Store
from tests.clock import FakeClock

ROOT = Path(__file__).parents[2]
ACKNOWLEDGING = """
import asyncio, sys
from pathlib import Path
from bridge.clock import SystemClock
from bridge.store import StorageSettings, Store
from tests.store.made import delivery, key

async def sender(store, name):
    for n in range(10**6):
        each = f"{name}-{n}"
        await store.inbox.put(delivery(each, body=b"x" * 500), key(each))
        sys.stdout.write(each + "\\n")
        sys.stdout.flush()

async def main():
    store = await Store.open(StorageSettings(), base=Path(sys.argv[1]), clock=SystemClock())
    await asyncio.gather(*(sender(store, f"{sys.argv[2]}-{n}") for n in range(16)))

asyncio.run(main())
"""


def killed(base: Path, name: str, *, after: int) -> list[str]:
    """Return what a process acknowledged until it was killed, at about that many lines."""
    command = [sys.executable, "-c", ACKNOWLEDGING, str(base), name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("seed", range(3))
async def test_everything_acknowledged_survives_a_kill(
    tmp_path: Path, clock: FakeClock, seed: int
) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for turn in range(2):
        acknowledged += killed(tmp_path, f"t{turn}", after=chance.randint(20, 400))

    store = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    jobs = await store.jobs.counts()
    await store.aclose()

    with contextlib.closing(sqlite3.connect(tmp_path / "data/bridge.db")) as connection:
        there = {row[0] for row in connection.execute("SELECT instance_id FROM deliveries")}
        worked = {row[0] for row in connection.execute("SELECT instance_id FROM jobs")}
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    assert len(acknowledged) >= 40
    assert set(acknowledged) <= there
    assert there == worked
    assert jobs[JobState.WAITING] == len(worked)
    assert verdict == "ok"
