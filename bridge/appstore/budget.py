"""What Apple says of our request budget, and the pause that follows when it is used up.

`X-Rate-Limit: user-hour-lim:3600;user-hour-rem:3575` is counted by key over a rolling hour. It may
be missing, may end in a semicolon, and may hold pairs that nobody has described.
"""

from collections.abc import Mapping

from bridge.appstore.retry import UNNAMED_WAIT
from bridge.clock import Clock
from bridge.errors import RateLimited


class Budget:
    """Holds requests back while Apple would refuse them anyway."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until = float("-inf")

    def check(self) -> None:
        """Raise `RateLimited` if the budget is used up, and say for how long."""
        left = self._closed_until - self._clock.monotonic()
        if left > 0:
            raise RateLimited(
                f"App Store Connect's request budget is used up for another {left:.0f} s",
                retry_after=left,
            )

    def note(self, headers: Mapping[str, str]) -> None:
        """Take in what an answer's `X-Rate-Limit` says."""
        if remaining(headers.get("X-Rate-Limit")) == 0:
            self.pause(UNNAMED_WAIT)

    def pause(self, seconds: float) -> None:
        """Send nothing for that long."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)


def remaining(header: str | None) -> int | None:
    """Return how many requests the hour still has room for; None if the header doesn't say."""
    for pair in (header or "").split(";"):
        name, _, value = pair.partition(":")
        if name.strip() == "user-hour-rem" and value.strip().isdecimal():
            return int(value)
    return None
