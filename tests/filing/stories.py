"""What testers and people do to an issue, up to the jobs that come of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bridge.errors import Refused
from bridge.model import CloseReason, Group, IssueState, IssueStatus
from bridge.routes import OnRegression, Route
from tests.filing.office import Office

NOT_THE_SAME = "testflight: not the same"
DAY = 86_400.0

Story = Callable[[Office], Awaitable[None]]


async def first(office: Office, **more: object) -> Group:
    """File the first crash of a problem."""
    group = await office.crash("A1", **more)  # pyright: ignore[reportArgumentType]
    await office.work()
    return await office.store.ledger.group(group.id)


def close(office: Office, key: str, reason: CloseReason, **more: object) -> None:
    office.clock.advance(60)
    state = IssueState(status=IssueStatus.CLOSED, reason=reason, closed_at=office.clock.now())
    office.tracker.states[key] = replace(state, **more)  # pyright: ignore[reportArgumentType]
    office.clock.advance(60)


async def taken_apart(office: Office) -> None:
    await first(office, exact="x:1")
    office.clock.advance(90)
    await office.crash("A2", exact="x:2")
    await office.work()
    office.tracker.states["S-1"] = IssueState(status=IssueStatus.OPEN, labels=(NOT_THE_SAME,))
    office.clock.advance(90)
    await office.crash("A3", exact="x:2")


async def merged(office: Office) -> None:
    await first(office)
    await office.crash("B1", key="v1:b")
    await office.work()
    close(office, "S-2", CloseReason.DUPLICATE, duplicate_of="S-1")
    await office.crash("B2", key="v1:b")


async def reopened(office: Office) -> None:
    await first(office)
    close(office, "S-1", CloseReason.COMPLETED)
    await office.crash("A2", build="143")


async def renewed(office: Office) -> None:
    await first(office)
    close(office, "S-1", CloseReason.COMPLETED)
    office.clock.advance(91 * DAY)
    await office.crash("A2", build="143")


async def not_to_be_reopened(office: Office) -> None:
    office.tracker.refuses["reopen"] = Refused("no transition leads back")
    await reopened(office)


async def commented(office: Office) -> None:
    office.route = Route(tracker="scripted", on_regression=OnRegression.COMMENT)
    await reopened(office)


async def in_a_new_version(office: Office) -> None:
    await first(office)
    await office.crash("A2", build="150", version="2.5")


async def moved(office: Office) -> None:
    group = await first(office)
    assert group.issue is not None
    to = replace(group.issue, key="OTHER-1")
    office.tracker.states["S-1"] = IssueState(status=IssueStatus.MOVED, moved_to=to)
    await office.crash("A2")


async def opened(office: Office) -> None:
    await office.crash("A1")


STORIES: dict[str, Story] = {
    story.__name__: story
    for story in (
        opened,
        taken_apart,
        merged,
        reopened,
        renewed,
        not_to_be_reopened,
        commented,
        in_a_new_version,
        moved,
    )
}


def label(office: Office, key: str, *labels: str) -> None:
    before = office.tracker.states.get(key, IssueState(status=IssueStatus.OPEN))
    office.tracker.states[key] = replace(before, labels=labels)
