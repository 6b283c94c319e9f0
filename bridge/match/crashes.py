"""Crashes are the same problem by their fingerprints, or nearly by their stacks."""

from dataclasses import dataclass, replace

from bridge.crash.similarity import Rarity, plain
from bridge.grouping import near
from bridge.grouping.near import Judgement, Known, comparable
from bridge.grouping.shelf import INCIDENT, How
from bridge.model import Diagnosis, Group, Kind, Likeness, Occurrence, Trace
from bridge.routes import Near, Route
from bridge.store import Store

_INDEXED = 20
"""Frames of a stack by which it is found and counted; deeper ones weigh next to nothing."""


class CrashMatch:
    """Finds the group of a crash whose log was understood."""

    def __init__(self, store: Store) -> None:
        self._ledger = store.ledger

    async def join(
        self, occurrence: Occurrence, diagnosis: Diagnosis, route: Route, tracker: str
    ) -> Group:
        """Join the group that owns one of the fingerprint's keys, else a near one, else open one.

        A near one is joined where the route says so; else the new group remembers what it is
        like. The stack is kept for those that come later.
        """
        found = diagnosis.fingerprint
        way = await self._way(occurrence.app, diagnosis, route)
        group = await self._ledger.join(
            replace(occurrence, how=way.how.value),
            kind=Kind.CRASH,
            tracker=tracker,
            ask=found.asked,
            own=found.owned,
            into=way.into,
            like=way.like,
        )
        await self.learn(group, diagnosis)
        return group

    async def learn(self, group: Group, diagnosis: Diagnosis) -> None:
        """Keep a crash's stack as one of its group's, to compare others with. May be said again.

        Raises Gone if there is no such group.
        """
        if not comparable(diagnosis):
            return
        trace, found = diagnosis.trace, diagnosis.fingerprint
        await self._ledger.keep_trace(
            group.id, found.exact or found.key, trace, frames=_plain(trace), most=near.KEPT
        )

    async def _way(self, app: str, diagnosis: Diagnosis, route: Route) -> "_Way":
        asked = diagnosis.fingerprint.asked
        incident = [key for key in asked if key.startswith(INCIDENT)]
        if incident and await self._ledger.known(app, incident):
            return _Way(how=How.INCIDENT)
        if await self._ledger.known(app, asked):
            return _Way(how=How.EXACT)
        judged = await self._judged(app, diagnosis)
        if judged.join is not None and route.near is Near.JOIN:
            return _Way(how=How.NEAR, into=judged.join.group_id)
        return _Way(how=How.NEW, like=judged.like)

    async def _judged(self, app: str, diagnosis: Diagnosis) -> Judgement:
        around = await self._ledger.neighbourhood(
            app,
            frames=_plain(diagnosis.trace),
            by=near.TOP,
            scanned=near.SCANNED,
            most=near.CANDIDATES,
        )
        return near.likest(
            diagnosis.trace,
            (Known(group_id=name, traces=tuple(kept)) for name, kept in around.traces.items()),
            Rarity(groups=around.groups, holders=around.holders),
            certain=comparable(diagnosis),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a crash goes into its group, and what is known of it before."""

    how: How
    into: str | None = None
    like: tuple[Likeness, ...] = ()


def _plain(trace: Trace) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(frame) for frame in trace.frames[:_INDEXED]))
