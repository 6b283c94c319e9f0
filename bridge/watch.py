"""Watching: what people did in the trackers is seen although no feedback comes.

Each tracker has one job that never ends, however many processes share the store: it asks the
tracker what changed, asks for the jobs of those groups, and for itself again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bridge.clock import Clock
from bridge.errors import BridgeError
from bridge.filing import Rounds
from bridge.model import Group, Job, JobKey, JobState
from bridge.settings import Duration, Settings
from bridge.store import WATCH, LeaseLost, Store, StoreUnavailable
from bridge.trackers.base import Tracker

log = structlog.get_logger(__name__)

MOST_WATCHED = 500  # issues of a tracker; those that were active last
APART = timedelta(seconds=1)
"""At most, between the looks at many issues, so that feedback isn't kept waiting."""


class WatchSettings(Settings):
    """How often the trackers are asked what people did."""

    every: Duration = 300.0
    """Between two questions to a tracker; 0 asks only about an issue that feedback comes for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Asks trackers what changed."""

    store: Store
    trackers: Mapping[str, Tracker]
    rounds: Rounds
    settings: WatchSettings
    clock: Clock

    async def begin(self) -> None:
        """Ask for the first look at each tracker; where one is asked for already, nothing more."""
        if self.settings.every > 0:
            for name in self.trackers:
                await self.store.jobs.request(_key(name), due=self.clock.now())

    async def look(self, job: Job) -> JobState:
        """Ask the tracker what changed, and for the jobs of the groups whose issues did.

        Whatever fails is logged, and tried again at the next look: a dead letter would end the
        watch, and no single look matters.
        """
        name = job.key.instance_id
        tracker = self.trackers.get(name)
        if tracker is None or self.settings.every <= 0:
            return JobState.DONE
        wait = self.settings.every
        try:
            await self._look(tracker)
        except (LeaseLost, StoreUnavailable):
            raise
        except BridgeError as problem:
            wait = max(wait, getattr(problem, "retry_after", None) or 0.0)
            log.warning("could not see what people did", tracker=name, error=str(problem))
        except Exception:
            log.exception("looking at what people did met a bug", tracker=name)
        await self.store.jobs.request(job.key, due=self.clock.now() + timedelta(seconds=wait))
        return JobState.DONE

    async def _look(self, tracker: Tracker) -> None:
        groups = await self.store.ledger.watched(tracker.name, limit=MOST_WATCHED)
        mark = await self.store.keepsakes.get(_mark(tracker)) or ""
        changes = await tracker.changed([g.issue for g in groups if g.issue], mark)
        changed = {issue.id for issue in changes.issues}
        await self._ask([g for g in groups if g.issue is not None and g.issue.id in changed])
        # Last: whoever dies before sees the same changes again, which is harmless.
        await self.store.keepsakes.put(_mark(tracker), changes.mark)

    async def _ask(self, groups: Sequence[Group]) -> None:
        now = self.clock.now()
        # However many there are, all are looked at before the tracker is asked again.
        apart = min(APART, timedelta(seconds=self.settings.every) / (2 * max(len(groups), 1)))
        for place, group in enumerate(groups):
            await self.rounds.at(group, now + place * apart)


def _key(tracker: str) -> JobKey:
    return JobKey(app="", instance_type=WATCH, instance_id=tracker)


def _mark(tracker: Tracker) -> str:
    return f"watch:{tracker.name}"
