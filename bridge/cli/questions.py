"""The on-call's questions: `status`, `dead-letters`, `retry`."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bridge.cli import why
from bridge.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    Format,
    FormatOption,
    examples,
    plain,
    print_json,
    read_config,
    stderr,
    stdout,
)
from bridge.model import Job, JobState

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ops.explain import Explanation
    from bridge.store import StatusRow, Store


WORK = {
    "group": "rewriting the issue of group",
    "lateCrashLog": "the late crash log of",
    "tracker": "looking at what people did in tracker",
}
COLOURS = {
    JobState.FILED: "green",
    JobState.ADDED: "green",
    JobState.DEAD: "red",
    JobState.WAITING: "yellow",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(
        epilog=examples(
            "status                           # the newest",
            "status AK7UjG-qL5QxXf3gIOGjbpQ   # one submission",
            "status SUN-211                   # all of an issue, and why it is one",
        )
    )(status)
    app.command("dead-letters")(dead_letters)
    app.command(
        epilog=examples(
            "retry AK7UjG-qL5QxXf3gIOGjbpQ",
            "retry --app sunrise",
            'retry --error "no such project"',
            "retry --all",
        )
    )(retry)


def status(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="SUBMISSION|ISSUE",
            show_default=False,
            help="A submission's id, or an issue's key, number or URL.",
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
    limit: Annotated[int, typer.Option(help="At most so many lines.", min=1)] = 50,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Why it is one group: said of an issue anyway, in JSON a last object of its own.",
        ),
    ] = False,
) -> None:
    """Was it filed, where, and if not, why? Without an argument: the newest.

    Of an issue it tells, too, why its feedback is one group.
    """
    if explain and what is None:
        typer.echo("--explain needs a submission or an issue", err=True)
        raise typer.Exit(2)
    wanted = "always" if explain else "never" if output is Format.JSON else "of issues"
    rows, whys = asyncio.run(_status(read_config(config), what, limit, wanted))
    if what is not None and not rows:
        typer.echo(f"nothing is known of {what}: no delivery has spoken of it", err=True)
        raise typer.Exit(1)
    _show(rows, output)
    for found in whys:
        why.show(found, output)


async def _status(
    config: "Config",
    what: str | None,
    limit: int,
    explained: Literal["always", "of issues", "never"],
) -> "tuple[Sequence[StatusRow], Sequence[Explanation]]":
    store = await _open(config)
    try:
        if what is None:
            return await store.jobs.status(limit=limit), ()
        rows = await store.jobs.status(submission=what, limit=limit)
        is_issue = not rows
        rows = rows or await store.jobs.status(issue=what, limit=limit)
        if explained == "never" or (explained == "of issues" and not is_issue):
            return rows, ()
        return rows, await why.explanations(config, store, rows)
    finally:
        await store.aclose()


def dead_letters(
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
    limit: Annotated[int, typer.Option(help="At most so many lines.", min=1)] = 100,
) -> None:
    """List what failed for good, with every reason; nothing of it is lost."""
    rows, others = asyncio.run(_dead(read_config(config), limit))
    _show(rows, output, history=True, or_else="" if others else "none")
    for job in others:
        if output is Format.JSON:
            print_json(_follow_up(job))
        else:
            what = WORK.get(job.key.instance_type, job.key.instance_type)
            stdout.print(f"[red]dead[/]  {plain(f'{job.key.app}  {what} {job.key.instance_id}')}")
            stdout.print(f"    {plain(job.error or '')}")


async def _dead(config: "Config", limit: int) -> "tuple[Sequence[StatusRow], Sequence[Job]]":
    store = await _open(config)
    try:
        rows = await store.jobs.status(states=[JobState.DEAD], limit=limit)
        return rows, await store.jobs.dead_follow_ups(limit=limit)
    finally:
        await store.aclose()


def retry(
    submissions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SUBMISSION", show_default=False, help="Ids, as `status` shows them."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    app: Annotated[str | None, typer.Option(help="All of this app.")] = None,
    error: Annotated[str | None, typer.Option(help="All whose last error has this text.")] = None,
    held: Annotated[bool, typer.Option("--held", help="Held feedback too, not only dead.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Put dead letters (and held feedback, when it is named) back to work."""
    if not (submissions or app or error or everything):
        typer.echo("say which: submissions, --app, --error or --all", err=True)
        raise typer.Exit(2)
    states = [JobState.DEAD, *([JobState.HELD] if held or submissions else [])]
    count, others = asyncio.run(_retry(read_config(config), submissions or [], app, error, states))
    if output is Format.JSON:
        print_json({"put_back": count})
    else:
        more = "; the running service takes them up within a second" if count else ""
        typer.echo(f"{count} put back{more}")
    for one in others:
        stderr.print(plain(f"{one} is neither a dead letter nor held; `status {one}` says more"))
    if others:
        raise typer.Exit(1)


