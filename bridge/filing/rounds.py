"""Rounds: when a group's issue is looked at again, which is a job of our own."""

from datetime import datetime, timedelta

from bridge.clock import Clock
from bridge.model import Group, JobKey
from bridge.store import Jobs

GROUP = "group"  # the jobs' instance type
SOON = timedelta(seconds=3)  # so that many occurrences at once make one look


class Rounds:
    """Asks for groups' jobs; one that waits already is brought forward, never doubled."""

    def __init__(self, jobs: Jobs, *, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    async def soon(self, group: Group) -> None:
        """Ask for a look within seconds."""
        await self.at(group, self._clock.now() + SOON)

    async def at(self, group: Group, when: datetime) -> None:
        """Ask for a look by that time."""
        key = JobKey(app=group.app, instance_type=GROUP, instance_id=group.id)
        await self._jobs.request(key, due=max(when, self._clock.now()))
