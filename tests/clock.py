"""A clock that tests hold: it moves only when told to, or when somebody sleeps on it."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 10, 2, tzinfo=UTC)


class FakeClock:
    """A `bridge.clock.Clock` whose sleeps take no time and are written down."""

    def __init__(self, start: datetime = START) -> None:
        self.slept: list[float] = []
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Move on by `seconds`, and let the others run once."""
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` without anybody sleeping."""
        self._elapsed += max(0.0, seconds)


class StillClock(FakeClock):
    """A clock whose sleepers wait until a test has moved it far enough."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has moved the clock by `seconds`."""
        self.slept.append(seconds)
        due = asyncio.Event()
        self._sleepers.append((self._elapsed + seconds, due))
        await due.wait()

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, and wake those whose time has come."""
        self.pass_by(seconds)
        for at, due in self._sleepers:
            if at <= self._elapsed:
                due.set()

    def pass_by(self, seconds: float) -> None:
        """Let time pass that sleepers don't notice, as for a process that was stopped."""
        super().advance(seconds)
