"""The whole way in one process: simulators over HTTP, the real rooms, and time that leaps."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.app import Bridge, open_bridge
from bridge.config import load
from bridge.intake import read_event
from bridge.model import Job, JobKey, JobState
from bridge.simulators.appstore import Sample
from bridge.simulators.server import Simulator
from bridge.simulators.workspace import write_config
from bridge.store import StatusRow

APPS = ("sunrise-github", "sunrise-jira", "sunrise-local")


class LeapingClock:
    """The machine's clock, but sleeping takes no time and moves it on instead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        import time

        return time.monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        import asyncio

        if seconds >= 1:  # heartbeats, which would otherwise make time race
            await asyncio.Event().wait()
        self.ahead += seconds
        await asyncio.sleep(0)


@dataclass
class House:
    """A bridge beside its simulator."""

    bridge: Bridge
    simulator: Simulator
    clock: LeapingClock
    folder: Path
    sent: list[str] = field(default_factory=list[str])

    async def deliver(self, *samples: Sample) -> Sequence[str]:
        """Make feedback and take its deliveries, as intake does after the signature."""
        ids: list[str] = []
        for sample in samples:
            submission = self.simulator.appstore.add_feedback(sample)
            await self.take(sample.app, self.simulator.appstore.event(submission))
            ids.append(submission)
        self.sent += ids
        return ids

    async def take(self, app: str, event: dict[str, Any]) -> None:
        delivery = read_event(json.dumps(event).encode(), app=app, received_at=self.clock.now())
        assert delivery.instance_type is not None
        assert delivery.instance_id is not None
        key = JobKey(
            app=app, instance_type=delivery.instance_type, instance_id=delivery.instance_id
        )
        await self.bridge.store.inbox.put(delivery, key)

    async def work(self, *, most: int = 300) -> None:
        """Run all jobs until none is left, moving time on to when each is due."""
        for _ in range(most):
            if await self.bridge.worker.run_due():
                continue
            due = await self.bridge.store.jobs.next_due()
            if due is None:
                return
            self.clock.ahead += max((due - self.clock.now()).total_seconds(), 0) + 0.001
        raise AssertionError("jobs never came to an end")

    async def work_a_little(self) -> None:
        """Run what is due, else move time on to when something is."""
        if not await self.bridge.worker.run_due():
            due = await self.bridge.store.jobs.next_due()
            assert due is not None, "nothing is left to do"
            self.clock.ahead += max((due - self.clock.now()).total_seconds(), 0) + 0.001

    async def row(self, submission: str) -> StatusRow:
        rows = await self.bridge.store.jobs.status(submission=submission)
        assert len(rows) == 1
        return rows[0]

    async def job(self, app: str, kind: str, instance: str) -> Job:
        job = await self.bridge.store.jobs.get(
            JobKey(app=app, instance_type=kind, instance_id=instance)
        )
        assert job is not None
        return job

    def issues(self, app: str) -> list[dict[str, Any]]:
        """Return the issues in an app's tracker, the folder's with its text as `body`."""
        if app != "sunrise-local":
            return self.simulator.state()[app.removeprefix("sunrise-")]["issues"]
        found: list[dict[str, Any]] = []
        for path in sorted((self.folder / "issues").glob("*/issue.json")):
            issue = json.loads(path.read_text(encoding="utf-8"))
            issue["body"] = path.with_name("issue.md").read_text(encoding="utf-8")
            found.append(issue)
        return found

    async def only_issue(self, app: str, submission: str) -> dict[str, Any]:
        """Return the one issue there is, which holds the submission."""
        row = await self.row(submission)
        assert row.state in (JobState.FILED, JobState.ADDED), row
        [issue] = self.issues(app)
        return issue


@pytest.fixture
async def house(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield await enter_house(stack, simulator, tmp_path)


async def enter_house(
    stack: AsyncExitStack, simulator: Simulator, folder: Path, **replace: str
) -> House:
    """Open a bridge; `replace` changes texts in its configuration."""
    path = write_config(folder, simulator)
    text = path.read_text(encoding="utf-8")
    # Leases and waits are long where only a stopped process would let them end.
    text = re.sub(r"lease: 10s", "lease: 600s", text)
    for old, new in replace.items():
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    clock = LeapingClock()
    bridge = await stack.enter_async_context(open_bridge(load(path), clock=clock))
    return House(bridge=bridge, simulator=simulator, clock=clock, folder=folder)
