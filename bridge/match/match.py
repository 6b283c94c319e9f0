"""The way of a feedback to its group."""

from collections.abc import Callable

from bridge.grouping import occurrence_of
from bridge.match.crashes import CrashMatch
from bridge.match.screens import ScreenMatch
from bridge.model import Diagnosis, Group, Tester
from bridge.routes import Route
from bridge.store import KeptFeedback, Store


class Match:
    """Finds or opens the group of a feedback."""

    def __init__(self, store: Store, *, tester_key: Callable[[Tester], str | None]) -> None:
        """Tell testers apart by `tester_key`, a keyed hash."""
        self._tester_key = tester_key
        self._crashes = CrashMatch(store)
        self._screens = ScreenMatch(store)

    async def join(
        self, kept: KeptFeedback, diagnosis: Diagnosis | None, route: Route, tracker: str
    ) -> Group:
        """Make the feedback an occurrence of its group, and return that group.

        `diagnosis` is None for a screenshot, and for a crash that can't be compared with others.
        May be called again, and gives the same group then.
        """
        occurrence = occurrence_of(
            kept.feedback,
            log=kept.log,
            tester_key=self._tester_key(kept.feedback.tester),
            diagnosis=diagnosis,
        )
        if diagnosis is not None:
            return await self._crashes.join(occurrence, diagnosis, route, tracker)
        return await self._screens.join(occurrence, kept, route, tracker)

    async def learn(self, group: Group, diagnosis: Diagnosis) -> None:
        """Let later crashes be compared with this one of the group. May be said again.

        For a crash whose log came after it had joined. Raises Gone if there is no such group.
        """
        await self._crashes.learn(group, diagnosis)
