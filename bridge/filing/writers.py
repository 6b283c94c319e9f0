"""Writers: one writer at a time in each tracker, in this process and across processes.

Two writers could both look for an issue, both find none, and both create it.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Coroutine
from datetime import datetime, timedelta
from typing import Any

from bridge.clock import Clock
from bridge.errors import NotYet
from bridge.store import Leases
from bridge.upstream import writing_while

BUSY_WAIT = 1.0  # seconds until a job asks again for a tracker that another process writes to


class Writers:
    """Hands out the right to write to a tracker."""

    def __init__(self, leases: Leases, *, owner: str, lease: float, clock: Clock) -> None:
        """Take leases as `owner`, each for `lease` seconds and renewed while it is used."""
        self._leases = leases
        self._owner = owner
        self._lease = lease
        self._clock = clock
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @contextlib.asynccontextmanager
    async def alone(self, tracker: str) -> AsyncGenerator[None]:
        """Hold the tracker while the block runs.

        Raises `NotYet` if another process holds it. If the lease is lost meanwhile (this process
        was stopped for longer than it lasts) the block is cancelled, and `check_right` lets nothing
        be sent that the block does before it notices.
        """
        name = f"tracker:{tracker}"
        async with self._locks[tracker]:
            term = _Term(
                self._leases, name, owner=self._owner, lease=self._lease, clock=self._clock
            )
            if not await term.renew():
                raise NotYet(
                    f"another process is writing to tracker {tracker}", retry_after=BUSY_WAIT
                )
            try:
                async with guarded(
                    self._keep(term), lost=f"the write lease on tracker {tracker} was lost"
                ):
                    with writing_while(term.lasts):
                        yield
            finally:
                await self._leases.release(name, owner=self._owner)

    async def _keep(self, term: "_Term") -> None:
        """Renew the lease until cancelled; return if it is lost."""
        while True:
            await self._clock.sleep(self._lease / 3)
            if not await term.renew():
                return


class _Term:
    """A lease that is held, and until when."""

    def __init__(
        self, leases: Leases, name: str, *, owner: str, lease: float, clock: Clock
    ) -> None:
        self._leases = leases
        self._name = name
        self._owner = owner
        self._lease = lease
        self._clock = clock
        self._until: datetime | None = None

    async def renew(self) -> bool:
        """Take or renew the lease; return whether it is ours."""
        until = self._clock.now() + timedelta(seconds=self._lease)
        held = await self._leases.hold(self._name, owner=self._owner, lease=self._lease)
        self._until = until if held else None
        return held

    def lasts(self) -> bool:
        """Return whether the lease is surely still ours."""
        return self._until is not None and self._clock.now() < self._until


@contextlib.asynccontextmanager
async def guarded(guard: Coroutine[Any, Any, None], *, lost: str) -> AsyncGenerator[None]:
    """Run the block beside `guard`, and cancel it when `guard` returns or fails.

    Raises `NotYet(lost)` in that case: whoever has the lease now will do the work.
    """
    body = asyncio.current_task()
    watch = asyncio.ensure_future(guard)
    ended = left = False

    def end(_: object) -> None:
        nonlocal ended
        if not left and not watch.cancelled() and body is not None:
            ended = True
            body.cancel()

    watch.add_done_callback(end)
    try:
        yield
    except asyncio.CancelledError:
        if ended and body is not None and body.uncancel() == 0:
            raise NotYet(lost) from None
        raise
    finally:
        left = True  # a guard that ends at this very moment has nothing left to cancel
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await watch
