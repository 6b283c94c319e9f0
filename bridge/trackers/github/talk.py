"""Saying something on an issue once."""

from bridge.errors import LostAnswer
from bridge.trackers.github.client import Client
from bridge.upstream import Pace

SETTLED = 60.0
"""Seconds after which a comment whose answer was lost is looked for again: replicas lag."""


class Talk:
    """Posts comments that are not there yet."""

    def __init__(self, client: Client, pace: Pace) -> None:
        self._client = client
        self._pace = pace

    async def say(self, path: str, text: str, *, begins: str) -> None:
        """Post a comment on the issue at `path`, unless it has one that begins so."""
        doing = "the comments of an issue"
        async for page in self._client.pages(f"{path}/comments?per_page=100", doing=doing):
            if any(str(entry.get("body") or "").startswith(begins) for entry in page):
                return
        await self._pace.write()
        try:
            await self._client.send(
                "POST", f"{path}/comments", doing="a comment", body={"body": text}, once=True
            )
        except LostAnswer as error:
            raise LostAnswer(str(error), retry_after=error.retry_after or SETTLED) from error
