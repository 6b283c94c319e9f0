"""The demo: simulators, the service and sample feedback on this machine, ending in issues.

The same service that production runs, configured for simulators: signed deliveries come in over
HTTP, feedback is fetched from a simulated App Store Connect, issues go into a folder.
"""

import asyncio
import contextlib
import shutil
import webbrowser
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape

from bridge.app import Bridge, open_bridge, serve
from bridge.config import load
from bridge.errors import Misconfigured
from bridge.markup import plain_line
from bridge.model import JobState
from bridge.simulators.sender import Order, send
from bridge.simulators.server import Simulator, running
from bridge.simulators.workspace import write_config
from bridge.store import StatusRow
from bridge.telemetry import configure_logging

APP = "sunrise-local"
MARK = ".feedback-bridge-demo"  # by which a folder is known to be an earlier demo's
OURS = ("bridge.yaml", "secrets", "data", "issues")
SCREENSHOTS, CRASHES = 10, 30
WIDTH = 56  # characters of a title; with what stands before it a line is under 80
HOW = {JobState.FILED: "[green]new issue[/]", JobState.ADDED: "[cyan]added to [/]"}
LOOK = 0.1  # seconds between two looks at what happened
PATIENCE = 120.0  # seconds until the demo gives up
ENDED = (JobState.FILED, JobState.ADDED, JobState.DEAD, JobState.HELD, JobState.IGNORED)

Say = Callable[[str], None]


async def run(*, out: Path, port: int, once: bool, say: Say, tell: Say) -> bool:
    """Run the demo and return whether every sample got its right issue.

    `say` is told what is happening, `tell` the result. Unless `once`, the page stays up until
    Ctrl-C. Raises `Misconfigured` if `out` can't be written to or holds something that is not an
    earlier demo's, or the port is taken.
    """
    configure_logging(level="ERROR")
    folder = _prepared(out)
    say("[bold]feedback-bridge demo:[/] no account is needed, and nothing leaves this machine")
    async with running(Simulator()) as simulator:
        say(f"  simulated App Store Connect at {simulator.origin}")
        config = load(write_config(folder, simulator, service_port=port))
        async with open_bridge(config) as bridge, _serving(bridge) as (address, service):
            say(f"  feedback-bridge at {address}\n")
            rows = await _feed(bridge, simulator, address, say)
            summary = judge(rows, simulator.state()["appstore"]["submissions"])
            _tell(summary, folder, None if once else address, tell)
            if not once:
                await _show(address, service, say)
            return summary.right


def _prepared(out: Path) -> Path:
    """Return the folder, empty but for our mark; only an earlier demo's things are removed."""
    folder = out.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise Misconfigured(f"{folder} holds other things; name an empty folder with --out")
        (folder / MARK).touch()
        for name in OURS:
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    except OSError as problem:
        raise Misconfigured(
            f"{problem.filename or folder} can't be used: {problem.strerror}; "
            "name an empty folder with --out"
        ) from problem
    return folder


@contextlib.asynccontextmanager
async def _serving(bridge: Bridge) -> AsyncGenerator[tuple[str, asyncio.Task[None]]]:
    """Run the service and give its address and its task."""
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    service = asyncio.create_task(serve(bridge, stop=stop, listening=address.set_result))
    await asyncio.wait((service, address), return_when=asyncio.FIRST_COMPLETED)
    if service.done():
        try:
            service.result()
        except Misconfigured as problem:
            raise Misconfigured(f"{problem}, here with --port; 0 takes a free one") from problem
    try:
        yield await address, service
    finally:
        stop.set()
        await service


async def _feed(
    bridge: Bridge, simulator: Simulator, service: str, say: Say
) -> Sequence[StatusRow]:
    """Send the samples, each delivery twice, and tell what becomes of each as it happens."""
    secret = bridge.config.apps[APP].webhook_secrets[0].reveal()
    order = Order(
        origin=simulator.origin,
        service=service,
        app=APP,
        secret=secret,
        kind="both",
        count=SCREENSHOTS + CRASHES,
        repeat=2,
    )
    say(f"{SCREENSHOTS + CRASHES} testers write; App Store Connect sends each delivery twice\n")
    try:
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as both:
            both.create_task(send(order))
            await _followed(bridge, say)
        async with asyncio.timeout(PATIENCE):
            await _settled(bridge)
    except TimeoutError:
        say("[red]gave up waiting; what is there so far:[/]")
    return await bridge.store.jobs.status(limit=1000)


