"""An issue's status in our terms, and the way through a project's workflow to another one."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from bridge.errors import Gone, Refused
from bridge.model import CloseReason, IssueRef
from bridge.trackers.jira.answers import rows, table, text
from bridge.trackers.jira.client import Connection
from bridge.upstream import Pace

STATE_FIELDS = "status,resolution,resolutiondate,statuscategorychangedate,labels,issuelinks"
# Admins name resolutions as they like; these are Jira's own of all times, and usual ones.
_NOT_PLANNED = re.compile(
    r"won.?t|will not|not |cannot|can.?t|unable|unreproduc|works for me|declin|reject|invalid"
    r"|incomplete|abandon|obsolete|known|defer|later|postpon|cancel|withdrawn|out of scope"
    r"|(by|as) design|as intended|nicht|\bpas\b|\bno se\b",
    re.IGNORECASE,
)
_DUPLICATE = re.compile(r"dupli[ck]|doublon|dublette", re.IGNORECASE)


class Workflow:
    """Moves issues through whatever workflow their project has."""

    def __init__(self, jira: Connection, pace: Pace) -> None:
        self._jira = jira
        self._pace = pace

    async def reopen(self, issue: IssueRef) -> None:
        """Move a done issue to a status that isn't done, the earliest that can be had.

        Raises `Refused` if the workflow offers this account no such way.
        """
        offered = await self._offered(issue)
        ways = [transition for transition in offered if not _demands(transition)]
        for category in ("new", "indeterminate"):
            for transition in ways:
                if category_of(transition.get("to")) == category:
                    return await self._pass(issue, transition, {})
        raise self._no_way(issue, offered, "an open status")

    async def close(self, issue: IssueRef) -> None:
        """Move an open issue to a done status, as a duplicate where the workflow can say so."""
        offered = await self._offered(issue)
        ways = [t for t in offered if category_of(t.get("to")) == "done" and not _demands(t)]
        if not ways:
            raise self._no_way(issue, offered, "a done status")
        named = [t for t in ways if _DUPLICATE.search(f"{t.get('name')} {table(t.get('to'))}")]
        settable = [t for t in ways if _DUPLICATE.search(_resolution(t) or "")]
        chosen = (named or settable or ways)[0]
        resolution = _resolution(chosen)
        fields = {"resolution": {"name": resolution}} if resolution else {}
        return await self._pass(issue, chosen, fields)

    async def link(self, issue: IssueRef, of: IssueRef) -> None:
        """Link the issue as a duplicate of the other, if this Jira has such a link."""
        kind = await self._link_type()
        if kind is None:
            return
        await self._pace.write()
        # `inwardIssue` is the one that the link starts from: it "duplicates" the outward one.
        await self._jira.post(
            "issueLink",
            {"type": {"name": kind}, "inwardIssue": _target(issue), "outwardIssue": _target(of)},
            doing=f"link {issue.key} as a duplicate of {of.key}",
        )

    async def _link_type(self) -> str | None:
        try:
            answer = await self._jira.get("issueLinkType", doing="list the kinds of links")
        except Gone:
            return None  # Linking is turned off.
        kinds = rows(table(answer).get("issueLinkTypes"))
        names = [text(kind.get("name")) for kind in kinds if _DUPLICATE.search(str(kind))]
        return names[0] if names else None

    async def _offered(self, issue: IssueRef) -> list[dict[str, Any]]:
        answer = await self._jira.get(
            f"issue/{issue.id or issue.key}/transitions",
            params={"expand": "transitions.fields"},
            doing=f"list the transitions of {issue.key}",
        )
        return rows(table(answer).get("transitions"))

    async def _pass(
        self, issue: IssueRef, transition: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> None:
        body: dict[str, Any] = {"transition": {"id": text(transition.get("id"))}}
        if fields:
            body["fields"] = fields
        await self._pace.write()
        await self._jira.post(
            f"issue/{issue.id or issue.key}/transitions",
            body,
            doing=f"move {issue.key} through “{text(transition.get('name'))}”",
        )

    def _no_way(self, issue: IssueRef, offered: Sequence[Mapping[str, Any]], to: str) -> Refused:
        names = ", ".join(f"“{text(t.get('name'))}”" for t in offered) or "none at all"
        return Refused(
            f"{issue.key} can't be moved to {to}: the transitions that Jira offers this account "
            f"are {names}. Give it the Transition Issues permission, or move the issue by hand."
        )


def category_of(status: object) -> str:
    """Return a status's category: `new`, `indeterminate` or `done`."""
    return text(table(table(status).get("statusCategory")).get("key"))


def why_closed(fields: Mapping[str, Any]) -> CloseReason:
    """Return why a done issue is done: by its link, its resolution's name, else its status's.

    Many workflows have no resolution for duplicates; what duplicates another one by a link is one.
    """
    resolution = text(table(fields.get("resolution")).get("name"))
    said = resolution or text(table(fields.get("status")).get("name"))
    if _DUPLICATE.search(said) or duplicated(fields):
        return CloseReason.DUPLICATE
    return CloseReason.NOT_PLANNED if _NOT_PLANNED.search(said) else CloseReason.COMPLETED


def closed_at(fields: Mapping[str, Any]) -> datetime | None:
    """Return when a done issue was resolved; without a resolution, when its status became done.

    Data Center doesn't tell the second.
    """
    times = (moment(fields.get(n)) for n in ("resolutiondate", "statuscategorychangedate"))
    return next((at for at in times if at is not None), None)


def duplicated(fields: Mapping[str, Any]) -> str | None:
    """Return the key of the issue that this one duplicates by a link, if any."""
    for link in rows(fields.get("issuelinks")):
        if _DUPLICATE.search(text(table(link.get("type")).get("outward"))) and (
            key := text(table(link.get("outwardIssue")).get("key"))
        ):
            return key
    return None


def moment(value: object) -> datetime | None:
    """Return Jira's `2026-11-24T10:02:00.000+0000` in UTC, None if it is anything else."""
    try:
        at = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _target(issue: IssueRef) -> dict[Literal["id", "key"], str]:
    return {"id": issue.id} if issue.id else {"key": issue.key}


def _demands(transition: Mapping[str, Any]) -> bool:
    """Whether a transition's screen wants something that we can't give."""
    return any(
        name != "resolution"
        and table(field).get("required") is True
        and table(field).get("hasDefaultValue") is not True
        for name, field in table(transition.get("fields")).items()
    )


def _resolution(transition: Mapping[str, Any]) -> str | None:
    """Return the resolution to give: Duplicate if it can be, any other only if one is wanted."""
    field = table(table(transition.get("fields")).get("resolution"))
    names = [text(value.get("name")) for value in rows(field.get("allowedValues"))]
    duplicate = next((name for name in names if _DUPLICATE.search(name)), None)
    wanted = field.get("required") is True and field.get("hasDefaultValue") is not True
    return duplicate or (names[0] if wanted and names else None)
