"""Three hundred crashes of twelve bugs over four builds, and what people do in between.

The simulators are asked over HTTP as the real services are; time leaps to when something is due.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from bridge.devices import device_name
from bridge.simulators import estate
from bridge.simulators.appstore import Sample
from bridge.simulators.samples.bugs import BUGS
from bridge.simulators.samples.crashes import CrashSample, crash_log
from bridge.simulators.samples.machine import DEVICES, Device
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import APPS, House, enter_house

BUILDS = ("139", "140", "141", "142")
OLD, NEW = BUILDS[:3], BUILDS[3]
EACH = 6  # crashes of a bug in a build
DEVICES_USED = tuple(DEVICES.values())[:5]
FIXED, DECLINED = "cart-total-out-of-range", "barcode-scan-in-vendor-code"
CROWDED = ("store-pin-null-name", "money-overflow")  # more than ten testers meet these


@pytest.fixture
async def house(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path)
        simulator.appstore.now = house.clock.now
        simulator.jira.site.now = house.clock.now
        yield house


@dataclass
class Crowd:
    """Makes crashes of the app; all that differs by chance is the same in each run."""

    app: estate.App
    uploads: dict[str, datetime] = field(default_factory=dict[str, datetime])
    dice: Random = field(default_factory=lambda: Random(4))
    made: int = 0

    def crash(self, bug: str, build: str, place: int, *, at: datetime) -> Sample:
        """Return the crash at a place among those of its bug and build.

        One of six comes without symbols, after others of its build came with them.
        """
        self.made += 1
        device = DEVICES_USED[(place + self.made) % len(DEVICES_USED)]
        log = CrashSample(
            bug=bug,
            device=device,
            build=build,
            format="ips" if place % 2 else "text",
            tester=None,
            comment=None,
            turn=place,
            symbolicated=place % EACH != EACH - 1,
        )
        crowd = 14 if bug in CROWDED else 5
        return Sample(
            app=self.app.name,
            kind="crash",
            bug=bug,
            crash_log=crash_log(log, app=self.app, build=build, at=at, dice=self.dice),
            comment=f"Closed on me, {place} of them." if place % 3 == 0 else None,
            tester=f"{bug}-{self.dice.randrange(crowd)}",
            build=build,
            version=estate.version_of(build),
            uploaded_at=self.uploads[build],
            created_at=at,
            **_facts(device),
        )

    def all_of(self, build: str, *, at: datetime) -> Iterator[Sample]:
        """Yield each bug's crashes in a build, minute by minute."""
        for place in range(EACH):
            for number, bug in enumerate(BUGS):
                minutes = timedelta(minutes=place * len(BUGS) + number)
                yield self.crash(bug, build, place, at=at + minutes)


def _facts(device: Device) -> dict[str, Any]:
    return {
        "device_model": device.model.replace(",", "_"),
        "device_family": device.family,
        "os_version": device.os_version,
    }


def record(house: House, app: str) -> Sequence[Mapping[str, Any]]:
    """Return what the simulated App Store Connect says was sent."""
    return [s for s in house.simulator.state()["appstore"]["submissions"] if s["app"] == app]


async def keys_by_bug(house: House, app: str) -> Mapping[str, str]:
    """Return the issue of each bug; fail if a bug has two, or an issue two bugs."""
    bugs = {sent["id"]: sent["bug"] for sent in record(house, app)}
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for row in await house.bridge.store.jobs.status(limit=1000):
        assert row.issue is not None, row
        keys[bugs[row.submission]].add(row.issue.key)
    assert {bug: len(found) for bug, found in keys.items()} == dict.fromkeys(BUGS, 1)
    found = {bug: names.pop() for bug, names in keys.items()}
    assert len(set(found.values())) == len(BUGS)
    return found


def issue_of(house: House, app: str, key: str) -> Mapping[str, Any]:
    [found] = [i for i in house.issues(app) if (i.get("key") or f"#{i.get('number')}") == key]
    return found


@dataclass(frozen=True)
class Line:
    """A line of an issue's table, or what it should be."""

    crashes: int
    testers: int
    systems: frozenset[str]
    devices: frozenset[str]


