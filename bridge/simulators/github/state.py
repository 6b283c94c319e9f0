"""What the simulated GitHub holds: repositories, issues, comments, labels, milestones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from bridge.simulators.github.git import Git


@dataclass(slots=True, kw_only=True)
class Label:
    """A repository's label."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class Milestone:
    """A repository's milestone."""

    id: int
    number: int
    title: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment on an issue."""

    id: int
    body: str
    created_at: datetime
    association: str = "COLLABORATOR"
    """What its author is to the repository; `NONE` for anybody."""


@dataclass(slots=True, kw_only=True)
class Event:
    """Something that happened to an issue: `closed`, `reopened`, `marked_as_duplicate`."""

    id: int
    kind: str
    created_at: datetime
    reason: str | None = None
    """Why it was closed or opened."""
    canonical: tuple[str, int] | None = None
    """Repository and number of the issue that it was marked as a duplicate of."""


@dataclass(slots=True, kw_only=True)
class Issue:
    """An issue, or a pull request, which shares the numbers."""

    id: int
    number: int
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    labels: list[str] = field(default_factory=list[str])
    assignees: list[str] = field(default_factory=list[str])
    milestone: int | None = None
    comments: list[Comment] = field(default_factory=list[Comment])
    events: list[Event] = field(default_factory=list[Event])
    is_pull_request: bool = False
    deleted: bool = False
    moved_to: tuple[str, int] | None = None
    """Repository and number that it was transferred to."""


@dataclass(slots=True, kw_only=True)
class Repository:
    """A repository, and what the token's user may do in it."""

    id: int
    name: str
    """`owner/name`."""
    created_at: datetime
    private: bool = True
    has_issues: bool = True
    archived: bool = False
    push: bool = True
    """Whether the user has push access; without, labels and the like are dropped in silence."""
    assignable: set[str] = field(default_factory=set[str])
    issues: dict[int, Issue] = field(default_factory=dict[int, Issue])
    labels: dict[str, Label] = field(default_factory=dict[str, Label])
    """By lower-case name."""
    milestones: dict[int, Milestone] = field(default_factory=dict[int, Milestone])
    git: Git = field(default_factory=Git)


class World:
    """All repositories, and the clock and counters that they share."""

    def __init__(self, *, now: Callable[[], float], first_id: int) -> None:
        self.repositories: dict[str, Repository] = {}
        self.renamed: dict[str, str] = {}
        """Lower-case old name → present name."""
        self._now = now
        self._ids = count(first_id)

    def now(self) -> datetime:
        """Return the time to the second, as GitHub's documents have it."""
        return datetime.fromtimestamp(int(self._now()), UTC)

    def next_id(self) -> int:
        """Return an id that nothing else has."""
        return next(self._ids)

    def repository(self, name: str) -> Repository | None:
        """Return the repository that is called so now."""
        return self.repositories.get(name.lower())

    def add_repository(self, name: str, *, private: bool) -> Repository:
        """Make an empty repository."""
        made = Repository(id=self.next_id(), name=name, created_at=self.now(), private=private)
        self.repositories[name.lower()] = made
        return made

    def rename(self, old: str, new: str) -> None:
        """Give a repository another name; the old one redirects."""
        found = self.repositories.pop(old.lower())
        found.name = new
        self.repositories[new.lower()] = found
        self.renamed[old.lower()] = new

    def add_issue(
        self, repository: Repository, title: str, body: str | None, *, is_pull_request: bool = False
    ) -> Issue:
        """Make an issue or pull request with the next number."""
        now = self.now()
        made = Issue(
            id=self.next_id(),
            number=len(repository.issues) + 1,
            title=title,
            body=body,
            created_at=now,
            updated_at=now,
            is_pull_request=is_pull_request,
        )
        repository.issues[made.number] = made
        return made

    def add_label(
        self, repository: Repository, name: str, color: str = "ededed", about: str | None = None
    ) -> Label:
        """Make a label, or return the one that is there."""
        label = repository.labels.get(name.lower())
        if label is None:
            label = Label(id=self.next_id(), name=name, color=color, description=about)
            repository.labels[name.lower()] = label
        return label

    def label(self, repository: Repository, number: int, *names: str) -> None:
        """Put labels on an issue; those that the repository lacks are made."""
        issue = repository.issues[number]
        made = [self.add_label(repository, name).name for name in names]
        issue.labels = list(dict.fromkeys([*issue.labels, *made]))
        issue.updated_at = self.now()

    def close(
        self,
        repository: Repository,
        number: int,
        reason: str = "completed",
        *,
        duplicate_of: int | None = None,
    ) -> None:
        """Close an issue for one of GitHub's reasons, as its page does."""
        self.set_state(repository.issues[number], "closed", reason)
        if duplicate_of is not None:
            self.mark_as_duplicate(repository.issues[number], (repository.name, duplicate_of))

    def set_state(self, issue: Issue, state: str, reason: str | None) -> None:
        """Open or close an issue; the reason counts only if the state changes."""
        if state == issue.state:
            return
        closing = state == "closed"
        issue.state, issue.updated_at = state, self.now()
        issue.state_reason = reason or ("completed" if closing else "reopened")
        issue.closed_at = issue.updated_at if closing else None
        self._note(issue, "closed" if closing else "reopened", reason=issue.state_reason)

    def mark_as_duplicate(self, issue: Issue, canonical: tuple[str, int]) -> None:
        """Mark an issue as a duplicate of another one."""
        self._note(issue, "marked_as_duplicate", canonical=canonical)

    def _note(
        self,
        issue: Issue,
        kind: str,
        *,
        reason: str | None = None,
        canonical: tuple[str, int] | None = None,
    ) -> None:
        now = self.now()
        event = Event(
            id=self.next_id(), kind=kind, created_at=now, reason=reason, canonical=canonical
        )
        issue.events.append(event)
        issue.updated_at = now

    def add_milestone(self, repository: Repository, title: str) -> Milestone:
        """Make a milestone with the next number."""
        made = Milestone(
            id=self.next_id(),
            number=len(repository.milestones) + 1,
            title=title,
            created_at=self.now(),
        )
        repository.milestones[made.number] = made
        return made

    def transfer(self, source: Repository, number: int, target: Repository) -> Issue:
        """Move an issue to another repository, where it gets a number of that one."""
        old = source.issues[number]
        new = self.add_issue(target, old.title, old.body)
        new.state, new.state_reason, new.closed_at = old.state, old.state_reason, old.closed_at
        new.comments, new.events = old.comments, old.events
        old.moved_to = (target.name, new.number)
        return new
