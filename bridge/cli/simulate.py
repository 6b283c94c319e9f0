"""`simulate` and `simulate send`: App Store Connect, GitHub and Jira on this machine."""

import asyncio
import signal
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from bridge.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    examples,
    print_json,
    read_config,
    stderr,
)
from bridge.errors import Misconfigured

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.simulators.sender import Order, Summary
    from bridge.simulators.server import Simulator

SERVICE_PORT = 8080

app = typer.Typer(
    help="App Store Connect, GitHub and Jira simulated on this machine.",
    invoke_without_command=True,
    epilog=examples(
        "simulate --write-config trial",
        "serve --config trial/bridge.yaml",
        "simulate send --config trial/bridge.yaml --app sunrise-local --count 8",
    ),
)


class KindOption(StrEnum):
    """Which feedback is sent."""

    CRASH = "crash"
    SCREENSHOT = "screenshot"
    BOTH = "both"


@app.callback()
def simulate(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 9010,
    write_config: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a bridge.yaml that fits, with its secrets."),
    ] = None,
    service_port: Annotated[
        int, typer.Option(min=1, max=65535, help="The service's port in that bridge.yaml.")
    ] = SERVICE_PORT,
    crash_logs: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Crashes take the files of this folder, in the order of their names.",
        ),
    ] = None,
    latency: Annotated[
        int, typer.Option(metavar="MS", min=0, help="Let each answer of the services wait.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Chance repeats itself for the same seed.")] = 0,
    real_limits: Annotated[
        bool, typer.Option("--real-limits", help="Ration requests as the real services do.")
    ] = False,
) -> None:
    """Run the three services on one port until told to stop."""
    if context.invoked_subcommand is not None:
        return
    from bridge.simulators import workspace
    from bridge.simulators.server import Simulator
    from bridge.simulators.supply import NoSuchSample

    kept = workspace.kept(write_config) if write_config else None
    try:
        simulator = Simulator(
            latency_ms=latency,
            seed=seed,
            real_limits=real_limits,
            key=kept.key if kept else None,
            github_token=kept.github_token if kept else None,
            crash_logs=crash_logs,
        )
    except NoSuchSample as problem:
        raise Misconfigured(str(problem)) from problem

    def ready() -> None:
        if write_config is not None:
            path = workspace.write_config(
                write_config, simulator, service_port=service_port, real_limits=real_limits
            )
            stderr.print(f"wrote {path}; start: feedback-bridge serve --config {path}")
        typer.echo(simulator.origin)

    try:
        asyncio.run(_run(simulator, port, ready))
    except OSError as problem:
        stderr.print(f"the simulators can't run: {problem}")
        raise typer.Exit(1) from problem


@app.command(
    "send",
    epilog=examples("simulate send --config trial/bridge.yaml --app sunrise-local --count 8"),
)
def send_feedback(
    *,
    app_name: Annotated[str, typer.Option("--app", help="The app, as bridge.yaml names it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    kind: Annotated[KindOption, typer.Option(help="Which feedback.")] = KindOption.BOTH,
    count: Annotated[int, typer.Option(min=1, help="How many submissions.")] = 1,
    repeat: Annotated[int, typer.Option(min=1, help="Post the same bytes so many times.")] = 1,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Deliveries a second; unbounded if left out.")
    ] = None,
    build: Annotated[str | None, typer.Option(help="The build it is about.")] = None,
    bug: Annotated[str | None, typer.Option(help="The sample bug it is about.")] = None,
) -> None:
    """Make new feedback in the running simulator and post its signed deliveries."""
    from bridge.simulators.sender import Order, SimulatorUnavailable

    origin, service, secret = _addresses(read_config(config), app_name)
    order = Order(
        origin=origin,
        service=service,
        app=app_name,
        secret=secret,
        kind=kind.value,
        count=count,
        repeat=repeat,
        rate=rate,
        build=build,
        bug=bug,
    )
    try:
        summary = _sent(order)
    except SimulatorUnavailable as problem:
        stderr.print(str(problem))
        raise typer.Exit(1) from problem
    print_json(summary.document())
    if not summary.all_taken:
        stderr.print("some deliveries were not answered 200; is the service running?")
        raise typer.Exit(1)


def _sent(order: "Order") -> "Summary":
    """Send it, and show on a terminal how far it is."""
    from rich.progress import Progress

    from bridge.simulators.sender import send

    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        bar = progress.add_task("deliveries", total=order.count * order.repeat)
        return asyncio.run(send(order, answered=lambda: progress.advance(bar)))


async def _run(simulator: "Simulator", port: int, ready: Callable[[], None]) -> None:
    from bridge.simulators.server import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(simulator, port=port):
        ready()
        await stop.wait()


def _addresses(config: "Config", app_name: str) -> tuple[str, str, str]:
    """Return the simulator's origin, the service's address and the app's webhook secret."""
    if app_name not in config.apps:
        known = ", ".join(config.apps)
        raise Misconfigured(f"{config.path} has no app {app_name!r}; it has: {known}")
    secrets = config.apps[app_name].webhook_secrets
    if not secrets:
        raise Misconfigured(f"{config.path}: apps.{app_name} has no webhook_secrets")
    base = config.settings.app_store_connect.base_url
    origin, simulated, _ = base.rpartition("/appstore")
    if not simulated or urlsplit(base).scheme != "http":
        raise Misconfigured(
            f"{config.path}: app_store_connect.base_url is no simulator's; "
            "`feedback-bridge simulate --write-config DIR` writes a configuration for one"
        )
    server = config.settings.server
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(server.host, server.host)  # noqa: S104
    return origin, f"http://{host}:{server.port}", secrets[0].reveal()
