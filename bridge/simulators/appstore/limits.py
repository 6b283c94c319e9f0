"""The request budget of a key: so many an hour and a minute, told in `X-Rate-Limit`.

3,600 an hour was measured at the real service; about 300 a minute is reported by its users.
"""

from collections import deque
from datetime import datetime

HOUR = 3600.0
MINUTE = 60.0
PER_HOUR = 3600
PER_MINUTE = 300


class Limits:
    """Counts a key's requests; refuses none unless `enforced`."""

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._times: deque[float] = deque(maxlen=PER_HOUR)

    def take(self, now: datetime) -> bool:
        """Count a request; False if it is one too many."""
        at = now.timestamp()
        while self._times and self._times[0] <= at - HOUR:
            self._times.popleft()
        if self._enforced and self._is_full(at):
            return False
        self._times.append(at)
        return True

    def header(self) -> str:
        """Return `X-Rate-Limit`; where nothing is enforced the budget never looks used up."""
        left = PER_HOUR - len(self._times)
        left = left if self._enforced else max(left, PER_HOUR // 2)
        return f"user-hour-lim:{PER_HOUR};user-hour-rem:{left};"

    def _is_full(self, at: float) -> bool:
        within_minute = len(self._times) >= PER_MINUTE and self._times[-PER_MINUTE] > at - MINUTE
        return within_minute or len(self._times) >= PER_HOUR
