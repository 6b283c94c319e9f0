"""The issue's own measure: deliveries become issues, once, whatever dies meanwhile."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.rig import APPS, assert_right, rig

pytestmark = pytest.mark.e2e

EACH = 40


async def test_deliveries_posted_twice_become_one_issue_each_in_every_tracker(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as it:
        service = await it.serve()
        for app in APPS:
            summary = await it.send(app, "--kind", "both", "--count", str(EACH), "--repeat", "2")
            assert summary["by_status"] == {"200": 2 * EACH}
        rows = await it.settled(len(APPS) * EACH)
        for app in APPS:
            await assert_right(it, app, rows)
        assert await service.stop() == 0
        assert "Traceback" not in service.log.read_text()


async def test_a_kill_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as it:
        service = await it.serve()
        for app in APPS:
            await it.send(app, "--kind", "both", "--count", str(EACH), "--repeat", "2")
        for pause in (0.3, 0.9, 1.7):
            await asyncio.sleep(pause)
            await service.kill()
            service = await it.serve()
        rows = await it.settled(len(APPS) * EACH)
        for app in APPS:
            await assert_right(it, app, rows)
