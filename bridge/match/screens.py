"""Screenshot feedback finds its group by who sent it when, and by words and pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bridge.grouping import screens
from bridge.looks import hashes
from bridge.model import (
    Attachment,
    AttachmentRole,
    Group,
    KeptLook,
    Look,
    Occurrence,
    PictureHashes,
    Place,
    ScreenshotFeedback,
)
from bridge.routes import Near, Route
from bridge.store import KeptFeedback, Store

MOST_COMPARED = 500  # of the app's newest feedback; takes some tenths of a second
_AT_ONCE = 1  # pictures decoded; a large one takes 100 MB


class ScreenMatch:
    """Finds the group of a feedback without a fingerprint."""

    def __init__(self, store: Store) -> None:
        self._ledger = store.ledger
        self._blobs = store.blobs
        self._decoding = asyncio.Semaphore(_AT_ONCE)

    async def join(
        self, occurrence: Occurrence, kept: KeptFeedback, route: Route, tracker: str
    ) -> Group:
        """Join the group that the feedback follows up or is near to, or open one.

        A crash comes here if there is no log to compare it by: it is its own group. May be called
        again, and gives the same group then.
        """
        feedback = kept.feedback
        if not isinstance(feedback, ScreenshotFeedback):
            own = replace(occurrence, how="new")
            return await self._ledger.join(own, kind=feedback.kind, tracker=tracker)
        mine = await self._ledger.group_of(feedback.app, feedback.id)
        if mine is not None:
            return mine
        pictures = await self._hashes(kept.files)
        look = screens.look_of(feedback, tester_key=occurrence.tester_key, pictures=pictures)
        return await self._placed(occurrence, look, tracker, join=route.near is Near.JOIN)

    async def _placed(
        self, occurrence: Occurrence, look: Look, tracker: str, *, join: bool
    ) -> Group:
        """Compare it with what is known; what comes meanwhile is looked at in the transaction."""
        known = await self._ledger.looks(look.app, limit=MOST_COMPARED)
        found = await asyncio.to_thread(screens.place, look, known, tracker=tracker, join=join)

        def choose(theirs: Sequence[KeptLook], meanwhile: Sequence[KeptLook]) -> Place:
            followed = screens.followed(look, theirs)
            if followed is not None:
                return Place(how="follow-up", into=followed.group_id)
            later = screens.place(look, meanwhile, tracker=tracker, join=join)
            return screens.with_later(found, later)

        return await self._ledger.join_by_look(
            occurrence,
            look,
            tracker=tracker,
            around=screens.AROUND,
            since=max((kept.number for kept in known), default=0),
            choose=choose,
        )

    async def _hashes(self, files: Sequence[Attachment]) -> Sequence[PictureHashes]:
        shots = [file for file in files if file.role is AttachmentRole.SCREENSHOT]
        found: list[PictureHashes] = []
        for shot in shots[: screens.MOST_PICTURES]:
            data = await self._blobs.read(shot.sha256)
            async with self._decoding:
                picture = await asyncio.to_thread(hashes, data)
            if picture is not None:
                found.append(picture)
        return found
