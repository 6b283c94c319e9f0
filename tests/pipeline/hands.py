"""What people do to issues in each tracker, by its own means."""

import json
from datetime import datetime
from typing import Any

from bridge.model import IssueRef, IssueState
from bridge.simulators.estate import REPOSITORY
from tests.pipeline.conftest import APPS, House

GITHUB, JIRA, LOCAL = APPS
JIRA_WORDS = {"completed": "Done", "not planned": "Won't Do", "duplicate": "Duplicate"}


async def close(
    house: House,
    app: str,
    issue: IssueRef,
    reason: str = "completed",
    *,
    of: IssueRef | None = None,
) -> datetime:
    """Close an issue for a reason, a minute from now; return when that was."""
    house.clock.ahead += 60
    at = house.clock.now()
    if app == GITHUB:
        world = house.simulator.github.world
        repository, number = world.repositories[REPOSITORY], int(issue.id)
        duplicate = int(of.id) if of else None
        world.close(repository, number, reason.replace(" ", "_"), duplicate_of=duplicate)
        repository.issues[number].closed_at = at
    elif app == JIRA:
        site = house.simulator.jira.site
        other = site.issues[of.id] if of else None
        site.close(site.issues[issue.id], JIRA_WORDS[reason], duplicate_of=other)
        site.issues[issue.id].resolved = at
    else:
        closing = {"state": "closed", "reason": reason, "closed_at": at.isoformat()}
        edit(house, issue, **closing, **({"duplicate_of": of.key} if of else {}))
    house.clock.ahead += 60
    return at


def label(house: House, app: str, issue: IssueRef, name: str) -> None:
    """Put a label on an issue."""
    if app == GITHUB:
        world = house.simulator.github.world
        world.label(world.repositories[REPOSITORY], int(issue.id), name)
    elif app == JIRA:
        site = house.simulator.jira.site
        site.label(site.issues[issue.id], name.replace(" ", "-"))
    else:
        labels = read(house, issue)["labels"]
        edit(house, issue, labels=[*labels, name])


def take_labels_off(house: House, app: str, issue: IssueRef) -> None:
    """Leave an issue without any label."""
    if app == GITHUB:
        repository = house.simulator.github.world.repositories[REPOSITORY]
        repository.issues[int(issue.id)].labels = []
    elif app == JIRA:
        house.simulator.jira.site.issues[issue.id].fields["labels"] = []
    else:
        edit(house, issue, labels=[])


async def state(house: House, issue: IssueRef) -> IssueState:
    """Return where an issue stands."""
    return await house.bridge.trackers[issue.tracker].state(issue)


def read(house: House, issue: IssueRef) -> dict[str, Any]:
    """Return a folder issue's record."""
    file = house.folder / "issues" / issue.key / "issue.json"
    return json.loads(file.read_text(encoding="utf-8"))


def edit(house: House, issue: IssueRef, **changes: Any) -> None:
    """Change a folder issue's record."""
    file = house.folder / "issues" / issue.key / "issue.json"
    file.write_text(json.dumps(read(house, issue) | changes), encoding="utf-8")