async def _followed(bridge: Bridge, say: Say) -> None:
    told: set[str] = set()
    while len(told) < SCREENSHOTS + CRASHES:
        rows = await bridge.store.jobs.status(limit=1000)
        # One that was added may have ended before the issue of its group is there.
        last = all(row.state in ENDED for row in rows)
        for row in reversed(rows):
            placed = row.issue is not None or row.state is not JobState.ADDED or last
            if row.state in ENDED and placed and row.submission not in told:
                told.add(row.submission)
                say(await _line(bridge, row))
        await asyncio.sleep(LOOK)


async def _settled(bridge: Bridge) -> None:
    """Return when the issues are rewritten with all that came."""
    counts = await bridge.store.jobs.counts()
    while counts.get(JobState.WAITING) or counts.get(JobState.RUNNING):
        await asyncio.sleep(LOOK)
        counts = await bridge.store.jobs.counts()


async def _line(bridge: Bridge, row: StatusRow) -> str:
    group = await bridge.store.ledger.group_of(row.app, row.submission)
    how = HOW.get(row.state, f"[red]{row.state}[/]")
    key = row.issue.key if row.issue else "-"
    title = plain_line((group.title if group else row.error) or "", WIDTH)
    return f"  {how} {key}  {escape(title)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether each sample is in its right issue."""

    screenshots: int
    crashes: int
    bugs: int
    issues: int
    wrong: tuple[str, ...]
    """What is not as it should be, in sentences."""

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def judge(rows: Sequence[StatusRow], submissions: Sequence[Mapping[str, Any]]) -> Judgement:
    """Compare where feedback went with what the simulator knows of it.

    Each screenshot feedback should have an issue of its own, and each different bug one issue.
    """
    issue_of = {row.submission: row.issue.key for row in rows if row.issue is not None}
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    holds: defaultdict[str, set[str]] = defaultdict(set)
    wrong: list[str] = []
    for sent in submissions:
        problem = sent["id"] if sent["kind"] == "screenshot" else f"bug {sent['bug']}"
        issue = issue_of.get(sent["id"])
        if issue is None:
            wrong.append(f"{sent['kind']} {sent['id']} has no issue")
            continue
        wanted[problem].add(issue)
        holds[issue].add(problem)
    wrong += [
        f"{what} is in {len(found)} issues" for what, found in wanted.items() if len(found) > 1
    ]
    wrong += [
        f"{issue} mixes {len(what)} problems" for issue, what in holds.items() if len(what) > 1
    ]
    crashes = [sent for sent in submissions if sent["kind"] == "crash"]
    return Judgement(
        screenshots=len(submissions) - len(crashes),
        crashes=len(crashes),
        bugs=len({sent["bug"] for sent in crashes}),
        issues=len(holds),
        wrong=tuple(wrong),
    )


def _tell(summary: Judgement, folder: Path, address: str | None, tell: Say) -> None:
    tell(
        f"\n[bold]{summary.screenshots} screenshot feedbacks and {summary.crashes} crashes of "
        f"{summary.bugs} bugs became {summary.issues} issues[/]"
    )
    for line in summary.wrong:
        tell(f"  [red]wrong:[/] {escape(line)}")
    if summary.right:
        tell("  [green]every sample is in its right issue, and nothing was filed twice[/]")
    tell(f"  issues as files:  {folder / 'issues'}")
    if address is not None:
        tell(f"  issues as pages:  {address}/")


async def _show(address: str, service: asyncio.Task[None], say: Say) -> None:
    """Open the page and keep it up until the service is stopped by Ctrl-C."""
    await asyncio.to_thread(_open_page, address)
    say("\nThe page stays up until you press Ctrl-C.")
    await asyncio.wait((service,))


def _open_page(address: str) -> None:
    with contextlib.suppress(webbrowser.Error):
        browser = webbrowser.get()
        # A plain GenericBrowser is a text browser, which would take over the terminal.
        if type(browser) is not webbrowser.GenericBrowser:
            browser.open(f"{address}/")
