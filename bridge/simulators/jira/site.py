"""The simulated Jira site: what it holds, without HTTP."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

CLOUD, SERVER = "Cloud", "Server"

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "DELETE_ISSUES",
    "CREATE_ATTACHMENTS",
    "DELETE_OWN_ATTACHMENTS",
    "ADD_COMMENTS",
    "TRANSITION_ISSUES",
    "LINK_ISSUES",
    "ADMINISTER_PROJECTS",
)
ISSUE_TYPES = {"10001": "Story", "10002": "Task", "10004": "Bug"}
PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
RESOLUTIONS = {
    "10000": "Done",
    "10001": "Won't Do",
    "10002": "Duplicate",
    "10003": "Cannot Reproduce",
}
LINK_TYPES = {
    "10000": ("Blocks", "is blocked by", "blocks"),
    "10002": ("Duplicate", "is duplicated by", "duplicates"),
    "10003": ("Relates", "relates to", "relates to"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status of the one workflow: anything can go anywhere through one transition each."""

    id: str
    name: str
    category: Literal["new", "indeterminate", "done"]
    transition: str


STATUSES = (
    Status(id="10000", name="To Do", category="new", transition="11"),
    Status(id="3", name="In Progress", category="indeterminate", transition="21"),
    Status(id="10002", name="Done", category="done", transition="31"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A member of the company."""

    account_id: str
    name: str
    display_name: str


BOT = User(
    account_id="712020:0a1b2c3d-0000-4000-8000-000000000001",
    name="feedback-bridge",
    display_name="Feedback Bridge",
)
DEVELOPER = User(
    account_id="712020:0a1b2c3d-0000-4000-8000-000000000002",
    name="developer",
    display_name="Developer",
)
USERS = (BOT, DEVELOPER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A field that a project's create screen has beside Jira's own."""

    id: str
    """`customfield_10010`."""
    name: str
    required: bool = False
    options: tuple[str, ...] = ()
    """What a select list offers; none makes it a text field."""


@dataclass(slots=True, kw_only=True)
class Project:
    """A project with one create and edit screen for all its issue types."""

    id: str
    key: str
    name: str
    components: list[str]
    versions: list[str]
    custom_fields: list[CustomField]
    last_number: int = 0


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment, as wiki text."""

    id: str
    body: str
    created: datetime


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """An attachment."""

    id: str
    name: str
    data: bytes
    media_type: str
    created: datetime


@dataclass(slots=True, kw_only=True)
class Link:
    """`source` –outward→ `target`, both by issue id."""

    id: str
    type_id: str
    source: str
    target: str


@dataclass(slots=True, kw_only=True)
class Issue:
    """An issue, its text as wiki markup."""

    id: str
    key: str
    project: Project
    issue_type: str
    """An id of `ISSUE_TYPES`."""
    fields: dict[str, Any]
    """By field id: summary, description, labels, …, as they were set."""
    created: datetime
    updated: datetime
    status: Status = STATUSES[0]
    resolution: str | None = None
    resolved: datetime | None = None
    category_changed: datetime | None = None
    properties: dict[str, Any] = field(default_factory=dict[str, Any])
    comments: list[Comment] = field(default_factory=list[Comment])
    files: list[StoredFile] = field(default_factory=list[StoredFile])
    old_keys: set[str] = field(default_factory=set[str])

    @property
    def number(self) -> int:
        """211 of SUN-211."""
        return int(self.key.rpartition("-")[2])

    @property
    def description(self) -> str:
        """The description's wiki text."""
        return self.fields.get("description") or ""

    @description.setter
    def description(self, value: str) -> None:
        self.fields["description"] = value


class Site:
    """Everything that the site holds, and how it is set up to behave."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.monotonic = time.monotonic
        self.deployment: Literal["Cloud", "Server"] = CLOUD
        self.index_lag = 0.0
        self.upload_limit = 10 * 1024 * 1024
        self.attachments_enabled = True
        self.accepts_properties = True
        self.loses_bytes = 0
        self.resolves = True
        self.done_is_final = False
        self.denied: set[str] = set()
        self.uneditable: set[str] = set()
        self.mails: Counter[str] = Counter()
        self.projects: dict[str, Project] = {}
        self.issues: dict[str, Issue] = {}
        self.links: list[Link] = []
        self._ids = count(10_000)

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.deployment == CLOUD

    def may(self, permission: str) -> bool:
        """Whether the account holds the permission, the same in every project."""
        return permission not in self.denied

    def new_id(self) -> str:
        """Return an id that nothing has yet."""
        return str(next(self._ids))

    def add_project(
        self,
        key: str,
        name: str,
        *,
        components: Sequence[str],
        versions: Sequence[str],
        custom_fields: Iterable[CustomField],
    ) -> Project:
        """Make a project; its name is its one component unless others are named."""
        project = Project(
            id=self.new_id(),
            key=key,
            name=name,
            components=list(components),
            versions=list(versions),
            custom_fields=list(custom_fields),
        )
        self.projects[key] = project
        return project

    def add_issue(
        self, project: Project, issue_type: str, fields: dict[str, Any], properties: dict[str, Any]
    ) -> Issue:
        """Make an issue, which gets the project's next number."""
        project.last_number += 1
        now = self.now()
        issue = Issue(
            id=self.new_id(),
            key=f"{project.key}-{project.last_number}",
            project=project,
            issue_type=issue_type,
            fields=fields,
            properties=properties,
            created=now,
            updated=now,
        )
        self.issues[issue.id] = issue
        return issue

    def find(self, id_or_key: str) -> Issue | None:
        """Return the issue with this id, key, or former key, if the account may see it."""
        if not self.may("BROWSE_PROJECTS"):
            return None
        if id_or_key in self.issues:
            return self.issues[id_or_key]
        wanted = id_or_key.upper()
        return next(
            (i for i in self.issues.values() if wanted == i.key or wanted in i.old_keys), None
        )

    def indexed(self) -> list[Issue]:
        """Return the issues that the search index knows by now."""
        latest = self.now() - timedelta(seconds=self.index_lag)
        return [issue for issue in self.issues.values() if issue.created <= latest]

    def remove(self, issue: Issue) -> None:
        """Delete an issue for good; its number is not used again."""
        del self.issues[issue.id]
        self.links = [link for link in self.links if issue.id not in (link.source, link.target)]

    def move(self, issue: Issue, project: Project) -> None:
        """Move an issue to another project; its former key leads there."""
        project.last_number += 1
        issue.old_keys.add(issue.key)
        issue.project, issue.key = project, f"{project.key}-{project.last_number}"

    def pass_to(self, issue: Issue, status: Status, resolution: str | None = None) -> None:
        """Put an issue into a status; a done one gets a resolution, any other loses it."""
        now = self.now()
        if status.category != issue.status.category:
            issue.category_changed = now
        issue.status, issue.updated = status, now
        resolved = status.category == "done" and self.resolves
        issue.resolution = (resolution or "10000") if resolved else None
        issue.resolved = now if resolved else None

    def close(
        self, issue: Issue, resolution: str = "Done", *, duplicate_of: Issue | None = None
    ) -> None:
        """Close an issue as its page does: with a resolution's name, and a link if it has one."""
        number = next(i for i, name in RESOLUTIONS.items() if name == resolution)
        self.pass_to(issue, STATUSES[2], number)
        if duplicate_of is not None:
            self.link("10002", issue, duplicate_of)

    def label(self, issue: Issue, *labels: str) -> None:
        """Put labels on an issue."""
        known = issue.fields.get("labels", [])
        issue.fields["labels"] = list(dict.fromkeys([*known, *labels]))
        issue.updated = self.now()

    def link(self, type_id: str, source: Issue, target: Issue) -> None:
        """Link `source` –outward→ `target`; the same link again changes nothing."""
        ends = (type_id, source.id, target.id)
        if any((known.type_id, known.source, known.target) == ends for known in self.links):
            return
        self.links.append(
            Link(id=self.new_id(), type_id=type_id, source=source.id, target=target.id)
        )
        source.updated = target.updated = self.now()
