"""What an issue should get beside its text, as far as the repository and the token allow it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Issue
from bridge.trackers.github.errors import Answer, errors, message
from bridge.trackers.github.fields import MOST_ASSIGNEES, Fields
from bridge.trackers.github.repositories import path_of
from bridge.upstream import Pace

LABEL_COLOUR = "1d76db"
LABEL_DESCRIPTION = "Set by feedback-bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The optional part of a create, and in sentences what was already left out of it."""

    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """Its part of the request."""
        parts = {
            "labels": list(self.labels),
            "assignees": list(self.assignees),
            "milestone": self.milestone,
        }
        return {name: value for name, value in parts.items() if value}

    def without_refused(self, answer: Answer) -> "Wanted | None":
        """Return what is left after a 422, or None if that was not about any of this."""
        refused = {name for name in self.body if any(_is_about(name, e) for e in _all(answer))}
        if not refused:
            return None
        said = message(answer.data)
        notes = tuple(f"GitHub refused the {name}: {said}" for name in sorted(refused))
        return Wanted(
            labels=() if "labels" in refused else self.labels,
            assignees=() if "assignees" in refused else self.assignees,
            milestone=None if "milestone" in refused else self.milestone,
            notes=(*self.notes, *notes),
        )

    def dropped_from(self, issue: Issue) -> tuple[str, ...]:
        """Return in sentences what the created issue doesn't have.

        Without push access GitHub drops these in silence: the REST description of "Create an
        issue".
        """
        labels = _missing(self.labels, issue.labels)
        assignees = _missing(self.assignees, issue.assignees)
        milestone = self.milestone is not None and issue.milestone != self.milestone
        why = "GitHub dropped it, as it does where the token may not write to the repository"
        return (
            *(f"The label {name!r} is not set: {why}." for name in labels),
            *(f"{name!r} is not assigned: {why}." for name in assignees),
            *((f"The milestone {self.milestone} is not set: {why}.",) if milestone else ()),
        )


class Preparation:
    """Makes what can be made before a create, and leaves out what can't be."""

    def __init__(self, client: Client, pace: Pace) -> None:
        self._client = client
        self._pace = pace
        self._seen: set[tuple[str, str]] = set()

    async def prepare(self, repository: str, fields: Fields) -> Wanted:
        """Return what to ask for; labels that were missing are there now."""
        for label in fields.labels:
            await self._make_label(repository, label)
        wanted = Wanted(labels=fields.labels)
        wanted = await self._with_assignees(wanted, repository, fields.assignees)
        return await self._with_milestone(wanted, repository, fields.milestone)

    async def _make_label(self, repository: str, label: str) -> None:
        """Create a label that is missing, so that it has a colour of ours.

        A refusal doesn't matter: a create makes missing labels itself, and tells if it may not.
        """
        key = (repository, label.lower())
        if key in self._seen:
            return
        doing = f"the label {label!r}"
        path = path_of(repository, "labels", label)
        answer = await self._client.get(path, doing=doing, expect={403, 404})
        if answer.status == HTTPStatus.NOT_FOUND:
            await self._pace.write()
            new = {"name": label, "color": LABEL_COLOUR, "description": LABEL_DESCRIPTION}
            await self._client.send(
                "POST",
                path_of(repository, "labels"),
                doing=doing,
                body=new,
                expect={403, 404, 410, 422},
            )
        self._seen.add(key)

    async def _with_assignees(
        self, wanted: Wanted, repository: str, assignees: tuple[str, ...]
    ) -> Wanted:
        able: list[str] = []
        notes: list[str] = []
        for login in assignees:
            if len(able) == MOST_ASSIGNEES:
                notes.append(f"{login!r} is not assigned: GitHub takes {MOST_ASSIGNEES} at most.")
            elif await self.is_assignable(repository, login):
                able.append(login)
            else:
                notes.append(
                    f"{login!r} is not assigned: no such user may be assigned in {repository}."
                )
        return replace(wanted, assignees=tuple(able), notes=(*wanted.notes, *notes))

    async def _with_milestone(
        self, wanted: Wanted, repository: str, milestone: str | None
    ) -> Wanted:
        if milestone is None:
            return wanted
        number = await self.milestone_number(repository, milestone)
        if number is not None:
            return replace(wanted, milestone=number)
        note = f"The milestone {milestone!r} is not set: {repository} has none of this name."
        return replace(wanted, notes=(*wanted.notes, note))

    async def is_assignable(self, repository: str, login: str) -> bool:
        """Return whether issues of the repository can be assigned to this user."""
        answer = await self._client.get(
            path_of(repository, "assignees", login), doing=f"the assignee {login!r}", expect={404}
        )
        return answer.status == HTTPStatus.NO_CONTENT

    async def has_label(self, repository: str, label: str) -> bool:
        """Return whether the repository has the label."""
        answer = await self._client.get(
            path_of(repository, "labels", label), doing=f"the label {label!r}", expect={404}
        )
        return answer.status != HTTPStatus.NOT_FOUND

    async def milestone_number(self, repository: str, milestone: str) -> int | None:
        """Return the number of the milestone with this title, or with this number."""
        path = f"{path_of(repository, 'milestones')}?state=all&per_page=100"
        titles: dict[str, int] = {}
        async for page in self._client.pages(path, doing=f"the milestones of {repository}"):
            for entry in page:
                titles.setdefault(str(entry.get("title", "")).strip().lower(), int(entry["number"]))
        if milestone.lower() in titles:
            return titles[milestone.lower()]
        asked = int(milestone) if milestone.isdecimal() else None
        return asked if asked in titles.values() else None


def _missing(asked: tuple[str, ...], has: tuple[str, ...]) -> list[str]:
    present = {name.lower() for name in has}
    return [name for name in asked if name.lower() not in present]


def _all(answer: Answer) -> list[Mapping[str, Any]]:
    return errors(answer.data) or [{"message": message(answer.data)}]


def _is_about(name: str, error: Mapping[str, Any]) -> bool:
    """Return whether an error speaks of the field: by name, by resource, or in its words."""
    singular = name.rstrip("s")
    spoken = f"{error.get('resource', '')} {error.get('field', '')} {error.get('message', '')}"
    return singular in spoken.lower()
