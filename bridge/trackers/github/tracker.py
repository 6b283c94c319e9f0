"""A GitHub repository as a `bridge.trackers.base.Tracker`."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from bridge.errors import Gone, LostAnswer, Refused, Unreadable
from bridge.markup import Markup
from bridge.model import (
    Attachment,
    AttachmentResult,
    CloseReason,
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
from bridge.trackers.github import body as bodies
from bridge.trackers.github import recovery
from bridge.trackers.github.changes import Watcher
from bridge.trackers.github.check import Check
from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Issue
from bridge.trackers.github.duplicates import Canonical
from bridge.trackers.github.errors import Answer, failure
from bridge.trackers.github.fields import read_fields
from bridge.trackers.github.files import Files
from bridge.trackers.github.looks import Looks
from bridge.trackers.github.repositories import Repositories, path_of
from bridge.trackers.github.settings import LARGEST_FILE, GitHubSettings
from bridge.trackers.github.talk import Talk
from bridge.trackers.github.wanted import Preparation, Wanted
from bridge.upstream import Pace

TITLE_LIMIT = 256
BODY_LIMIT = 60_000
"""Characters. GitHub refuses more than 65,536 and stores at most 262,144 bytes of UTF-8."""

_REASONS = {
    "completed": CloseReason.COMPLETED,
    "not_planned": CloseReason.NOT_PLANNED,
    "duplicate": CloseReason.DUPLICATE,
}
_SWITCHED_OFF = (
    "attachments are switched off for this tracker (attachments: none); "
    "the file is kept by feedback-bridge"
)


class GitHubTracker:
    """Issues in one repository, and their files in a repository and branch beside it."""

    attach_when: Literal["before", "after"] = "before"
    markup = Markup.GITHUB

    def __init__(self, opening: Opening) -> None:
        settings = opening.settings
        if not isinstance(settings, GitHubSettings):
            raise TypeError("a GitHub tracker is opened with GitHubSettings")
        self.name = opening.name
        self._settings = settings
        self._clock = opening.clock
        self._client = Client(settings, clock=opening.clock)
        self._pace = Pace(settings.writes, opening.clock)
        self._repositories = Repositories(self._client, clock=opening.clock)
        self._looks = Looks(self._client, self._repositories)
        self._talk = Talk(self._client, self._pace)
        self._watcher = Watcher(self._client, opening.clock)
        self._preparation = Preparation(self._client, self._pace)
        self._files: Files | None = None
        files = settings.attachments
        if files != "none":
            self._files = Files(
                files,
                client=self._client,
                repositories=self._repositories,
                pace=self._pace,
                clock=opening.clock,
                path_of=opening.path_of,
                allow_public=settings.allow_public,
            )
        self.limits = Limits(
            title=TITLE_LIMIT,
            body=BODY_LIMIT - bodies.OVERHEAD,
            attachment=files.max_size if files != "none" else LARGEST_FILE,
            update_gap=settings.update_gap,
        )

    async def fence(self, fields: Mapping[str, Any]) -> Fence:
        """Return the highest issue number of the repository."""
        read_fields(fields)
        home = await self._home(fresh=True)
        number = await recovery.newest_number(self._client, home)
        return Fence(scope=home, number=number, at=self._clock.now())

    async def find(self, marker: Marker, since: Fence) -> IssueRef | None:
        """Return the lowest issue above the fence whose body starts with the marker."""
        home = await self._home(fresh=True)
        issue = await recovery.find(self._client, home, marker, since)
        return self._ref(issue, home) if issue is not None else None

    async def create(self, draft: IssueDraft) -> IssueRef:
        """Create the issue; labels, assignees and milestone that GitHub won't have are noted."""
        fields = read_fields(draft.fields)
        home = await self._home()
        wanted = await self._preparation.prepare(home, fields)
        text = {"title": draft.title, "body": bodies.compose(draft.block, draft.marker)}
        answer, wanted = await self._post(home, text, wanted)
        try:
            issue = Issue.read(answer.data)
        except Unreadable as error:
            raise LostAnswer(f"a new issue in {home}: {error}") from error
        return self._ref(issue, home, notes=(*wanted.notes, *wanted.dropped_from(issue)))

    async def attach(
        self,
        issue: IssueRef | None,  # noqa: ARG002 - files go up before there is one
        files: Sequence[Attachment],
    ) -> Sequence[AttachmentResult]:
        """Put the files on the attachments' branch; `url` is the page that shows the file."""
        if self._files is None:
            return [AttachmentResult(attachment=file, error=_SWITCHED_OFF) for file in files]
        return await self._files.put(files)

    async def update(self, issue: IssueRef, block: IssueBlock) -> UpdateOutcome:
        """Replace what stands between our two marks, and the title if it is still ours."""
        await self._pace.write()  # before reading, so that nobody edits while we wait
        found = await self._issue(issue)
        if found is None:
            return UpdateOutcome.ISSUE_GONE
        body = bodies.rewrite(found.body, block.block)
        if body is None:
            return UpdateOutcome.BLOCK_GONE
        changes = {"body": body} if body != found.body else {}
        if block.title is not None and found.title == block.was_title != block.title:
            changes["title"] = block.title
        if not changes:
            return UpdateOutcome.UNCHANGED
        answer = await self._edit(found, changes, expect=(410,))
        there = answer.status == HTTPStatus.OK
        return UpdateOutcome.UPDATED if there else UpdateOutcome.ISSUE_GONE

    async def comment(self, issue: IssueRef, comment: CommentDraft) -> None:
        """Post the comment, unless one begins with its whole marker, `op` included."""
        await self._comment(await self._there(issue), comment)

    async def state(self, issue: IssueRef) -> IssueState:
        """Return where the issue stands; a transferred one is MOVED, with its new place.

        One conditional request, and one or two more when an issue was closed as a duplicate.
        """
        repository, number = await self._place(issue)
        look = await self._looks.look(repository, number, doing=f"the issue {issue.key}")
        if look is None:
            return IssueState(status=IssueStatus.GONE)
        found, home = look.issue, await self._home()
        ref = self._ref(found, home)
        if ref.id != issue.id:
            return IssueState(status=IssueStatus.MOVED, moved_to=ref, labels=found.labels)
        if found.open:
            return IssueState(status=IssueStatus.OPEN, labels=found.labels)
        of = look.duplicate_of
        return IssueState(
            status=IssueStatus.CLOSED,
            reason=_REASONS.get(found.reason or ""),
            closed_at=found.closed_at,
            duplicate_of=None if of is None else _key(of, home),
            labels=found.labels,
        )

    async def unlabel(self, issue: IssueRef, label: str) -> None:
        """Take the label off if a look shows it; a 404 says that somebody was faster."""
        repository, number = await self._place(issue)
        look = await self._looks.look(repository, number, doing=f"the issue {issue.key}")
        if look is None or label not in look.issue.labels:
            return
        await self._pace.write()
        await self._client.send(
            "DELETE",
            path_of(look.issue.repository, "issues", look.issue.number, "labels", label),
            doing=f"the label {label!r} of {issue.key}",
            expect={404, 410},
        )

    async def changed(self, issues: Sequence[IssueRef], mark: str) -> Changes:
        """Ask each repository once what changed in it."""
        placed = [(issue, *await self._place(issue)) for issue in issues]
        numbered = [(issue, repository, int(number)) for issue, repository, number in placed]
        return await self._watcher.changed(await self._home(), numbered, mark)

    async def reopen(self, issue: IssueRef, comment: CommentDraft) -> None:
        """Open the issue again, and say why once."""
        found = await self._there(issue)
        if not found.open:
            await self._pace.write()
            await self._edit(found, {"state": "open", "state_reason": "reopened"})
        await self._comment(found, comment)

    async def close_as_duplicate(self, issue: IssueRef, of: IssueRef) -> None:
        """Close the issue as a duplicate, after a comment that names the other one."""
        found, other = await self._there(issue), await self._there(of)
        same = found.repository == other.repository
        named = f"#{other.number}" if same else f"{other.repository}#{other.number}"
        hidden = f"<!-- feedback-bridge:v1 duplicate-of={named} -->"
        path = path_of(found.repository, "issues", found.number)
        await self._talk.say(path, f"{hidden}\nDuplicate of {named}", begins=hidden)
        if not found.open:
            return
        closing: dict[str, Any] = {"state": "closed", "state_reason": "duplicate"}
        for how in ({**closing, "duplicate_issue_id": other.id}, closing):
            await self._pace.write()
            answer = await self._edit(found, how, expect=(422,))
            if answer.status == HTTPStatus.OK:
                return
        # Enterprise Servers of before 2025 know no duplicates.
        await self._pace.write()
        await self._edit(found, {**closing, "state_reason": "not_planned"})

    async def check(self, fields: Mapping[str, Any]) -> Sequence[Finding]:
        """Look at the token, the repositories and the fields."""
        check = Check(
            self._settings,
            client=self._client,
            repositories=self._repositories,
            preparation=self._preparation,
        )
        return await check.run(fields)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _home(self, *, fresh: bool = False) -> str:
        """Return the repository's present name."""
        found = await self._repositories.look_up(self._settings.repository, fresh=fresh)
        return found.name

    async def _post(
        self, home: str, text: Mapping[str, Any], wanted: Wanted
    ) -> tuple[Answer, Wanted]:
        """Send the create; after a refusal of optional fields, which is definite, without them."""
        doing = f"a new issue in {home}"
        while True:
            await self._pace.write()
            answer = await self._client.send(
                "POST",
                path_of(home, "issues"),
                doing=doing,
                body={**text, **wanted.body},
                expect={410, 422},
                once=True,
            )
            if answer.status == HTTPStatus.GONE:
                raise Refused(
                    f"issues are switched off in {home}; switch them on in its settings, under "
                    "Features"
                )
            if answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                return answer, wanted
            less = wanted.without_refused(answer)
            if less is None:
                raise failure(answer, doing=doing, now=self._clock.now())
            wanted = less

    async def _comment(self, issue: Issue, comment: CommentDraft) -> None:
        text = bodies.comment(comment.text, comment.marker)
        path = path_of(issue.repository, "issues", issue.number)
        await self._talk.say(path, text, begins=text.partition("\n")[0])

    async def _place(self, issue: IssueRef) -> tuple[str, str]:
        """Return repository and number; an id is a number, or `owner/name#number` elsewhere."""
        repository, _, number = issue.id.rpartition("#")
        return repository or await self._home(), number

    async def _issue(self, issue: IssueRef) -> Issue | None:
        """Return the issue as it is now, wherever it was transferred to; None if it is gone."""
        repository, number = await self._place(issue)
        return await self._looks.read(repository, number, doing=f"the issue {issue.key}")

    async def _there(self, issue: IssueRef) -> Issue:
        found = await self._issue(issue)
        if found is None:
            raise Gone(f"the issue {issue.key} ({issue.url}) was deleted")
        return found

    async def _edit(
        self, issue: Issue, changes: Mapping[str, Any], *, expect: Sequence[int] = ()
    ) -> Answer:
        return await self._client.send(
            "PATCH",
            path_of(issue.repository, "issues", issue.number),
            doing=f"the issue #{issue.number} of {issue.repository}",
            body=dict(changes),
            expect=expect,
        )

    def _ref(self, issue: Issue, home: str, *, notes: tuple[str, ...] = ()) -> IssueRef:
        here = issue.repository.lower() == home.lower()
        elsewhere = f"{issue.repository}#{issue.number}"
        return IssueRef(
            tracker=self.name,
            key=f"#{issue.number}" if here else elsewhere,
            url=issue.url,
            id=str(issue.number) if here else elsewhere,
            notes=notes,
        )


def _key(issue: Canonical, home: str) -> str:
    """Return what `IssueRef.key` is for this issue."""
    here = issue.repository.lower() == home.lower()
    return f"#{issue.number}" if here else f"{issue.repository}#{issue.number}"


def open_github(opening: Opening) -> GitHubTracker:
    """Return the tracker; does no I/O yet."""
    return GitHubTracker(opening)
