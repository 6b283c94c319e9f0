"""`inspect --dsym` and `preview` with symbols: names, files and lines, and what is missing."""

import sys
from pathlib import Path

import pytest

from bridge.symbols import Symbols
from bridge.understanding import understood
from tests.cli.conftest import Run
from tests.symbols import sunrise


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.crash"
    path.write_text(sunrise.text(bundle="sunrise.local"))
    return path


async def test_inspect_shows_names_files_and_lines(run: Run, log: Path) -> None:
    done = await run("inspect", "--format", "json", "--dsym", sunrise.DSYM, log)
    assert (done.code, done.err) == (0, "")
    [found] = done.lines
    shown = [(f["symbol"], f["file"], f["line"]) for f in found["frames"] if f["in_app"]]
    assert shown == [frame[:3] for frame in sunrise.NAMES]
    assert found["title"] == "Crash: trap in Cart.price"
    assert found["top_inapp_symbol"] == "Cart.price(at:)"
    assert found["n_frames_crashed"] == 5
    assert found["warnings"] == []


async def test_inspect_says_what_is_missing_with_its_uuid(
    run: Run, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    done = await run("inspect", "--dsym", tmp_path / "empty", log)
    assert done.code == 0
    assert f"no dSYM with the UUID {sunrise.ARM_WRITTEN} was found" in done.out


async def test_several_folders_may_be_given(run: Run, log: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    folders = ("--dsym", tmp_path / "empty", "--dsym", sunrise.FIXTURE)
    assert "Cart.c:20" in (await run("inspect", *folders, log)).out


async def test_without_the_option_nothing_is_looked_up_or_missed(run: Run, log: Path) -> None:
    [found] = (await run("inspect", "--format", "json", log)).lines
    assert found["top_inapp_symbol"] == f"Sunrise+{sunrise.TRAP}"
    assert found["warnings"] == []


async def test_a_damaged_file_is_told_of_beside_the_results(
    run: Run, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "cut").write_bytes(sunrise.DWARF.read_bytes()[:50])
    done = await run("inspect", "--format", "json", "--dsym", tmp_path, log)
    assert len(done.lines) == 1
    assert f"{tmp_path / 'cut'} is skipped" in done.err


async def test_a_folder_that_is_not_there_is_wrong_use(run: Run, log: Path) -> None:
    assert (await run("inspect", "--dsym", "/missing", log)).code == 2


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "symbolic", None)


@pytest.mark.usefixtures("without_extra")
async def test_without_the_extra_the_option_says_what_to_install(run: Run, log: Path) -> None:
    done = await run("inspect", "--dsym", sunrise.FIXTURE, log)
    assert done.code == 2
    assert 'pip install "feedback-bridge[symbols]"' in done.err


@pytest.mark.usefixtures("without_extra")
def test_without_the_extra_reports_stay_as_they_are() -> None:
    symbols = Symbols([sunrise.FIXTURE], monotonic=lambda: 0.0)
    log = sunrise.text().encode()
    assert understood(log, symbols=symbols) == understood(log)


async def test_preview_shows_the_issue_with_names(run: Run, config: Path, log: Path) -> None:
    text = config.read_text()
    config.write_text(f"{text}\nsymbols: {{folders: [{sunrise.FIXTURE}]}}\n")
    done = await run("preview", log, config=config)
    assert done.code == 0, done.err
    assert "Crash: trap in Cart.price" in done.out
    assert "Cart.c:20" in done.out


async def test_preview_goes_by_the_teams_own_rules(run: Run, config: Path, log: Path) -> None:
    rules = "crash_rules: {skip: [{name: Cart.*, why: it only adds up}]}"
    text = config.read_text()
    config.write_text(f"{text}\nsymbols: {{folders: [{sunrise.FIXTURE}]}}\n{rules}\n")
    done = await run("preview", log, config=config)
    assert "Crash: trap in CartView.checkout" in done.out
