"""Retry, rate-limit and write-budget policy, for every client: decisions, and one small waiter."""

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random
from typing import TypeVar

from pydantic import Field

from bridge.clock import Clock
from bridge.errors import LostAnswer, NotYet, RateLimited, Transient
from bridge.settings import Duration, Settings

MINUTE = 60.0
HOUR = 3600.0
RIGHT_WAIT = 1.0  # seconds until who lost the right to write asks for it again
LONGEST_WAIT = 86400.0  # seconds; who asks for more is asked again after a day
PATIENCE = 5.0  # seconds; a longer wait goes back to the queue and frees its worker
READS = 4  # times that a read is sent before its failure is the job's

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential back-off with full jitter."""

    first: float = 1.0
    """Seconds; the upper bound of the first wait."""
    cap: float = 300.0
    """Seconds; no bound is higher."""

    def wait(self, tries: int, *, chance: float, retry_after: float | None = None) -> float:
        """Return the seconds to wait after `tries` failures (1 or more).

        `chance` is a random number from 0 to 1. A `retry_after` that the other side named is a
        lower bound, with up to a tenth on top so that those who wait don't return together.
        """
        bound = min(self.cap, self.first * 2.0 ** min(max(tries, 1) - 1, 32))
        if retry_after is not None:
            return retry_after + chance * min(bound, 0.1 * retry_after + 0.1)
        return chance * bound


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for: a number or an HTTP date (RFC 9110 10.2.3).

    `headers` must find names in any case, as the HTTP libraries' own mappings do. None if the
    header is missing or says nothing that can be read; a date in the past is 0.
    """
    value = (headers.get("Retry-After") or "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), LONGEST_WAIT)


async def read_again(read: Callable[[], Awaitable[Result]], *, clock: Clock) -> Result:
    """Return what a read gives, after a few more if it fails for the moment.

    A job's tries are for outages: a service that fails now and then must not use them up, since a
    job makes many reads. What failed slowly, or asks for a longer wait, goes back to the queue.
    """
    backoff = Backoff(first=0.25, cap=2.0)
    for tries in range(1, READS):
        began = clock.monotonic()
        try:
            return await read()
        except (LostAnswer, NotYet, RateLimited):
            raise
        except Transient as error:
            wait = backoff.wait(tries, chance=random(), retry_after=error.retry_after)  # noqa: S311
            if wait > PATIENCE or clock.monotonic() - began > PATIENCE:
                raise
            await clock.sleep(wait)
    return await read()


class WriteLimits(Settings):
    """How many content-creating requests a tracker gets; null means no limit of ours."""

    per_minute: int | None = Field(default=None, ge=1)
    """Writes in any 60 seconds."""
    per_hour: int | None = Field(default=None, ge=1)
    """Writes in any hour."""
    gap: Duration = 0.0
    """At least this long between two writes."""


class WriteBudget:
    """Counts writes in sliding windows and says how long the next one must wait."""

    def __init__(self, limits: WriteLimits) -> None:
        self._limits = limits
        self._times: deque[float] = deque()

    def delay(self, now: float) -> float:
        """Return the seconds from `now` (monotonic) until another write fits."""
        while self._times and self._times[0] <= now - HOUR:
            self._times.popleft()
        at = now
        if self._times:
            at = max(at, self._times[-1] + self._limits.gap)
        for most, window in ((self._limits.per_minute, MINUTE), (self._limits.per_hour, HOUR)):
            if most is not None and len(self._times) >= most:
                at = max(at, self._times[-most] + window)
        return at - now

    def note(self, now: float) -> None:
        """Count a write at `now` (monotonic)."""
        self._times.append(now)


class Pace:
    """Waits until a tracker's budget has room, if that is soon."""

    def __init__(self, limits: WriteLimits, clock: Clock) -> None:
        self._budget = WriteBudget(limits)
        self._clock = clock

    async def write(self) -> None:
        """Return when a write may be sent, and count it.

        Raises `RateLimited` if that is more than a few seconds away, so that no worker is held.
        """
        delay = self._budget.delay(self._clock.monotonic())
        if delay > PATIENCE:
            raise RateLimited(
                f"the tracker's write budget is used up for {delay:.0f} s", retry_after=delay
            )
        if delay > 0:
            await self._clock.sleep(delay)
        self._budget.note(self._clock.monotonic())


_right: ContextVar[Callable[[], bool] | None] = ContextVar("right", default=None)


@contextmanager
def writing_while(holds: Callable[[], bool]) -> Generator[None]:
    """Let trackers write in this block as long as `holds` says so."""
    token = _right.set(holds)
    try:
        yield
    finally:
        _right.reset(token)


def check_right() -> None:
    """Raise `NotYet` if whoever runs this has lost the right to write; nothing may be sent then.

    A tracker asks right before each write: a process that was stopped (by a debugger, or with its
    whole machine) goes on in the middle of a step, when another one may have done that step's work.
    """
    holds = _right.get()
    if holds is not None and not holds():
        raise NotYet(
            "this process stood still for so long that another one may write to the tracker now; "
            "nothing was sent",
            retry_after=RIGHT_WAIT,
        )