def table(body: str) -> Mapping[str, Line]:
    """Read the table by builds from an issue's text, of either markup."""
    found: dict[str, Line] = {}
    for line in body.splitlines():
        cells = [re.sub(r"\\(.)", r"\1", c).strip() for c in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and cells[1].isdigit():
            assert cells[0] not in found
            found[cells[0]] = Line(
                crashes=int(cells[1]),
                testers=int(cells[2]),
                systems=frozenset(cells[3].split(", ")),
                devices=frozenset(cells[4].split(", ")),
            )
    return found


def right_table(house: House, app: str, bug: str) -> Mapping[str, Line]:
    """Return what the table of a bug has to say, from the simulator's record."""
    sent = [s for s in record(house, app) if s["bug"] == bug]
    newest = max((s["build"] for s in record(house, app)), key=int)
    found: dict[str, Line] = {}
    for build in {s["build"] for s in sent}:
        here = [s for s in sent if s["build"] == build]
        mark = ", newest" if build == newest else ""
        found[f"{estate.version_of(build)} ({build}{mark})"] = Line(
            crashes=len(here),
            testers=len({s["tester"] for s in here}),
            systems=frozenset(s["os_version"] for s in here),
            devices=frozenset(device_name(s["device_model"].replace("_", ",")) for s in here),
        )
    return found


async def close(house: House, app: str, key: str, *, fixed: bool) -> None:
    """Close an issue as a person does, by the tracker's own means."""
    origin = house.simulator.origin
    if app == "sunrise-github":
        headers = {"Authorization": f"token {house.simulator.github.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            url = f"{origin}/github/repos/{estate.REPOSITORY}/issues/{key.removeprefix('#')}"
            body = {"state": "closed", "state_reason": "completed" if fixed else "not_planned"}
            async with session.patch(url, json=body) as answer:
                assert answer.status == 200, await answer.text()
        return
    jira = house.simulator.jira
    headers = {"Authorization": aiohttp.encode_basic_auth(jira.email, jira.token)}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{origin}/jira/rest/api/2/issue/{key}/transitions"
        body = {
            "transition": {"id": "31"},
            "fields": {"resolution": {"name": "Done" if fixed else "Won't Do"}},
        }
        async with session.post(url, json=body) as answer:
            assert answer.status == 204, await answer.text()


@pytest.mark.parametrize("app", APPS[:2])
async def test_three_hundred_crashes_of_twelve_bugs(house: House, app: str) -> None:
    start = house.clock.now()
    testers = Crowd(app=next(a for a in estate.APPS if a.name == app))
    for week, build in enumerate(OLD):
        testers.uploads[build] = start - timedelta(days=22 - 7 * week)
        await house.deliver(*testers.all_of(build, at=start - timedelta(days=21 - 7 * week)))
        await house.work(most=5000)
    keys = await keys_by_bug(house, app)
    assert len(house.issues(app)) == len(BUGS)

    await close(house, app, keys[FIXED], fixed=True)
    await close(house, app, keys[DECLINED], fixed=False)
    house.clock.ahead += 60
    closed = house.clock.now()
    await house.deliver(*(testers.crash(bug, OLD[2], 6, at=closed) for bug in BUGS))
    await house.work(most=5000)
    for bug in (FIXED, DECLINED):
        assert issue_of(house, app, keys[bug])["state"] == "closed"

    testers.uploads[NEW] = house.clock.now() + timedelta(minutes=1)
    house.clock.ahead += 3 * 3600
    await house.deliver(*testers.all_of(NEW, at=testers.uploads[NEW]))
    await house.work(most=5000)

    assert len(record(house, app)) == 300
    assert await keys_by_bug(house, app) == keys
    issues = {bug: issue_of(house, app, key) for bug, key in keys.items()}
    assert len(house.issues(app)) == len(BUGS)
    for bug in BUGS:
        assert table(issues[bug]["body"]) == right_table(house, app, bug), bug
    assert [bug for bug in BUGS if issues[bug]["state"] != "open"] == [DECLINED]
    back = [c for bug in BUGS for c in said(issues[bug]) if "Back in" in c]
    assert back == [c for c in said(issues[FIXED]) if f"Back in 2.4.1 ({NEW})" in c]
    assert len(back) == 1
    many = [bug for bug in BUGS if any("10 testers" in c for c in said(issues[bug]))]
    assert sorted(many) == sorted(CROWDED)
    assert sum(len(said(issue)) for issue in issues.values()) < 20


def said(issue: Mapping[str, Any]) -> Sequence[str]:
    """Return the comments on an issue."""
    return [str(comment) for comment in issue["comments"]]
