"""Creating an issue: one request a try, and only what Jira definitely refused is left out."""

from typing import Any

from bridge.errors import BridgeError, LostAnswer, Misconfigured, Refused
from bridge.model import IssueDraft
from bridge.trackers.jira.answers import table, text
from bridge.trackers.jira.block import digest, harmless, wrap
from bridge.trackers.jira.client import Connection, Request
from bridge.trackers.jira.failures import JiraRefused
from bridge.trackers.jira.fields import Wanted, give_way, read_fields, title_line
from bridge.trackers.jira.looking import PROPERTY
from bridge.upstream import Pace

TRIES = 8  # each is a definite refusal of at least one more field


class Creation:
    """Creates issues with the marker both as an issue property and at the description's end."""

    def __init__(self, jira: Connection, pace: Pace, *, cloud: bool) -> None:
        self._jira = jira
        self._pace = pace
        self._cloud = cloud

    async def create(self, draft: IssueDraft) -> tuple[str, str, tuple[str, ...]]:
        """Return the new issue's key and id, and notes on what was left out.

        A create is sent again only after a 400 that names fields which an issue can do without:
        then nothing was created. Everything that leaves this open is a `LostAnswer`.
        """
        wanted = read_fields(draft.fields, cloud=self._cloud)
        block = harmless(draft.block)
        kept: dict[str, Any] = {"marker": draft.marker.text, "block": digest(block)}
        properties = [{"key": PROPERTY, "value": kept}]
        notes: tuple[str, ...] = ()
        for _ in range(TRIES):
            body: dict[str, Any] = {
                "fields": wanted.fields(
                    title=title_line(draft.title), description=wrap(block, draft.marker)
                )
            }
            if properties:
                body["properties"] = properties
            try:
                return *await self._send(body, wanted), notes
            except JiraRefused as refused:
                if properties and refuses_properties(refused):
                    properties = []
                    continue
                given = give_way(wanted, refused.complaint)
                if given is None:
                    raise _advise(refused, wanted) from None
                wanted, more = given
                notes += more
        raise Refused(f"Jira refused field after field in {wanted.project}: {' '.join(notes)}")

    async def _send(self, body: dict[str, Any], wanted: Wanted) -> tuple[str, str]:
        await self._pace.write()
        doing = f"create an issue in {wanted.project}"
        request = Request(method="POST", path="issue", doing=doing, body=body, once=True)
        answer = table(await self._jira.send(request))
        key, issue_id = text(answer.get("key")), text(answer.get("id"))
        if not key:
            raise LostAnswer(f"Jira's answer did not name an issue when asked to {doing}.")
        return key, issue_id


def refuses_properties(refused: JiraRefused) -> bool:
    """Whether a server that doesn't take issue properties in a create or an edit says so."""
    complaint = refused.complaint
    return "properties" in complaint.errors or any(
        '"properties"' in message or "'properties'" in message for message in complaint.messages
    )


def _advise(refused: JiraRefused, wanted: Wanted) -> BridgeError:
    """Return the refusal with what to change."""
    errors, said = refused.complaint.errors, refused.complaint.sentence
    if "project" in errors:
        return Misconfigured(
            f"Jira refused the project {wanted.project} (route field `project`): {said} Check the "
            "key, and that the account may create issues there."
        )
    if "issuetype" in errors:
        return Misconfigured(
            f"Jira refused the issue type {wanted.issue_type} in {wanted.project} (route field "
            f"`issue_type`): {said}"
        )
    for name in errors:
        if name not in wanted.optional and name not in ("summary", "description"):
            return Misconfigured(
                f"Jira wants the field {name} in {wanted.project}: {said} Add `{name}` to the "
                "route's fields, or make it optional in Jira."
            )
    return refused
