"""Rewriting our block of an issue, and its title while that is still ours."""

from collections.abc import Mapping
from typing import Any

import structlog

from bridge.errors import Forbidden, Refused
from bridge.model import IssueBlock, IssueRef, UpdateOutcome
from bridge.trackers.jira.answers import table, text
from bridge.trackers.jira.block import digest, harmless, join, same, split
from bridge.trackers.jira.client import Connection, Request
from bridge.trackers.jira.creation import refuses_properties
from bridge.trackers.jira.failures import Conflict, JiraRefused
from bridge.trackers.jira.fields import title_line
from bridge.trackers.jira.looking import PROPERTY
from bridge.upstream import Pace

DESCRIPTION_LIMIT = 32_767  # characters, people's words included; a Data Center may set its own

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Edition:
    """Rewrites blocks, without Jira's mail where the account may do that."""

    def __init__(self, jira: Connection, pace: Pace, *, notify: bool) -> None:
        self._jira = jira
        self._pace = pace
        self._quiet = not notify
        self._properties = True

    async def rewrite(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        """Write the block if it differs from what is there. Raises `Gone` with the issue.

        Jira has no conditional edit, so the issue is read just before it is written, and read
        again if Jira noticed an edit in between.
        """
        await self._pace.write()
        try:
            return await self._once(issue, block)
        except Conflict:
            await self._pace.write()
            return await self._once(issue, block)

    async def unlabel(self, issue: IssueRef, label: str) -> None:
        """Take a label off; Jira removes one that isn't there in peace."""
        body = {"update": {"labels": [{"remove": label}]}}
        await self._pace.write()
        try:
            await self._put(issue, body)
        except Conflict:
            await self._pace.write()
            await self._put(issue, body)
        except JiraRefused as refused:
            raise Refused(
                f"Jira would not take the label {label} off {issue.key}: "
                f"{refused.complaint.sentence} The Labels field must be on the project's edit "
                "screen."
            ) from None

    async def _once(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        found = table(
            await self._jira.get(
                f"issue/{issue.id or issue.key}",
                params={"fields": "summary,description", "properties": PROPERTY},
                doing=f"read {issue.key}",
            )
        )
        fields = table(found.get("fields"))
        parts = split(text(fields.get("description")), block.marker)
        if parts is None:
            return UpdateOutcome.BLOCK_GONE
        wanted = harmless(block.block)
        kept = table(table(found.get("properties")).get(PROPERTY))
        edits: dict[str, Any] = _title(block, text(fields.get("summary")))
        if not same(parts.block, wanted) and kept.get("block") != digest(wanted):
            edits["description"] = join(parts, wanted)
        if not edits:
            return UpdateOutcome.UNCHANGED
        await self._write(issue, edits, {**kept, "block": digest(wanted)})
        return UpdateOutcome.UPDATED

    async def _write(
        self, issue: IssueRef, edits: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> None:
        body: dict[str, Any] = {"fields": edits}
        if self._properties:
            body["properties"] = [{"key": PROPERTY, "value": kept}]
        try:
            await self._put(issue, body)
        except JiraRefused as refused:
            if self._properties and refuses_properties(refused):
                self._properties = False
                return await self._write(issue, edits, kept)
            if "summary" in edits and set(refused.complaint.errors) == {"summary"}:
                # The title isn't on the edit screen; the block is what matters.
                rest = {name: value for name, value in edits.items() if name != "summary"}
                return await self._write(issue, rest, kept) if rest else None
            raise _advise(issue, edits, refused) from None

    async def _put(self, issue: IssueRef, body: Mapping[str, Any]) -> None:
        """Send the edit; with mail for good once Jira has said that we may not leave it out.

        "To discard the user notification either admin or project admin permissions are required"
        (REST API, edit issue, `notifyUsers`).
        """
        path, doing = f"issue/{issue.id or issue.key}", f"edit {issue.key}"
        if self._quiet:
            try:
                params = {"notifyUsers": "false"}
                await self._jira.send(
                    Request(method="PUT", path=path, doing=doing, body=body, params=params)
                )
            except Forbidden:
                await self._jira.send(Request(method="PUT", path=path, doing=doing, body=body))
                self._quiet = False
                log.warning("jira edits send mail: the account is no project administrator")
        else:
            await self._jira.send(Request(method="PUT", path=path, doing=doing, body=body))


def _title(block: IssueBlock, now: str) -> dict[str, str]:
    """Return the edit of the title, if there is a new one and the old one is still ours."""
    if block.title is None or block.was_title is None:
        return {}
    title = title_line(block.title)
    if now.strip() != title_line(block.was_title) or now == title:
        return {}
    return {"summary": title}


def _advise(issue: IssueRef, edits: Mapping[str, Any], refused: JiraRefused) -> Refused:
    if "description" not in refused.complaint.errors:
        return refused
    length = len(text(edits.get("description")))
    if length > DESCRIPTION_LIMIT:
        return Refused(
            f"{issue.key} has no room left for our part: with people's own words its description "
            f"would have {length:,} characters, and Jira takes {DESCRIPTION_LIMIT:,}. Move some of "
            "it to a comment."
        )
    return Refused(
        f"Jira refused our part of {issue.key}: {refused.complaint.sentence} The Description field "
        "must be on the project's edit screen."
    )
