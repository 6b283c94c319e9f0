"""Crashes are the same problem by their fingerprints."""

from bridge.model import Diagnosis, Group, Kind, Occurrence
from bridge.routes import Route
from bridge.store import Store


class CrashMatch:
    """Finds the group of a crash whose log was understood."""

    def __init__(self, store: Store) -> None:
        self._ledger = store.ledger

    async def join(
        self, occurrence: Occurrence, diagnosis: Diagnosis, route: Route, tracker: str
    ) -> Group:
        """Join the group that owns one of the fingerprint's keys, or open one."""
        del route
        found = diagnosis.fingerprint
        return await self._ledger.join(
            occurrence, kind=Kind.CRASH, tracker=tracker, ask=found.asked, own=found.owned
        )
