"""Running it: `serve`, `demo`, `check`, `schema`."""

import asyncio
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    Format,
    FormatOption,
    LogLevelOption,
    examples,
    plain,
    print_json,
    read_config,
    stderr,
    stdout,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.config import Config
    from bridge.trackers.base import Finding


class Role(StrEnum):
    """What a process does."""

    ALL = "all"
    INTAKE = "intake"
    WORKER = "worker"


SIGNS = {
    "ok": "[green]ok[/]     ",
    "warning": "[yellow]warning[/]",
    "error": "[red]error[/]  ",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(serve)
    app.command(epilog=examples("demo", "demo --once --port 0 --out /tmp/trial"))(demo)
    app.command()(check)
    app.command(epilog=examples("schema > bridge.schema.json"))(schema)


def serve(
    config: ConfigOption = DEFAULT_CONFIG,
    role: Annotated[
        Role,
        typer.Option(help="`intake` only takes deliveries, `worker` only does jobs."),
    ] = Role.ALL,
    log_level: LogLevelOption = "INFO",
) -> None:
    """Run the service until SIGTERM or Ctrl-C."""
    asyncio.run(_serve(read_config(config, log_level=log_level), role))


async def _serve(config: "Config", role: Role) -> None:
    from bridge import app

    async with app.open_bridge(config) as bridge:
        await app.serve(
            bridge,
            app.Role(role),
            listening=lambda url: stderr.print(f"feedback-bridge is at {url}"),
        )


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Print a summary and end; exit 0 only if all is right.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The page's port; 0 takes a free one.")
    ] = 8080,
    out: Annotated[Path, typer.Option(help="Where issues and data go.")] = Path("demo-out"),
) -> None:
    """Show the whole way on this machine, without any account."""
    from bridge import demo as demonstration

    right = asyncio.run(
        demonstration.run(out=out, port=port, once=once, say=stderr.print, tell=stdout.print)
    )
    if not right:
        raise typer.Exit(1)


def check(
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Check the configuration, the credentials, each tracker's rights and fields, and webhooks."""

    def tell(finding: "Finding") -> None:
        if output is Format.JSON:
            print_json({"level": finding.level, "text": finding.text, "advice": finding.advice})
        else:
            stdout.print(_line(finding))

    if not asyncio.run(_check(read_config(config), tell)):
        raise typer.Exit(1)


async def _check(config: "Config", tell: "Callable[[Finding], None]") -> bool:
    """Tell each finding as it is found, and return whether none is an error."""
    from bridge import app
    from bridge.ops.check import check as run_check

    well = True
    async with app.open_bridge(config.impatient()) as bridge:
        async for finding in run_check(app.check_subject(bridge)):
            tell(finding)
            well = well and finding.level != "error"
    return well


def _line(finding: "Finding") -> str:
    advice = f"\n         → {plain(finding.advice)}" if finding.advice else ""
    return f"{SIGNS[finding.level]} {plain(finding.text)}{advice}"


def schema() -> None:
    """Print the JSON Schema of bridge.yaml, for editors."""
    from bridge.config.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, sort_keys=True))
