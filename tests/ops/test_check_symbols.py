"""`check` counts the builds that have symbols, and says what is wrong with the folders."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.app import check_subject
from bridge.ops.check import check
from bridge.symbols import Symbols
from bridge.trackers.base import Finding, Level
from tests.pipeline.conftest import House
from tests.symbols import sunrise


async def about_symbols(house: House, *folders: Path) -> Sequence[Finding]:
    symbols = Symbols(folders, monotonic=house.clock.monotonic) if folders else None
    subject = replace(check_subject(house.bridge), symbols=symbols)
    return [found async for found in check(subject) if found.text.startswith("symbols")]


async def test_the_builds_that_have_symbols_are_counted(house: House) -> None:
    [only] = await about_symbols(house, sunrise.FIXTURE)
    assert (only.level, only.text) == (Level.OK, "symbols: 2 UUIDs have symbols")


async def test_where_no_folder_is_named_nothing_is_said(house: House) -> None:
    assert await about_symbols(house) == []


async def test_a_folder_that_is_not_there_is_named(house: House, tmp_path: Path) -> None:
    first, second = await about_symbols(house, sunrise.FIXTURE, tmp_path / "missing")
    assert first.level is Level.OK
    assert second.level is Level.WARNING
    assert str(tmp_path / "missing") in second.text


async def test_folders_without_any_dsym_are_a_warning(house: House, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    [only] = await about_symbols(house, tmp_path / "empty")
    assert only.level is Level.WARNING
    assert "no dSYM" in only.text


async def test_without_the_extra_it_says_what_to_install(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "symbolic", None)
    [only] = await about_symbols(house, sunrise.FIXTURE)
    assert only.level is Level.ERROR
    assert only.advice == 'pip install "feedback-bridge[symbols]"'
