"""Makes feedback in a running simulator and posts its signed deliveries to the service."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bridge.simulators.appstore.deliveries import sign
from bridge.simulators.supply import Kind

AT_ONCE = 16  # deliveries under way at the same time
BATCH = 50  # submissions made by one request to the simulator
NO_ANSWER = "no answer"
_PATIENCE = aiohttp.ClientTimeout(total=60)


class SimulatorUnavailable(Exception):
    """The simulator could not be asked for feedback; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be sent, and where."""

    origin: str
    """The simulator's: `http://127.0.0.1:9010`."""
    service: str
    """The service's: `http://127.0.0.1:8080`."""
    app: str
    secret: str = field(repr=False)
    """The webhook's secret."""
    kind: Kind = "both"
    count: int = 1
    repeat: int = 1
    """How often the same bytes are posted."""
    rate: float | None = None
    """Deliveries a second; as fast as the service answers if None."""
    build: str | None = None
    bug: str | None = None


@dataclass(slots=True, kw_only=True)
class Summary:
    """What was sent, and how it was answered."""

    sent: int = 0
    by_status: Counter[str] = field(default_factory=Counter[str])
    submissions: list[str] = field(default_factory=list[str])
    """The ids, in the order in which they were made."""

    @property
    def all_taken(self) -> bool:
        """Whether every delivery was answered 200."""
        return set(self.by_status) <= {"200"}

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        statuses = dict(sorted(self.by_status.items()))
        return {"sent": self.sent, "by_status": statuses, "submissions": self.submissions}


async def send(order: Order, *, answered: Callable[[], None] = lambda: None) -> Summary:
    """Make the feedback of an order and post its deliveries; return what became of them.

    `answered` is called after each delivery, for whoever shows how far it is. Raises
    SimulatorUnavailable if the simulator can't make it. A service that doesn't answer is part of
    the summary.
    """
    summary = Summary()
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        gate = asyncio.Semaphore(AT_ONCE)
        tasks: set[asyncio.Task[None]] = set()
        try:
            async for body in _paced(_bodies(session, order, summary), order.rate):
                await gate.acquire()
                task = asyncio.create_task(_post(session, order, body, summary))
                tasks.add(task)
                task.add_done_callback(lambda _: (gate.release(), answered()))
        finally:
            await asyncio.gather(*tasks)
    return summary


async def _bodies(
    session: aiohttp.ClientSession, order: Order, summary: Summary
) -> AsyncGenerator[bytes]:
    for count in _batches(order.count):
        made = await _make(session, order, count)
        summary.submissions += [each["id"] for each in made]
        for each in made:
            body = json.dumps(each["event"], separators=(",", ":")).encode()
            for _ in range(order.repeat):
                yield body


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(count, BATCH)
        count -= BATCH


async def _make(
    session: aiohttp.ClientSession, order: Order, count: int
) -> Sequence[Mapping[str, Any]]:
    wanted = {"app": order.app, "kind": order.kind, "count": count}
    wanted |= {k: v for k, v in (("build", order.build), ("bug", order.bug)) if v is not None}
    try:
        async with session.post(f"{order.origin}/_feedback", json=wanted) as answer:
            document: Any = await answer.json()
            if answer.ok:
                return document["submissions"]
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise SimulatorUnavailable(
            f"the simulator at {order.origin} can't be reached ({type(error).__name__}); "
            "start it with: feedback-bridge simulate"
        ) from error
    raise SimulatorUnavailable(f"the simulator made no feedback: {document.get('error')}")


async def _paced(bodies: AsyncGenerator[bytes], rate: float | None) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    due = 0.0
    async for body in bodies:
        if rate is not None:
            # Counted from now where making the feedback took too long: no burst makes up for it.
            due = max(due, loop.time())
            await asyncio.sleep(due - loop.time())
            due += 1 / rate
        yield body


async def _post(
    session: aiohttp.ClientSession, order: Order, body: bytes, summary: Summary
) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Apple-SIGNATURE": sign(body, order.secret),
    }
    summary.sent += 1
    try:
        url = f"{order.service}/webhooks/{order.app}"
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            await answer.read()
            summary.by_status[str(answer.status)] += 1
    except (aiohttp.ClientError, TimeoutError, OSError):
        summary.by_status[NO_ANSWER] += 1
