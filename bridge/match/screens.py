"""Screenshots, and crashes that can't be compared, are problems of their own."""

from bridge.model import Group, Occurrence
from bridge.routes import Route
from bridge.store import KeptFeedback, Store


class ScreenMatch:
    """Finds the group of a feedback without a fingerprint."""

    def __init__(self, store: Store) -> None:
        self._ledger = store.ledger

    async def join(
        self, occurrence: Occurrence, kept: KeptFeedback, route: Route, tracker: str
    ) -> Group:
        """Open the feedback's own group."""
        del route
        return await self._ledger.join(occurrence, kind=kept.feedback.kind, tracker=tracker)
