"""What durability costs: the same load against a bare handler and against intake with its store.

Both servers run as processes of their own and take turns; only the ratio within one run means
anything, since other work on the machine slows both. The server's own CPU time is the figure that
neighbours touch least. `rows/commit` shows deliveries sharing a commit.

    python bench/intake.py [--rounds 7] [--seconds 2] [--connections 64]
"""

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[1]))

from bridge.clock import SystemClock
from bridge.intake import Intake
from bridge.settings import Secret
from bridge.store import StorageSettings, Store

SECRET = b"bench"
TYPE = "betaFeedbackCrashSubmissionCreated"
INSTANCE = "betaFeedbackCrashSubmissions"
BODY_SIZE = 1024  # bytes; real deliveries are under 2 KiB


@dataclass(frozen=True)
class Round:
    requests: float
    """A second."""
    cpu: float
    """Microseconds of the server's CPU a request."""
    rows: float
    """Deliveries a commit; 0 where nothing is committed."""
    p99: float
    """Milliseconds."""


async def serve(kind: str) -> None:
    """Serve until standard input ends; answer each line of it with CPU time and commits."""
    app = web.Application()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(StorageSettings(), base=Path(folder), clock=SystemClock())
        if kind == "bare":
            app.router.add_post("/webhooks/{app}", bare)
        else:
            Intake(
                secrets={"app": [Secret(SECRET.decode(), source="bench")]},
                put=one_by_one(store) if kind == "alone" else store.inbox.put,
                reactions={TYPE: INSTANCE},
                clock=SystemClock(),
            ).add_routes(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            used = resource.getrusage(resource.RUSAGE_SELF)
            commits = store._database.commits  # noqa: SLF001 - a figure for this table alone
            print(used.ru_utime + used.ru_stime, commits, flush=True)
        await runner.cleanup()
        await store.aclose()


async def bare(request: web.Request) -> web.Response:
    await request.read()
    return web.json_response({"status": "accepted"})


def one_by_one(store: Store) -> Callable[..., Awaitable[bool]]:
    """Return a `put` that waits its turn, so that each delivery has a commit of its own."""
    turn = asyncio.Lock()

    async def put(*arguments: object) -> bool:
        async with turn:
            return await store.inbox.put(*arguments)  # type: ignore[arg-type]

    return put


def deliveries() -> Iterator[bytes]:
    """Yield signed requests, each another submission."""
    for n in itertools.count():
        instance = {"data": {"type": INSTANCE, "id": f"S{n}"}}
        data = {"type": TYPE, "id": f"event-{n}", "relationships": {"instance": instance}}
        body = json.dumps({"data": data}).encode().ljust(BODY_SIZE)
        signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        head = (
            f"POST /webhooks/app HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n"
            f"X-Apple-SIGNATURE: hmacsha256={signature}\r\n\r\n"
        )
        yield head.encode() + body


class Server:
    """A server in a process of its own."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.requests = deliveries()

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        arguments = (sys.executable, __file__, "--serve", self.kind)
        self.process = await asyncio.create_subprocess_exec(*arguments, stdin=pipe, stdout=pipe)
        assert self.process.stdout is not None
        self.port = int(await self.process.stdout.readline())

    async def used(self) -> tuple[float, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        cpu, commits = (await self.process.stdout.readline()).split()
        return float(cpu), int(commits)

    async def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()

    async def load(self, *, seconds: float, connections: int) -> Round:
        cpu, commits = await self.used()
        started = time.perf_counter()
        end = started + seconds
        times = await asyncio.gather(*(self._send(end) for _ in range(connections)))
        took = time.perf_counter() - started
        cpu_after, commits_after = await self.used()
        waits = sorted(itertools.chain.from_iterable(times))
        commits = commits_after - commits
        return Round(
            requests=len(waits) / took,
            cpu=(cpu_after - cpu) / len(waits) * 1e6,
            rows=len(waits) / commits if commits else 0.0,
            p99=waits[int(len(waits) * 0.99)] * 1000,
        )

    async def _send(self, end: float) -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        times: list[float] = []
        while (began := time.perf_counter()) < end:
            writer.write(next(self.requests))
            answer = await reader.readuntil(b"}")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{self.kind} answered {answer!r}")
            times.append(time.perf_counter() - began)
        writer.close()
        return times


async def measure(rounds: int, seconds: float, connections: int) -> None:
    servers = [Server(kind) for kind in ("bare", "intake", "alone")]
    for server in servers:
        await server.start()
        await server.load(seconds=min(seconds, 0.5), connections=connections)
    found: dict[str, list[Round]] = {server.kind: [] for server in servers}
    for _ in range(rounds):
        for server in random.sample(servers, len(servers)):
            result = await server.load(seconds=seconds, connections=connections)
            found[server.kind].append(result)
    for server in servers:
        await server.stop()
    report(found)


def report(found: dict[str, list[Round]]) -> None:
    words = {
        "bare": "bare aiohttp handler",
        "intake": "intake, group commit",
        "alone": "intake, a commit each",
    }
    print(f"{os.cpu_count()} cores; medians of {len(found['bare'])} interleaved rounds")
    print("| receiver | req/s | ratio [min..max] | CPU us/req | p99 ms | rows/commit |")
    print("|---|---|---|---|---|---|")
    for kind, results in found.items():
        ratios = [
            ours.requests / bare.requests for ours, bare in zip(results, found["bare"], strict=True)
        ]
        middle = [
            statistics.median(getattr(each, name) for each in results)
            for name in ("requests", "cpu", "p99", "rows")
        ]
        print(
            f"| {words[kind]} | {middle[0]:.0f} | {statistics.median(ratios):.2f} "
            f"[{min(ratios):.2f}..{max(ratios):.2f}] | {middle[1]:.0f} | {middle[2]:.1f} | "
            f"{middle[3]:.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="What durability costs, in one run.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.serve))
    else:
        asyncio.run(measure(asked.rounds, asked.seconds, asked.connections))


if __name__ == "__main__":
    main()
