"""What `check` looks at: sign-in, rights, the project, its required fields, attachments."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bridge.errors import BridgeError
from bridge.trackers.base import Finding, Level
from bridge.trackers.jira.answers import number, rows, table, text
from bridge.trackers.jira.client import Connection
from bridge.trackers.jira.fields import NEEDED, Wanted, read_fields
from bridge.trackers.jira.uploads import Uploads

_RIGHTS = {
    "BROWSE_PROJECTS": "see the project's issues",
    "CREATE_ISSUES": "create issues",
    "EDIT_ISSUES": "keep issues up to date",
    "CREATE_ATTACHMENTS": "attach screenshots and crash logs",
    "ADD_COMMENTS": "comment",
    "TRANSITION_ISSUES": "reopen issues and close duplicates",
    "LINK_ISSUES": "link duplicates",
}
_VITAL = ("BROWSE_PROJECTS", "CREATE_ISSUES")
_QUIET = "ADMINISTER_PROJECTS"


class Checkup:
    """Looks whether an issue with a route's fields could be filed; changes nothing."""

    def __init__(self, jira: Connection, uploads: Uploads, *, notify: bool) -> None:
        self._jira = jira
        self._uploads = uploads
        self._notify = notify

    async def run(
        self, fields: Mapping[str, Any], is_cloud: Callable[[], Awaitable[bool]]
    ) -> Sequence[Finding]:
        """Return the findings; one that keeps the rest from being looked at comes last."""
        findings: list[Finding] = []
        try:
            findings.append(await self._account())
            wanted = read_fields(fields, cloud=await is_cloud())
            findings += await self._rights(wanted.project)
            findings += await self._screen(wanted)
            findings.append(await self._attachments())
        except BridgeError as error:
            findings.append(Finding(level=Level.ERROR, text=str(error)))
        return findings

    async def _account(self) -> Finding:
        me = table(await self._jira.get("myself", doing="say who this account is"))
        return Finding(
            level=Level.OK, text=f"Jira knows this account as {text(me.get('displayName'))}."
        )

    async def _rights(self, project: str) -> list[Finding]:
        asked = (*_RIGHTS, _QUIET)
        answer = await self._jira.get(
            "mypermissions",
            params={"projectKey": project, "permissions": ",".join(asked)},
            doing=f"say what this account may do in {project}",
        )
        granted = table(table(answer).get("permissions"))
        lacking = {n for n in asked if table(granted.get(n)).get("havePermission") is not True}
        findings = [
            Finding(
                level=Level.ERROR if name in _VITAL else Level.WARNING,
                text=f"The account may not {what} in {project}.",
                advice=f"Grant it {name} in the project's permission scheme.",
            )
            for name, what in _RIGHTS.items()
            if name in lacking
        ]
        if _QUIET in lacking and not self._notify:
            findings.append(
                Finding(
                    level=Level.WARNING,
                    text=f"Rewrites of our block in {project} will send Jira's mail to watchers.",
                    advice=f"Only project administrators may edit without mail ({_QUIET}).",
                )
            )
        return findings or [Finding(level=Level.OK, text=f"The rights in {project} are complete.")]

    async def _screen(self, wanted: Wanted) -> list[Finding]:
        """Compare the fields with the create screen of the project's issue type."""
        base = f"issue/createmeta/{wanted.project}/issuetypes"
        types = await self._pages(base, ("issueTypes", "values"), f"{wanted.project}'s issue types")
        ids = [text(row.get("id")) for row in types if _is(row, wanted.issue_type)]
        if not ids:
            names = ", ".join(text(row.get("name")) for row in types) or "none"
            return [
                Finding(
                    level=Level.ERROR,
                    text=f"{wanted.project} has no issue type {wanted.issue_type}.",
                    advice=f"Set the route's field `issue_type` to one of: {names}.",
                )
            ]
        doing = f"the fields of {wanted.project}'s {wanted.issue_type}"
        listed = await self._pages(f"{base}/{ids[0]}", ("fields", "values", "results"), doing)
        screen = {text(row.get("fieldId")): row for row in listed}
        findings = [*_unfilled(wanted, screen), *_unfitting(wanted, screen)]
        fine = Finding(
            level=Level.OK,
            text=f"A {wanted.issue_type} with these fields can be created in {wanted.project}.",
        )
        return findings or [fine]

    async def _attachments(self) -> Finding:
        limit = await self._uploads.limit()
        if limit:
            return Finding(level=Level.OK, text=f"Attachments may have {limit:,} bytes each.")
        return Finding(
            level=Level.WARNING,
            text="Attachments are turned off in this Jira: issues come without their files.",
            advice="An administrator turns them on under System › Attachments.",
        )

    async def _pages(self, path: str, names: Sequence[str], doing: str) -> list[dict[str, Any]]:
        """Return all rows of a paged list; Cloud and Data Center name it differently."""
        found: list[dict[str, Any]] = []
        while True:
            answer = table(
                await self._jira.get(
                    path, params={"startAt": len(found), "maxResults": 100}, doing=f"list {doing}"
                )
            )
            page = rows(next((answer[name] for name in names if name in answer), None))
            found += page
            if not page or len(found) >= (number(answer.get("total")) or 0):
                return found


def _unfilled(wanted: Wanted, screen: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    return [
        Finding(
            level=Level.ERROR,
            text=f"{wanted.project} wants the field {text(row.get('name'))} ({field_id}).",
            advice=f"Add `{field_id}` to the route's fields, or make it optional in Jira.",
        )
        for field_id, row in screen.items()
        if row.get("required") is True
        and row.get("hasDefaultValue") is not True
        and field_id not in (*NEEDED, *wanted.optional, "reporter")
    ]


def _unfitting(wanted: Wanted, screen: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    findings: list[Finding] = []
    for field_id, value in wanted.optional.items():
        if field_id not in screen:
            what = f"The field {field_id} is not on the create screen of {wanted.issue_type}"
            findings.append(_left_out(wanted, what, "Put it on the screen or out of the route."))
            continue
        allowed = rows(screen[field_id].get("allowedValues"))
        for item in rows(value) or [table(value)]:
            if allowed and item and not _allowed(item, allowed):
                what = f"{field_id} has no value {next(iter(item.values()))}"
                names = ", ".join(_label(row) for row in allowed[:20])
                findings.append(_left_out(wanted, what, f"It may be: {names}."))
    return findings


def _left_out(wanted: Wanted, what: str, advice: str) -> Finding:
    said = f"{what} in {wanted.project}; issues will be filed without it and say so."
    return Finding(level=Level.WARNING, text=said, advice=advice)


def _allowed(item: Mapping[str, Any], allowed: Sequence[Mapping[str, Any]]) -> bool:
    return any(
        all(str(row.get(name)) == str(value) for name, value in item.items()) for row in allowed
    )


def _is(row: Mapping[str, Any], wanted: str) -> bool:
    return wanted in (row.get("name"), row.get("id"))


def _label(row: Mapping[str, Any]) -> str:
    return text(row.get("name")) or text(row.get("value")) or text(row.get("id"))
