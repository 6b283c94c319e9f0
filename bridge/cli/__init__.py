"""The command line: one file a group of commands, no logic of its own.

Results go to standard output, everything else to standard error. Exit 0: done; 1: failed; 2: wrong
use or configuration.
"""

import io
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from bridge.cli import look, operate, questions, simulate, webhooks
from bridge.cli.options import examples
from bridge.errors import BridgeError, Misconfigured
from bridge.markup import clean

app = typer.Typer(
    name="feedback-bridge",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "demo                       # see it work, without any account",
        "check                      # is bridge.yaml right, and what is missing?",
        "serve --config other.yaml  # run the service",
    ),
)
operate.add_to(app)
questions.add_to(app)
look.add_to(app)
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(simulate.app, name="simulate")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("feedback-bridge"))
        raise typer.Exit


@app.callback()
def options(
    *,
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """TestFlight feedback and crash reports, filed as issues in GitHub, Jira or a folder."""


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # testers write in every script
    try:
        app()
    except Misconfigured as problem:
        print(clean(str(problem)), file=sys.stderr)  # noqa: T201 - this is a command's own message
        sys.exit(2)
    except BridgeError as problem:
        print(clean(str(problem)), file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
