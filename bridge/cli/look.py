"""Looking without filing: `inspect` a crash log, `preview` an issue."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from bridge.cli.options import (
    DEFAULT_CONFIG,
    Format,
    FormatOption,
    examples,
    plain,
    print_json,
    read_config,
    stderr,
    stdout,
)
from bridge.errors import Misconfigured, Unreadable
from bridge.markup import Markup

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.config import Config
    from bridge.grouping.shelf import Shelf
    from bridge.model import Diagnosis
    from bridge.ops.preview import Preview, Rules
    from bridge.symbols import Symbols

CRASH_LOGS = "Crash logs: TestFlight's text, or .ips."
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=CRASH_LOGS)
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(
        "inspect",
        epilog=examples(
            "inspect crash.ips",
            "inspect --format json *.ips   # a JSON object a file",
            "inspect --group *.ips         # which of them are the same problem",
            "inspect --dsym App.xcarchive crash.ips",
        ),
    )(inspect)
    app.command(
        epilog=examples(
            "preview crash.ips",
            "preview --submission AK7UjG-qL5QxXf3gIOGjbpQ --app sunrise",
        )
    )(preview)


def inspect(
    files: Files,
    output: FormatOption = Format.TEXT,
    *,
    group: Annotated[
        bool, typer.Option("--group", help="Say which files are one problem, in their order.")
    ] = False,
    dsym: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            exists=True,
            show_default=False,
            help="Where dSYMs lie, for names, files and lines; may be given several times.",
        ),
    ] = None,
) -> None:
    """Show what we read from crash logs; exit 1 if one is no Apple report."""
    from bridge.crash import inspection
    from bridge.grouping.shelf import Shelf
    from bridge.understanding import understood

    shelf = Shelf() if group else None
    symbols = _symbols(dsym) if dsym else None
    failed = False
    for file in files:
        diagnosis = understood(file.read_bytes(), symbols=symbols)
        found = inspection(str(file), diagnosis)
        failed = failed or "error" in found
        if shelf is not None and diagnosis is not None:
            found["group"] = _placed(shelf, diagnosis, file)
        if output is Format.JSON:
            print_json(found)
        else:
            _show(found)
    if failed:
        raise typer.Exit(1)


def _symbols(folders: Sequence[Path]) -> "Symbols":
    """Return the symbols in some folders. Raises Misconfigured if none can be read."""
    from bridge.clock import SystemClock
    from bridge.symbols import INSTALL, Symbols
    from bridge.telemetry import configure_logging

    configure_logging(level="WARNING")  # what is skipped is told on standard error
    symbols = Symbols(folders, monotonic=SystemClock().monotonic)
    if not symbols.usable:
        raise Misconfigured(f"--dsym needs the extra that reads dSYMs: {INSTALL}")
    return symbols


def _placed(shelf: "Shelf", diagnosis: "Diagnosis", file: Path) -> dict[str, str | None]:
    """Return the group that a file is in, and how; `of` is the file that opened the group."""
    placed = shelf.place(diagnosis, name=str(file))
    return {"id": placed.id, "how": placed.how.value, "of": placed.of}


def _show(found: dict[str, Any]) -> None:
    stdout.print(f"[bold]{plain(found['file'])}[/]")
    if "error" in found:
        stdout.print(f"  {plain(found['error'])}")
        return
    stdout.print(f"  {plain(found['title'])}")
    for name, value in found.items():
        if name not in ("file", "title", "frames", "warnings", "group") and value is not None:
            stdout.print(f"  {name:<20} {plain(value)}")
    if "group" in found:
        _show_group(found["group"])
    for frame in cast("list[dict[str, Any]]", found.get("frames") or []):
        mark = "▶" if frame["in_app"] else " "
        place = ":".join(str(frame[part]) for part in ("file", "line") if frame.get(part))
        symbol = frame["symbol"] or f"+{frame['offset']}"
        stdout.print(plain(f"  {mark} {frame['image']}  {symbol}  {place}"))
    for warning in found["warnings"]:
        stdout.print(f"  [yellow]warning[/] {plain(warning)}")


def _show_group(group: dict[str, str | None]) -> None:
    of = f", of {group['of']}" if group["of"] else ""
    words = f"{group['id']} ({group['how']}{of})"
    stdout.print(f"  {'group':<20} {plain(words)}")


def preview(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, show_default=False, help=CRASH_LOGS
        ),
    ] = None,
    submission: Annotated[
        str | None, typer.Option(help="A submission's id, fetched from App Store Connect.")
    ] = None,
    app: Annotated[
        str | None, typer.Option(help="Whose it is; needed where that can't be told.")
    ] = None,
    markup: Annotated[Markup, typer.Option(help="For a FILE without --config.")] = Markup.GITHUB,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            show_default=str(DEFAULT_CONFIG),
            help="The configuration file. Named with a FILE: its routes and templates are used.",
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show the issue that a crash log, or a submission, would become; nothing is filed."""
    if bool(submission) == bool(files):
        raise Misconfigured("preview what? Name crash logs, or --submission ID")
    if submission:
        read = read_config(config or DEFAULT_CONFIG)
        _print(asyncio.run(_submission(read, submission, app)), output)
        return
    rules = _rules(read_config(config)) if config else None
    if not _logs(files or [], markup, rules, app, output):
        raise typer.Exit(1)


def _rules(config: "Config") -> "Rules":
    from bridge.app import app_facts
    from bridge.ops.preview import Rules

    return Rules(
        routes=config.settings.routes,
        types={tracker: table.type for tracker, table in config.trackers.items()},
        folders=config.template_folders(),
        apps=app_facts(config),
        understand=_understand(config),
    )


def _understand(config: "Config") -> "Callable[[bytes], Diagnosis | None]":
    """Return what reads logs by the configuration's rules, and with its symbols."""
    from bridge.app import open_symbols
    from bridge.clock import SystemClock
    from bridge.crash import RuleBook
    from bridge.understanding import Rules, understood

    rules = Rules(now=RuleBook.of(config.settings.crash_rules))
    return partial(understood, rules=rules, symbols=open_symbols(config, SystemClock()))


def _logs(
    files: Sequence[Path], markup: Markup, rules: "Rules | None", app: str | None, output: Format
) -> bool:
    """Print each log's issue; return whether every file was a report."""
    from bridge.ops.preview import preview_log

    well = True
    for file in files:
        try:
            made = preview_log(
                file.read_bytes(), name=file.name, markup=markup, rules=rules, app=app
            )
        except Unreadable as problem:
            well = False
            stderr.print(plain(problem))
        else:
            _print(made, output)
    return well


async def _submission(config: "Config", submission: str, app: str | None) -> "Preview":
    from bridge.app import open_accounts, sources
    from bridge.clock import SystemClock
    from bridge.ops.preview import preview_submission

    name = app or (next(iter(config.apps)) if len(config.apps) == 1 else None)
    if name is None or name not in config.apps:
        raise Misconfigured(f"whose submission is it? --app with one of: {', '.join(config.apps)}")
    async with open_accounts(config, SystemClock()) as accounts:
        return await preview_submission(
            _rules(config), sources(config, accounts)[name], submission, app=name
        )


def _print(made: "Preview", output: Format) -> None:
    if output is Format.JSON:
        print_json({"title": made.title, "body": made.body, "tracker": made.tracker})
        return
    stdout.print(f"[bold]{plain(made.title)}[/]\n")
    stdout.print(plain(made.body))
    for note in made.notes:
        stdout.print(f"[yellow]note[/] {plain(note)}")
