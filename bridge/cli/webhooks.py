"""App Store Connect's side of the wire: `webhooks register, list, ping`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from bridge.errors import BridgeError, Gone, Misconfigured

if TYPE_CHECKING:
    from bridge.appstore import Webhook
    from bridge.config import Config
    from bridge.fetch import Source

app = typer.Typer(help="Webhooks as App Store Connect has them.", no_args_is_help=True)

Lines = list[dict[str, Any]]

AppsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="APP", help="Only these apps.", show_default=False)
]
UrlOption = Annotated[
    str | None, typer.Option("--url", help="The service's public URL; default server.public_url.")
]


@app.command("register", epilog=examples("webhooks register --url https://bridge.example.com"))
def register(
    apps: AppsArgument = None,
    url: UrlOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Give every app that lacks it a webhook to this service; running it again changes nothing."""
    from bridge.ops.check import webhook_url

    read = read_config(config)
    public = read.settings.server.public_url if url is None else url
    if public is None:
        raise Misconfigured("where does App Store Connect reach us? --url or server.public_url")

    async def one(name: str, source: "Source") -> Lines:
        secret = read.apps[name].webhook_secrets[0]
        done = await source.client.ensure_webhook(
            source.app.app_id, url=webhook_url(public, name), secret=secret
        )
        return [{"how": done.how, **_facts(done.webhook)}]

    _each(read, apps, output, one)


@app.command("list")
def list_webhooks(
    apps: AppsArgument = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """List each app's webhooks."""

    async def one(_: str, source: "Source") -> Lines:
        return [_facts(hook) for hook in await source.client.webhooks(source.app.app_id)]

    _each(read_config(config), apps, output, one)


@app.command("ping")
def ping(
    apps: AppsArgument = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Have App Store Connect send a test delivery to each of our webhooks."""

    async def one(name: str, source: "Source") -> Lines:
        hooks = await source.client.webhooks(source.app.app_id)
        ours = [hook for hook in hooks if (hook.url or "").endswith(f"/webhooks/{name}")]
        if not ours:
            raise Gone(
                f"no webhook ends in /webhooks/{name}; run `feedback-bridge webhooks register`"
            )
        return [{"ping": await source.client.ping(hook.id), **_facts(hook)} for hook in ours]

    _each(read_config(config), apps, output, one)


def _each(
    config: "Config",
    wanted: Sequence[str] | None,
    output: Format,
    one: "Callable[[str, Source], Awaitable[Lines]]",
) -> None:
    """Do it for each app and print the lines; exit 1 at the end if it failed for one."""
    if unknown := [name for name in wanted or () if name not in config.apps]:
        raise Misconfigured(
            f"no app is called {', '.join(unknown)}; there are: {', '.join(config.apps)}"
        )
    if not asyncio.run(_all(config, wanted or list(config.apps), output, one)):
        raise typer.Exit(1)


async def _all(
    config: "Config",
    names: Sequence[str],
    output: Format,
    one: "Callable[[str, Source], Awaitable[Lines]]",
) -> bool:
    from bridge.app import open_accounts, sources
    from bridge.clock import SystemClock

    well = True
    async with open_accounts(config, SystemClock()) as accounts:
        where = sources(config, accounts)
        for name in names:
            try:
                lines = await one(name, where[name])
            except Misconfigured:
                raise
            except BridgeError as problem:
                well = False
                stderr.print(plain(f"{name}: {problem}"))
                continue
            for line in lines:
                _show({"app": name, **line}, output)
    return well


def _facts(hook: "Webhook") -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "enabled": hook.enabled,
        "events": list(hook.events),
    }


def _show(line: dict[str, Any], output: Format) -> None:
    if output is Format.JSON:
        print_json(line)
        return
    state = line.get("how") or ("enabled" if line["enabled"] else "disabled")
    if "ping" in line:
        state = "a ping is on its way"
    events = ", ".join(line["events"])
    stdout.print(plain(f"{line['app']}: {line['url']} ({line['id']}, {state}): {events}"))
