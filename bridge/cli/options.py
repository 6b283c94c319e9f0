"""Options that several commands share, and how results are printed.

Commands import what they run when they run it: all rooms together take a second to load, and
`--help` or a typing mistake should not wait for that.
"""

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from bridge.errors import Misconfigured
from bridge.markup import clean

if TYPE_CHECKING:
    from bridge.config import Config

# Lines stay as they are: a terminal wraps them itself, and `:key:` in a symbol is no emoji.
stderr = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
stdout = Console(highlight=False, soft_wrap=True, emoji=False)

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration file.", show_default=True)
]
DEFAULT_CONFIG = Path("bridge.yaml")


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="`json` prints one JSON object a line.")
]
LogLevelOption = Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")]


def examples(*lines: str) -> str:
    """Return what stands under a command's help: its usual calls, one a line."""
    return "\b\n" + "\n".join(f"feedback-bridge {line}" for line in lines)


def read_config(path: Path, *, log_level: str = "WARNING") -> "Config":
    """Return the configuration at `path`, with logging set up; ConfigError if it is wrong."""
    from bridge.config import load
    from bridge.telemetry import configure_logging

    try:
        configure_logging(level=log_level)
    except ValueError as problem:
        raise Misconfigured(str(problem)) from problem
    if not path.exists():
        raise Misconfigured(
            f"there is no configuration at {path}; name one with --config, or start one from "
            "the project's config/minimal.yaml"
        )
    return load(path)


def plain(text: object) -> str:
    """Return text from outside so that it neither styles nor steers the terminal."""
    return escape(clean(str(text)))


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own."""
    anything = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    typer.echo(json.dumps(value, ensure_ascii=not anything, default=str))
