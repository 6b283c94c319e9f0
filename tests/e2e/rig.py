"""The installed program as processes: the simulator, the service, and what they did."""

import asyncio
import json
import os
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = Path(sys.executable).with_name("feedback-bridge")
PATIENCE = 120.0  # seconds; a machine under load is slow, and a test that hangs helps nobody
LOOK = 0.2
APPS = ("sunrise-github", "sunrise-jira", "sunrise-local")
STAYS = frozenset({"filed", "added", "ignored", "held", "dead", "done"})


@dataclass(slots=True)
class Process:
    """One run of the program."""

    inner: asyncio.subprocess.Process
    log: Path

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self.inner.returncode is None:
            self.inner.send_signal(signal.SIGKILL)
        await self.inner.wait()

    async def stop(self) -> int:
        """Ask it to end, and return how it did."""
        if self.inner.returncode is None:
            self.inner.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.inner.wait(), PATIENCE)


@dataclass(slots=True)
class Rig:
    """A simulator and a service with one configuration between them."""

    folder: Path
    origin: str
    service: str
    session: aiohttp.ClientSession
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    processes: list[Process] = field(default_factory=list[Process])
    runs: int = 0

    @property
    def config(self) -> str:
        return str(self.folder / "bridge.yaml")

    async def start(self, *arguments: str, name: str) -> Process:
        self.runs += 1
        log = self.folder / f"{name}-{self.runs}.log"
        with log.open("wb") as out:
            inner = await asyncio.create_subprocess_exec(
                str(PROGRAM), *arguments, stdout=out, stderr=out, env=dict(self.environment)
            )
        process = Process(inner, log)
        self.processes.append(process)
        return process

    async def serve(self, *more: str) -> Process:
        """Start the service and wait until it is ready."""
        process = await self.start("serve", "--config", self.config, *more, name="serve")
        await self._until_answers(f"{self.service}/readyz", process)
        return process

    async def _until_answers(self, url: str, process: Process) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                if process.inner.returncode is not None:
                    raise AssertionError(f"it ended: {process.log.read_text()}")
                try:
                    async with self.session.get(url) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(LOOK)

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end; return its exit code, output and errors."""
        process = await asyncio.create_subprocess_exec(
            str(PROGRAM),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(self.environment),
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode or 0, out.decode(), err.decode()

    async def send(self, app: str, *more: str) -> dict[str, Any]:
        """Make feedback and post its deliveries; return the summary."""
        code, out, err = await self.run(
            "simulate", "send", "--config", self.config, "--app", app, *more
        )
        assert code == 0, f"{out}\n{err}"
        return json.loads(out)

    async def state(self) -> dict[str, Any]:
        async with self.session.get(f"{self.origin}/_state") as answer:
            return await answer.json()

    async def fault(self, *rules: Mapping[str, Any]) -> None:
        async with self.session.put(f"{self.origin}/_faults", json=list(rules)) as answer:
            assert answer.status == 204, await answer.text()

    async def status(self) -> list[dict[str, Any]]:
        code, out, err = await self.run(
            "status", "--config", self.config, "--format", "json", "--limit", "1000"
        )
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    async def settled(self, feedbacks: int) -> list[dict[str, Any]]:
        """Return the status once so many feedbacks have come to rest, rewrites included."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.session.get(f"{self.service}/metrics") as answer:
                    counts = queue_counts(await answer.text())
                resting = not (counts.get("waiting") or counts.get("running"))
                if resting and sum(counts.get(state, 0) for state in STAYS - {"done"}) >= feedbacks:
                    return await self.status()
                await asyncio.sleep(LOOK)

    def folder_issues(self) -> list[dict[str, Any]]:
        """Return the folder tracker's issues."""
        return [
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((self.folder / "issues").glob("*/issue.json"))
        ]


