"""Jira as a tracker: Cloud and Data Center through REST version 2, whose text is wiki markup."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from bridge.errors import Forbidden, Gone, Misconfigured
from bridge.markup import Markup
from bridge.model import (
    Attachment,
    AttachmentResult,
    CommentDraft,
    Fence,
    IssueBlock,
    IssueDraft,
    IssueRef,
    IssueState,
    IssueStatus,
    Marker,
    UpdateOutcome,
)
from bridge.trackers.base import Changes, Finding, Limits, Opening
from bridge.trackers.jira.answers import number, rows, table, text
from bridge.trackers.jira.block import harmless, holds, signed
from bridge.trackers.jira.changes import changed
from bridge.trackers.jira.checkup import Checkup
from bridge.trackers.jira.client import Connection
from bridge.trackers.jira.creation import Creation
from bridge.trackers.jira.edition import Edition
from bridge.trackers.jira.fields import TITLE_LIMIT, project_of
from bridge.trackers.jira.looking import Search, number_of
from bridge.trackers.jira.settings import JiraSettings
from bridge.trackers.jira.uploads import USUAL_LIMIT, Uploads
from bridge.trackers.jira.workflow import (
    STATE_FIELDS,
    Workflow,
    category_of,
    closed_at,
    duplicated,
    why_closed,
)
from bridge.upstream import Pace

# Jira takes 32,767 characters (UTF-16 units); the rest is for our two lines and people's words.
BODY_LIMIT = 30_000
COMMENTS = 100  # a page


class JiraTracker:
    """Files issues in the Jira projects that routes name."""

    attach_when: Literal["before", "after"] = "after"
    markup = Markup.JIRA

    def __init__(self, opening: Opening, settings: JiraSettings) -> None:
        self.name = opening.name
        self.limits = Limits(
            title=TITLE_LIMIT,
            body=BODY_LIMIT,
            attachment=USUAL_LIMIT,
            update_gap=settings.update_gap,
        )
        self._url = settings.url
        self._clock = opening.clock
        self._jira = Connection(settings, clock=opening.clock)
        self._pace = Pace(settings.writes, opening.clock)
        self._uploads = Uploads(self._jira, self._pace, opening.path_of)
        self._workflow = Workflow(self._jira, self._pace)
        self._edition = Edition(self._jira, self._pace, notify=settings.notify)
        self._notify = settings.notify
        self._is_cloud: bool | None = None
        self._highest: dict[str, int] = {}

    async def fence(self, fields: Mapping[str, Any]) -> Fence:
        """Return the project's highest known number. `Misconfigured` if there is no such project.

        The index may lag behind, which makes the number too low, which only costs reads later.
        """
        project = project_of(fields)
        at = self._clock.now()
        highest = await Search(self._jira, cloud=await self._cloud()).highest(project)
        return Fence(scope=project, number=max(highest, self._highest.get(project, 0)), at=at)

    async def find(self, marker: Marker, since: Fence) -> IssueRef | None:
        search = Search(self._jira, cloud=await self._cloud())
        found = await search.by_key(marker, since)
        if found is None:
            found = await search.by_time(marker, since, now=self._clock.now())
        return None if found is None else self._ref(text(found.get("key")), text(found.get("id")))

    async def create(self, draft: IssueDraft) -> IssueRef:
        creation = Creation(self._jira, self._pace, cloud=await self._cloud())
        key, issue_id, notes = await creation.create(draft)
        project, _, _ = key.rpartition("-")
        self._highest[project] = max(number_of(key), self._highest.get(project, 0))
        return self._ref(key, issue_id, notes)

    async def attach(
        self, issue: IssueRef | None, files: Sequence[Attachment]
    ) -> Sequence[AttachmentResult]:
        if issue is None:
            raise ValueError("Jira attaches files to an issue that is there")
        if not files:
            return []
        results = await self._uploads.attach(issue, files)
        self.limits = replace(self.limits, attachment=await self._uploads.limit())
        return results

    async def update(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        try:
            return await self._edition.rewrite(issue, block)
        except Gone:
            await self._really_gone(issue)
            return UpdateOutcome.ISSUE_GONE

    async def comment(self, issue: IssueRef, comment: CommentDraft) -> None:
        if await self._commented(issue, comment.marker):
            return
        await self._pace.write()
        await self._jira.post(
            f"issue/{issue.id or issue.key}/comment",
            {"body": f"{harmless(comment.text)}\n\n{signed(comment.marker)}"},
            doing=f"comment on {issue.key}",
        )

    async def state(self, issue: IssueRef) -> IssueState:
        try:
            found = await self._state(issue)
        except Gone:
            await self._really_gone(issue)
            return IssueState(status=IssueStatus.GONE)
        fields = table(found.get("fields"))
        labels = tuple(label for label in fields.get("labels") or () if isinstance(label, str))
        key = text(found.get("key"))
        if key and key != issue.key:
            moved = self._ref(key, text(found.get("id")))
            return IssueState(status=IssueStatus.MOVED, moved_to=moved, labels=labels)
        if category_of(fields.get("status")) != "done":
            return IssueState(status=IssueStatus.OPEN, labels=labels)
        return IssueState(
            status=IssueStatus.CLOSED,
            reason=why_closed(fields),
            closed_at=closed_at(fields),
            duplicate_of=duplicated(fields),
            labels=labels,
        )

    async def unlabel(self, issue: IssueRef, label: str) -> None:
        """Take the label off; `Refused` if labels aren't on the project's edit screen."""
        await self._edition.unlabel(issue, label)

    async def changed(self, issues: Sequence[IssueRef], mark: str) -> Changes:
        """Search once; nothing is asked the first time."""
        search = Search(self._jira, cloud=await self._cloud())
        return await changed(search, issues, mark, now=self._clock.now())

    async def reopen(self, issue: IssueRef, comment: CommentDraft) -> None:
        """Reopen the issue and say why; `Refused` if the workflow offers no way."""
        fields = table((await self._state(issue)).get("fields"))
        if category_of(fields.get("status")) == "done":
            await self._workflow.reopen(issue)
        await self.comment(issue, comment)

    async def close_as_duplicate(self, issue: IssueRef, of: IssueRef) -> None:
        """Link and close the issue; `Refused` if the workflow offers no way to a done status."""
        fields = table((await self._state(issue)).get("fields"))
        if duplicated(fields) != of.key:
            await self._workflow.link(issue, of)
        if category_of(fields.get("status")) != "done":
            await self._workflow.close(issue)

    async def check(self, fields: Mapping[str, Any]) -> Sequence[Finding]:
        checkup = Checkup(self._jira, self._uploads, notify=self._notify)
        return await checkup.run(fields, self._cloud)

    async def aclose(self) -> None:
        await self._jira.aclose()

    def _ref(self, key: str, issue_id: str, notes: tuple[str, ...] = ()) -> IssueRef:
        url = f"{self._url}/browse/{key}"
        return IssueRef(tracker=self.name, key=key, url=url, id=issue_id, notes=notes)

    async def _cloud(self) -> bool:
        """Return whether this is Jira Cloud, as the server says of itself; asked once."""
        if self._is_cloud is None:
            try:
                info = table(await self._jira.get("serverInfo", doing="say what it is"))
            except Gone:
                raise Misconfigured(
                    f"There is no Jira at {self._url}: it has no /rest/api/2/serverInfo. A site "
                    "below a path needs that path in the tracker's `url`."
                ) from None
            self._is_cloud = cloud = info.get("deploymentType") == "Cloud"
            return cloud
        return self._is_cloud

    async def _state(self, issue: IssueRef) -> Mapping[str, Any]:
        return table(
            await self._jira.get(
                f"issue/{issue.id or issue.key}",
                params={"fields": STATE_FIELDS},
                doing=f"read {issue.key}",
            )
        )

    async def _commented(self, issue: IssueRef, marker: Marker) -> bool:
        """Whether a comment with this marker is there; reads all pages of the issue's own list."""
        seen = 0
        while True:
            page = table(
                await self._jira.get(
                    f"issue/{issue.id or issue.key}/comment",
                    params={"startAt": seen, "maxResults": COMMENTS, "orderBy": "-created"},
                    doing=f"read the comments of {issue.key}",
                )
            )
            comments = rows(page.get("comments"))
            if any(holds(text(comment.get("body")), marker) for comment in comments):
                return True
            seen += len(comments)
            if not comments or seen >= (number(page.get("total")) or 0):
                return False

    async def _really_gone(self, issue: IssueRef) -> None:
        """Raise `Forbidden` if the whole project is out of sight, which looks the same (404)."""
        project, _, _ = issue.key.rpartition("-")
        lost = Forbidden(
            f"{issue.key} can't be read, and neither can its project: grant the account the Browse "
            "Projects permission again."
        )
        try:
            answer = await self._jira.get(
                "mypermissions",
                params={"projectKey": project, "permissions": "BROWSE_PROJECTS"},
                doing=f"say whether {project} may be seen",
            )
        except Gone:
            raise lost from None
        granted = table(table(answer).get("permissions"))
        if table(granted.get("BROWSE_PROJECTS")).get("havePermission") is not True:
            raise lost