async def _retry(
    config: "Config",
    submissions: Sequence[str],
    app: str | None,
    error: str | None,
    states: Sequence[JobState],
) -> tuple[int, Sequence[str]]:
    """Return how many were put back, and the named submissions that were not among them."""
    store = await _open(config)
    try:
        if not submissions:
            return await store.jobs.retry(app=app, error_contains=error, states=states), ()
        counts = {
            one: await store.jobs.retry(
                submission=one, app=app, error_contains=error, states=states
            )
            for one in submissions
        }
        return sum(counts.values()), [one for one, count in counts.items() if not count]
    finally:
        await store.aclose()


async def _open(config: "Config") -> "Store":
    from bridge.clock import SystemClock
    from bridge.store import Store

    return await Store.open(config.settings.storage, base=config.base, clock=SystemClock())


def as_json(row: "StatusRow") -> dict[str, Any]:
    """Return the object that scripts read; `frozen` is there only where it says something."""
    issue = row.issue
    frozen = {"frozen": row.frozen} if row.frozen else {}
    return {
        "delivery": row.delivery,
        "submission": row.submission,
        "app": row.app,
        "kind": row.kind.value,
        "state": row.state.value,
        "issue": {"tracker": issue.tracker, "key": issue.key, "url": issue.url} if issue else None,
        "attempts": row.attempts,
        "error": row.error,
        **frozen,
    }


def _follow_up(job: Job) -> dict[str, Any]:
    """Return the object for our own work: what a feedback's has, where it has a meaning."""
    return {
        "delivery": None,
        "submission": None,
        "app": job.key.app,
        "kind": job.key.instance_type,
        "instance": job.key.instance_id,
        "state": job.state.value,
        "issue": None,
        "attempts": job.tries,
        "error": job.error,
    }


def _show(
    rows: "Sequence[StatusRow]", output: Format, *, history: bool = False, or_else: str = "none"
) -> None:
    if output is Format.JSON:
        for row in rows:
            extra = {"errors": [[at.isoformat(), text] for at, text in row.errors]}
            print_json(as_json(row) | (extra if history else {}))
        return
    if not rows:
        if or_else:
            stdout.print(or_else)
        return
    for row in rows:
        stdout.print(_line(row))
        for more in _more(row, history=history):
            stdout.print(f"    {more}")


def _more(row: "StatusRow", *, history: bool) -> Iterator[str]:
    if row.error and row.state not in (JobState.FILED, JobState.ADDED):
        yield plain(row.error)
    if row.frozen:
        yield f"its issue is no longer edited: {plain(row.frozen)}"
    for at, text in row.errors if history else ():
        yield f"[dim]{at:%Y-%m-%d %H:%M:%S}[/] {plain(text)}"


def _line(row: "StatusRow") -> str:
    where = f"{row.issue.key} {row.issue.url}" if row.issue else ""
    colour = COLOURS.get(row.state, "magenta")
    return (
        f"{row.received_at:%Y-%m-%d %H:%M:%S}  [{colour}]{row.state:<8}[/]  "
        f"{row.kind:<10}  {plain(row.app)}  {plain(row.submission)}  {plain(where)}"
    ).rstrip()
