"""Wrong use and wrong configuration: exit 2, nothing on standard output, and what to do."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CONFIGURED = (
    ("serve",),
    ("check",),
    ("status",),
    ("dead-letters",),
    ("retry", "--all"),
    ("preview", "--submission", "x"),
    ("webhooks", "list"),
    ("webhooks", "ping"),
    ("webhooks", "register", "--url", "https://bridge.example.com"),
    ("simulate", "send", "--app", "sunrise"),
)


@pytest.mark.parametrize("command", CONFIGURED, ids=" ".join)
async def test_a_configuration_that_is_missing_is_wrong_use(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = await run(*command, config=tmp_path / "bridge.yaml")
    assert (done.code, done.out) == (2, "")
    assert f"there is no configuration at {tmp_path}/bridge.yaml" in done.err
    assert "--config" in done.err


@pytest.mark.parametrize("command", CONFIGURED, ids=" ".join)
async def test_a_configuration_that_is_wrong_is_told_line_by_line(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    path = tmp_path / "bridge.yaml"
    path.write_text("apps:\n  sunrise:\n    app_id: 6448311069\n    tagz: [retail]\n")
    done = await run(*command, config=path)
    assert (done.code, done.out) == (2, "")
    told = done.err.splitlines()
    assert f"{path}:3: apps.sunrise.app_id: this is read as a number; write it in quotes" in told
    assert any(
        line.startswith(f"{path}:4: apps.sunrise.tagz: ") and "did you mean tags?" in line
        for line in told
    )
    assert not [line for line in told if not line.startswith(str(path))]


async def test_the_default_configuration_lies_in_the_working_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no configuration at bridge.yaml" in (await run("status")).err


async def test_a_folder_for_a_configuration_is_told(run: Run, tmp_path: Path) -> None:
    done = await run("check", config=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert f"{tmp_path}: can't be read: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("status", "--nonsense"),
        ("status", "--limit", "0"),
        ("status", "--format", "xml"),
        ("serve", "--role", "boss"),
        ("inspect",),
        ("inspect", "no/such/file.crash"),
        ("preview", "no/such/file.crash"),
        ("webhooks", "nonsense"),
        ("simulate", "--port", "65536"),
        ("simulate", "send"),
    ],
    ids=" ".join,
)
async def test_wrong_use_is_exit_2_and_told_on_standard_error(
    run: Run, arguments: tuple[str, ...]
) -> None:
    done = await run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("status", "-h"), ("webhooks", "register", "--help")]
)
async def test_help_is_a_result(run: Run, arguments: tuple[str, ...]) -> None:
    done = await run(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "Usage:" in done.out


async def test_a_log_level_that_there_is_none_of_is_wrong_use(run: Run, tmp_path: Path) -> None:
    done = await run("serve", "--log-level", "loud", config=tmp_path / "bridge.yaml")
    assert (done.code, done.out) == (2, "")
    assert "no log level 'loud'" in done.err
