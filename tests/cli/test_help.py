"""Help: every command says what it takes, and the usual calls that it shows are calls."""

import re
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from bridge.cli import app

WIDE = {"COLUMNS": "200", "TERMINAL_WIDTH": "200"}
COMMANDS = (
    "serve", "demo", "check", "schema", "status", "dead-letters", "retry", "inspect", "preview",
    "webhooks register", "webhooks list", "webhooks ping", "simulate", "simulate send",
)  # fmt: skip


def help_of(command: str) -> str:
    result = CliRunner().invoke(app, [*command.split(), "--help"], env=WIDE)
    assert result.exit_code == 0, result.output
    return result.output


def examples() -> Iterator[str]:
    for command in ("", *COMMANDS):
        for line in help_of(command).splitlines():
            if line.strip().startswith("feedback-bridge "):
                yield line.split("#")[0].strip()


def test_every_command_is_listed_with_what_it_does() -> None:
    listed = help_of("")
    for command in COMMANDS:
        assert re.search(rf"│ {command.split()[0]} +[A-Z]\w", listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_each_argument_is(command: str) -> None:
    shown = help_of(command)
    assert "[[" not in shown
    for line in shown.splitlines():
        if re.match(r"│ [* ] +[A-Z|]+ +<", line):
            assert re.search(r"> +[^\s│]", line), line


@pytest.mark.parametrize("line", sorted(set(examples())))
def test_a_call_that_help_shows_is_one_that_is_understood(line: str) -> None:
    """Its command is there and has the options; nothing is run."""
    words = line.removeprefix("feedback-bridge ").split(" > ")[0].split()
    command = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
    shown = help_of(command)
    assert all(word.split("=")[0] in shown for word in words if word.startswith("--"))


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", result.output)
