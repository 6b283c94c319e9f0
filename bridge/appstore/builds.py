"""Builds: which app one belongs to, and its marketing version, remembered by its id."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from bridge.appstore import documents
from bridge.appstore.client import Client
from bridge.errors import Gone

REMEMBERED = 2000  # builds; a company's testers use a few dozen at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """What App Store Connect says of a build; all may be unknown."""

    app_id: str | None
    number: str | None
    version: str | None
    uploaded_at: datetime | None


class Builds:
    """Looks builds up, each one once; what a build is never changes."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: OrderedDict[str, BuildFacts] = OrderedDict()
        self._looking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def facts(self, build_id: str) -> BuildFacts | None:
        """Return what is known of a build; None if App Store Connect has none with this id.

        Raises as `Client.get` does, but not `Gone`.
        """
        # The local name keeps the lock alive while anybody waits for this build.
        lock = self._looking.setdefault(build_id, asyncio.Lock())
        async with lock:
            if build_id in self._known:
                self._known.move_to_end(build_id)
                return self._known[build_id]
            try:
                found = await self._look(build_id)
            except Gone:
                return None
            if found.app_id is not None and found.version is not None:
                self._remember(build_id, found)
            return found

    async def _look(self, build_id: str) -> BuildFacts:
        identifier = documents.identifier(build_id, what="a build")
        document = await self._client.get(
            f"/v1/builds/{identifier}",
            params={"include": "app,preReleaseVersion"},
            what=f"build {identifier}",
        )
        build = documents.resource(document, "builds")
        version_id = build.related("preReleaseVersion")
        release = documents.included(document, "preReleaseVersions", version_id)
        return BuildFacts(
            app_id=build.related("app"),
            number=documents.text(build.attributes, "version", at="data.attributes"),
            uploaded_at=documents.moment(build.attributes, "uploadedDate", at="data.attributes"),
            version=documents.text(release.attributes, "version", at=f"{release.at}.attributes")
            if release
            else None,
        )

    def _remember(self, build_id: str, facts: BuildFacts) -> None:
        self._known[build_id] = facts
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