@asynccontextmanager
async def rig(folder: Path, *simulate: str) -> AsyncIterator[Rig]:
    """Start a simulator with a configuration in `folder`; end all processes afterwards."""
    async with aiohttp.ClientSession() as session:
        it = Rig(folder=folder, origin="", service="", session=session)
        service_port, port = free_port(), free_port()
        it.origin, it.service = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{service_port}"
        process = await it.start(
            "simulate", "--port", str(port), "--write-config", str(folder),
            "--service-port", str(service_port), *simulate, name="simulate",
        )  # fmt: skip
        try:
            await it._until_answers(f"{it.origin}/_state", process)
            yield it
        finally:
            for started in it.processes:
                await started.kill()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def queue_counts(metrics: str) -> dict[str, int]:
    """Return the number of jobs by state from the metrics page."""
    counts: dict[str, int] = {}
    for line in metrics.splitlines():
        if line.startswith("feedback_bridge_queue{"):
            state = line.partition('state="')[2].partition('"')[0]
            counts[state] = int(float(line.rpartition(" ")[2]))
    return counts


@dataclass(frozen=True, slots=True)
class FiledIssue:
    """An issue of any tracker, as far as judging needs it."""

    key: str
    title: str
    body: str
    files: frozenset[tuple[str, int]]
    """Digest and size of each attachment."""
    comments: tuple[str, ...]


def filed_issues(rig: Rig, app: str, state: Mapping[str, Any]) -> dict[str, FiledIssue]:
    """Return the issues of the tracker that an app files into, by key."""
    rows: Sequence[Mapping[str, Any]]
    if app == "sunrise-local":
        rows = rig.folder_issues()
    else:
        rows = state[app.removeprefix("sunrise-")]["issues"]
    found: dict[str, FiledIssue] = {}
    for row in rows:
        key = str(row.get("key") or f"#{row['number']}")
        found[key] = FiledIssue(
            key=key,
            title=row["title"],
            body=row.get("body") or "",
            files=frozenset((f["sha256"], f["size"]) for f in row["attachments"]),
            comments=tuple(comment_text(comment) for comment in row["comments"]),
        )
    return found


def comment_text(comment: Mapping[str, Any] | str) -> str:
    """Return a comment without its marker, and without what marks words as strong."""
    text = comment if isinstance(comment, str) else str(comment.get("body") or comment["text"])
    lines = [line for line in text.splitlines() if line and not line.startswith("<!--")]
    return "\n".join(lines).replace("*", "")


def assert_quiet(issue: FiledIssue) -> None:
    """Nothing was said but that a new version has the crash too, and that once a version."""
    assert len(issue.comments) == len(set(issue.comments)), issue.comments
    assert all(text.startswith("First crash in ") for text in issue.comments), issue.comments


async def assert_right(rig: Rig, app: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Every feedback of the app is in its right issue, with its files, and nothing is twice."""
    state = await rig.state()
    sent = [s for s in state["appstore"]["submissions"] if s["app"] == app]
    issues = filed_issues(rig, app, state)
    by_submission = {row["submission"]: row for row in rows if row["app"] == app}
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for one in sent:
        row = by_submission[one["id"]]
        assert row["state"] in ("filed", "added"), row
        problem = one["id"] if one["kind"] == "screenshot" else one["bug"]
        wanted[problem].add(row["issue"]["key"])
    keys = [key for found in wanted.values() for key in found]
    assert all(len(found) == 1 for found in wanted.values()), wanted
    assert len(keys) == len(set(keys)), "two problems share an issue"
    assert set(keys) == set(issues), "an issue was filed twice"
    for issue in issues.values():
        assert_quiet(issue)
    for one in sent:
        issue = issues[by_submission[one["id"]]["issue"]["key"]]
        for file in one["files"]:
            if one["kind"] == "screenshot":
                assert (file["sha256"], file["size"]) in issue.files, f"{file['name']} differs"
    assert_logs(sent, issues, by_submission)


def assert_logs(
    sent: Sequence[Mapping[str, Any]],
    issues: Mapping[str, FiledIssue],
    by_submission: Mapping[str, Mapping[str, Any]],
) -> None:
    """Each issue of a crash holds a log, and each log is one that was sent for its bug."""
    allowed: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for one in sent:
        if one["kind"] == "crash":
            allowed[by_submission[one["id"]]["issue"]["key"]] |= {
                (file["sha256"], file["size"]) for file in one["files"]
            }
    for key, files in allowed.items():
        assert issues[key].files, f"{key} has no log"
        extra = issues[key].files - files
        assert not extra, f"{key} holds files that nobody sent: {extra}"
