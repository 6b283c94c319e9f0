"""Desks: a group's tracker as it is configured, and whether its issue is still there."""

import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from bridge.errors import Gone, Misconfigured
from bridge.grouping.lifecycle import DELETED
from bridge.model import Diagnosis, Group, IssueStatus
from bridge.routes import Route
from bridge.store import KeptFeedback, Ledger
from bridge.trackers.base import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A tracker as it is configured, and the apps that share one place in it."""

    tracker: Tracker
    type: str
    """`github`, `jira`, `folder`: which templates are used."""
    shared_by: frozenset[str] = frozenset()
    """Apps whose titles need `[App]` in front, because others file into the same project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an issue is written from: the newest feedback, what its log says, its route."""

    kept: KeptFeedback
    diagnosis: Diagnosis | None
    route: Route


class Desks:
    """Every desk, by its tracker's name."""

    def __init__(self, desks: Mapping[str, Desk], ledger: Ledger) -> None:
        self._desks = desks
        self._ledger = ledger

    def of(self, group: Group) -> Desk:
        """Return where the group's issue is. Raises Misconfigured if it is there no longer."""
        desk = self._desks.get(group.tracker)
        if desk is None:
            raise Misconfigured(
                f"the issue is in tracker {group.tracker}, which is no longer in the "
                "configuration; add it again, then retry"
            )
        return desk

    async def is_deleted(self, group: Group) -> bool:
        """Return whether people deleted the group's issue; then it is only counted from now on."""
        if group.issue is None:
            return False
        if (await self.of(group).tracker.state(group.issue)).status is not IssueStatus.GONE:
            return False
        await self._ledger.freeze(group.id, DELETED)
        return True

    @contextlib.asynccontextmanager
    async def unless_deleted(self, group: Group) -> AsyncGenerator[None]:
        """Run the block; that the group's issue was deleted ends it, and is no failure."""
        try:
            yield
        except Gone:
            if not await self.is_deleted(group):
                raise
