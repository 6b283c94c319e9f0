"""Waking workers in this process without missing a word."""

import asyncio


class Wakeups:
    """Says that something may be due.

    Whoever looks for work forgets first what was said so far, and says it again where there was
    work: there may be more.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def say(self) -> None:
        """Wake everybody who waits, or who waits next."""
        self._event.set()

    def forget(self) -> None:
        """Forget what was said, just before looking."""
        self._event.clear()

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 - time is what is promised
        """Return when something was said, or after that many seconds of real time."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return
