"""Looking at issues, for nothing where nothing changed.

A GET with the ETag of the last answer costs no rate limit if GitHub answers 304: GitHub Docs, "Best
practices for using the REST API". An App's next token gets other ETags, which costs a GET each.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from http import HTTPStatus

from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Issue
from bridge.trackers.github.duplicates import Canonical, Duplicates
from bridge.trackers.github.errors import Answer
from bridge.trackers.github.repositories import Repositories, path_of

REMEMBERED = 5_000
"""Issues whose state is kept, without their text; some hundred bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an issue is, without its text, and what it duplicates."""

    issue: Issue
    duplicate_of: Canonical | None


class Looks:
    """Reads issues: whole, or just where they stand."""

    def __init__(self, client: Client, repositories: Repositories) -> None:
        self._client = client
        self._repositories = repositories
        self._duplicates = Duplicates(client)
        self._seen: OrderedDict[tuple[str, str], tuple[str, Look]] = OrderedDict()

    async def read(self, repository: str, number: str, *, doing: str) -> Issue | None:
        """Return the issue as it is now, wherever it was transferred to; None if it is gone.

        A deleted issue is 410. A 404 is what a token that lost its access sees of every issue, so
        it counts only while the repository itself is still seen. Raises `Gone` if it isn't.
        """
        answer = await self._get(repository, number, doing=doing)
        return Issue.read(answer.data) if answer.status == HTTPStatus.OK else None

    async def look(self, repository: str, number: str, *, doing: str) -> Look | None:
        """Return where the issue stands; as `read`, but costs nothing if it is as before."""
        place = (repository.lower(), number)
        etag, known = self._seen.get(place, (None, None))
        answer = await self._get(repository, number, doing=doing, etag=etag)
        if answer.status == HTTPStatus.NOT_MODIFIED and known is not None:
            self._seen.move_to_end(place)
            return known
        self._seen.pop(place, None)
        if answer.status != HTTPStatus.OK:
            return None
        issue = replace(Issue.read(answer.data), body="")
        found = Look(issue=issue, duplicate_of=await self._duplicates.canonical_of(issue))
        if tag := answer.headers.get("etag"):
            self._remember(place, tag, found)
        return found

    def _remember(self, place: tuple[str, str], etag: str, look: Look) -> None:
        self._seen[place] = (etag, look)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    async def _get(
        self, repository: str, number: str, *, doing: str, etag: str | None = None
    ) -> Answer:
        expect = {404, 410} if etag is None else {304, 404, 410}
        path = path_of(repository, "issues", number)
        answer = await self._client.get(path, doing=doing, expect=expect, etag=etag)
        if answer.status == HTTPStatus.NOT_FOUND:
            await self._repositories.look_up(repository, fresh=True)
        return answer
