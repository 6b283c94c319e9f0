"""Crashes without symbols are filed with the names, files and lines that the dSYMs have."""

import re
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bridge.model import JobState
from bridge.simulators.appstore import Sample
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import APPS, House, enter_house
from tests.pipeline.samples import crash, crash_text
from tests.symbols import sunrise

BASE = 0x102A00000
LOCAL = "sunrise-local"
PLACE = "Cart.c:20"


async def enter(stack: AsyncExitStack, simulator: Simulator, folder: Path) -> House:
    configured = "\nsymbols: {folders: [symbols], rescan: 0s}\n\ndefaults:"
    return await enter_house(stack, simulator, folder, **{"\ndefaults:": configured})


def arrive(folder: Path) -> None:
    shutil.copytree(sunrise.DSYM, folder / "symbols" / "2.4.1" / "Sunrise.app.dSYM")


def report(app: str, n: int = 0, **more: str) -> Sample:
    """The same crash as often as one likes: each in its own process, by its own tester."""
    log = sunrise.text(
        base=sunrise.BASE + n * 0x10000,
        incident=f"{n:08x}-3b4d-4e5f-8a9b-0c1d2e3f4a5b",
        bundle=app.replace("-", "."),
        **more,
    )
    return crash(app, log, tester=f"t{n}")


@pytest.mark.parametrize("app", APPS)
async def test_an_issue_names_function_file_and_line(
    simulator: Simulator, tmp_path: Path, app: str
) -> None:
    async with AsyncExitStack() as stack:
        house = await enter(stack, simulator, tmp_path)
        arrive(tmp_path)
        [submission] = await house.deliver(report(app))
        await house.work()
        issue = await house.only_issue(app, submission)
    assert issue["title"].endswith("Crash: trap in Cart.price")
    assert PLACE in issue["body"]
    for word in ("Cart.total.getter", "CartView.checkout(items:)", "Store.m:20"):
        assert word.replace("_", "\\_") in issue["body"]
    assert "No symbols" not in issue["body"]
    assert "/Users/builder" not in issue["body"]


async def test_what_is_missing_is_said_with_its_uuid(simulator: Simulator, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await enter(stack, simulator, tmp_path)
        [submission] = await house.deliver(report(LOCAL))
        await house.work()
        issue = await house.only_issue(LOCAL, submission)
    assert "No symbols for Sunrise" in issue["body"]
    assert sunrise.ARM_WRITTEN in issue["body"]
    assert PLACE not in issue["body"]


async def test_when_the_dsym_arrives_the_next_occurrence_joins_and_the_issue_shows_names(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        house = await enter(stack, simulator, tmp_path)
        [first] = await house.deliver(report(LOCAL, 1))
        await house.work()
        arrive(tmp_path)
        [second] = await house.deliver(report(LOCAL, 2))
        await house.work()
        assert (await house.row(second)).state is JobState.ADDED
        issue = await house.only_issue(LOCAL, first)
        assert "2 crashes" in issue["body"]
        assert PLACE in issue["body"]
        assert "No symbols" not in issue["body"]


async def test_a_named_crash_is_joined_by_one_without_symbols_and_by_another_build(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        house = await enter(stack, simulator, tmp_path)
        arrive(tmp_path)
        await house.deliver(report(LOCAL, 1))
        await house.work()
        shutil.rmtree(tmp_path / "symbols")
        [unnamed] = await house.deliver(report(LOCAL, 2))
        await house.work()
        assert (await house.row(unnamed)).state is JobState.ADDED
        assert len(house.issues(LOCAL)) == 1


def unnamed(found: re.Match[str]) -> str:
    return f"{found[1]} {BASE:#x} + {int(found[1], 16) - BASE}"


async def test_the_issue_keeps_its_names_when_the_newest_crash_has_none(
    simulator: Simulator, tmp_path: Path
) -> None:
    named = crash_text()
    nameless = re.sub(r"(0x\w+) CartView\S+ \+ .*", unnamed, named)
    nameless = re.sub(r"(?<=Incident Identifier: ).{8}", "0" * 8, nameless)
    assert "CartView" not in nameless
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path)
        [first] = await house.deliver(crash(LOCAL, named))
        await house.work()
        [second] = await house.deliver(crash(LOCAL, nameless, tester="t2"))
        await house.work()
        issue = await house.only_issue(LOCAL, second)
    assert "2 crashes" in issue["body"]
    assert "**Blame:** `CartView.total.getter`" in issue["body"]
    assert "an earlier one is shown" in issue["body"]
    [newest] = re.findall(r"\[Newest log\]\(([^)]*)\)", issue["body"])
    assert second in newest
    assert first not in newest


async def test_another_build_without_symbols_is_another_issue(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        house = await enter(stack, simulator, tmp_path)
        await house.deliver(report(LOCAL, 1), report(LOCAL, 2, uuid="ab" * 16))
        await house.work()
        assert len(house.issues(LOCAL)) == 2


async def test_damaged_symbols_stop_nothing(simulator: Simulator, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await enter(stack, simulator, tmp_path)
        arrive(tmp_path)
        [dwarf] = (tmp_path / "symbols").rglob("DWARF/*")
        whole = dwarf.read_bytes()
        dwarf.write_bytes(whole[: len(whole) // 2])
        [submission] = await house.deliver(report(LOCAL))
        await house.work()
        assert (await house.row(submission)).state is JobState.FILED
