"""The command line: one file a group of commands, no logic of its own.

Results go to standard output, everything else to standard error. Exit 0: done; 1: failed; 2: wrong
use or configuration.
"""

import sys

import typer

from bridge.cli import look, operate, questions, simulate, webhooks
from bridge.errors import BridgeError, Misconfigured

app = typer.Typer(
    name="feedback-bridge",
    help="TestFlight feedback and crash reports, filed as issues in GitHub, Jira or a folder.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
operate.add_to(app)
questions.add_to(app)
look.add_to(app)
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(simulate.app, name="simulate")


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except Misconfigured as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - this is a command's own message
        sys.exit(2)
    except BridgeError as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
