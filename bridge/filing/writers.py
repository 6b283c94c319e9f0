"""Writers: one writer at a time in each tracker, in this process and across processes.

Two writers could both look for an issue, both find none, and both create it.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

from bridge.clock import Clock
from bridge.errors import NotYet
from bridge.store import Leases

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
        was stopped for longer than it lasts) the block is cancelled before its next effect.
        """
        name = f"tracker:{tracker}"
        async with self._locks[tracker]:
            if not await self._leases.hold(name, owner=self._owner, lease=self._lease):
                raise NotYet(
                    f"another process is writing to tracker {tracker}", retry_after=BUSY_WAIT
                )
            try:
                async with guarded(
                    self._keep(name), lost=f"the write lease on tracker {tracker} was lost"
                ):
                    yield
            finally:
                await self._leases.release(name, owner=self._owner)

    async def _keep(self, name: str) -> None:
        """Renew the lease until cancelled; return if it is lost."""
        while True:
            await self._clock.sleep(self._lease / 3)
            if not await self._leases.hold(name, owner=self._owner, lease=self._lease):
                return


@contextlib.asynccontextmanager
async def guarded(guard: Coroutine[Any, Any, None], *, lost: str) -> AsyncGenerator[None]:
    """Run the block beside `guard`, and cancel it when `guard` returns or fails.

    Raises `NotYet(lost)` in that case: whoever has the lease now will do the work.
    """
    body = asyncio.current_task()
    watch = asyncio.ensure_future(guard)
    ended = False

    def end(_: object) -> None:
        nonlocal ended
        if not watch.cancelled() and body is not None:
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
        watch.remove_done_callback(end)
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await watch
