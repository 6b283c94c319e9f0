"""Creates: an issue is created once, although no tracker has an idempotency key.

Before a create its intent and a fence (what existed just before) are recorded. The create is sent
once. If its answer is lost, or this process dies, the outcome is unknown, and is settled by looking
for the marker among what is newer than the fence: found, the issue is adopted; not found in enough
looks, some time apart, the create may be sent again.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

from pydantic import Field

from bridge.clock import Clock
from bridge.errors import BridgeError, LostAnswer, NotYet
from bridge.model import Intent, IssueDraft, IssueRef, Marker
from bridge.settings import Duration, Settings
from bridge.store import Intents
from bridge.trackers.base import Tracker

MAC_HEX = 24  # characters; 96 bits can't be guessed by typing markers into comments


class SettleSettings(Settings):
    """When a create whose answer was lost may be sent again."""

    passes: int = Field(default=2, ge=1)
    """How many looks must have found nothing."""
    apart: Duration = 60.0
    """At least this long between two looks."""
    after: Duration = 300.0
    """Not before this long after the create was sent."""


class Creates:
    """Sends creates, at most once each, and settles those whose outcome is unknown."""

    def __init__(
        self, intents: Intents, *, key: bytes, settle: SettleSettings, clock: Clock
    ) -> None:
        """Sign markers with `key`, the store's own secret."""
        self._intents = intents
        self._key = key
        self._settings = settle
        self._clock = clock

    def marker(self, group_id: str, *, op: str | None = None) -> Marker:
        """Return a marker for the group: the same key each time, for another attempt or for `op`.

        What is written with an `op` that was used before is recognised as written already.
        """
        mac = hmac.new(self._key, f"marker:{group_id}".encode(), hashlib.sha256).hexdigest()
        return Marker(group_id=group_id, mac=mac[:MAC_HEX], op=op or secrets.token_hex(6))

    async def create(
        self, tracker: Tracker, group_id: str, draft: Callable[[Marker], IssueDraft]
    ) -> tuple[IssueRef, Intent]:
        """Return the group's issue, adopted or created, and the intent that is now to be settled.

        Call it as the tracker's only writer, and record the issue before `settled`. Raises `NotYet`
        while an earlier create is unknown, `LostAnswer` when this one became so.
        """
        intent = await self._intents.open_intent(group_id)
        if intent is not None:
            found = await self._look(tracker, intent)
            if found is not None:
                return found, intent
            await self._intents.settle(intent, "lost")
        ready = draft(self.marker(group_id))
        fence = await tracker.fence(ready.fields)
        intent = await self._intents.begin(group_id, ready.marker, fence)
        try:
            return await tracker.create(ready), intent
        except LostAnswer as lost:
            raise LostAnswer(str(lost), retry_after=self._settings.apart) from lost
        except BridgeError:
            await self._intents.settle(intent, "refused")
            raise

    async def is_unknown(self, group_id: str) -> bool:
        """Return whether a create for the group was sent whose outcome isn't known yet."""
        return await self._intents.open_intent(group_id) is not None

    async def settled(self, intent: Intent) -> None:
        """Say that the intent's issue is recorded."""
        await self._intents.settle(intent, "created")

    async def _look(self, tracker: Tracker, intent: Intent) -> IssueRef | None:
        """Return the issue if it is there, None if it may be created again, else raise NotYet."""
        apart = self._settings.apart
        if intent.looked_at is not None and (left := apart - self._since(intent.looked_at)) > 0:
            raise self._unknown(left)
        found = await tracker.find(intent.marker, intent.fence)
        if found is not None:
            return found
        intent = await self._intents.looked(intent)
        if intent.passes < self._settings.passes:
            raise self._unknown(apart)
        if (left := self._settings.after - self._since(intent.started_at)) > 0:
            raise self._unknown(max(left, apart))
        return None

    def _since(self, then: datetime) -> float:
        return (self._clock.now() - then).total_seconds()

    def _unknown(self, seconds: float) -> NotYet:
        return NotYet(
            "a create was sent and its answer is not known; "
            f"looking for its issue again in {seconds:.0f} s before anything is sent again",
            retry_after=seconds,
        )
