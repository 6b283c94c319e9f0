"""Sending again: what is worth it, after how long, and when to give it back to the queue."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.appstore.failures import CursorExpired
from bridge.appstore.settings import RetrySettings
from bridge.clock import Clock
from bridge.errors import LostAnswer, NotYet, RateLimited, Transient
from bridge.upstream import PATIENCE, Backoff

UNNAMED_WAIT = 60.0  # seconds to wait for a budget that refills over a rolling hour

Result = TypeVar("Result")


class Retry:
    """Runs an attempt until it succeeds, fails for good, or would have to wait for too long."""

    def __init__(
        self, settings: RetrySettings, *, clock: Clock, chance: Callable[[], float]
    ) -> None:
        self._tries = settings.tries
        self._backoff = Backoff(first=settings.first, cap=settings.cap)
        self._clock = clock
        self._chance = chance

    async def run(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Return what `attempt` gives, after as many tries as that takes and the settings allow.

        Raises the last `Transient` if they are used up, or at once if the wait before the next
        one is longer than a few seconds: `retry_after` then says how long. A lost answer to a
        write is never tried again here.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return await attempt()
            except (LostAnswer, NotYet, CursorExpired):
                raise
            except Transient as error:
                seconds = self._wait(error, tries)
                if seconds is None:
                    raise
                await self._clock.sleep(seconds)

    def _wait(self, error: Transient, tries: int) -> float | None:
        seconds = self._backoff.wait(tries, chance=self._chance(), retry_after=error.retry_after)
        if seconds <= PATIENCE and tries < self._tries:
            return seconds
        if seconds > PATIENCE:
            error.retry_after = seconds
        elif isinstance(error, RateLimited) and error.retry_after is None:
            error.retry_after = UNNAMED_WAIT
        return None
