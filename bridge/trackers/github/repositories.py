"""Repositories by their configured names, as they are called and seen now."""

from urllib.parse import quote

from bridge.clock import Clock
from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Repository

REMEMBERED = 300.0
"""Seconds for which a repository is taken to have its name and visibility still."""


class Repositories:
    """Looks repositories up, and remembers them for some minutes.

    Requests are then sent to the present name. After a rename GitHub redirects the old one, but
    PyGithub drops the query of what it follows, and with it a list's filters.
    """

    def __init__(self, client: Client, *, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[float, Repository]] = {}

    async def look_up(self, name: str, *, fresh: bool = False) -> Repository:
        """Return the repository; `fresh` asks GitHub again.

        Raises `Gone` if there is none or the token can't see it.
        """
        now = self._clock.monotonic()
        if not fresh and name in self._known:
            until, known = self._known[name]
            if now < until:
                return known
        answer = await self._client.get(path_of(name), doing=f"the repository {name}")
        found = Repository.read(answer.data)
        self._known[name] = (now + REMEMBERED, found)
        return found


def path_of(name: str, *parts: str | int) -> str:
    """Return the API path of something in a repository: `path_of("o/r", "issues", 12)`."""
    return "/".join([f"/repos/{name}", *(quote(str(part), safe="") for part in parts)])
