"""Screenshot feedback that follows other feedback, or is like it, the whole way to the issue."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.model import Group, JobState
from bridge.simulators.appstore import Sample
from bridge.simulators.samples import screens
from bridge.simulators.samples.drawing import Canvas
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import APPS, House, enter_house
from tests.pipeline.samples import crash, screenshot

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LOCAL = "sunrise-local"
TOTAL = "Total stays at zero after removing a garden gloves voucher"
DRAW = {"cart": screens.cart, "login": screens.login, "order": screens.order}


def picture(name: str = "cart", *, seed: int = 1) -> bytes:
    canvas = Canvas(390, 844, scale=1)
    DRAW[name](canvas, random.Random(seed))
    return canvas.encoded("PNG")[0]


def feedback(app: str, *images: bytes, minute: float = 0, **more: Any) -> Sample:
    values: dict[str, Any] = {"tester": "t1", "comment": TOTAL, **more}
    return screenshot(app, *images, created_at=NOON + timedelta(minutes=minute), **values)


async def groups(house: House, app: str = LOCAL) -> list[Group]:
    return list(await house.bridge.store.ledger.groups(app=app))


@pytest.fixture
async def joining(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    """A bridge whose routes let near feedback join."""
    async with AsyncExitStack() as stack:
        near = {"    tracker: local\n": "    tracker: local\n    near: join\n"}
        yield await enter_house(stack, simulator, tmp_path, **near)


@pytest.mark.parametrize("app", APPS)
async def test_three_screenshots_of_one_tester_in_five_minutes_are_one_issue(
    house: House, app: str
) -> None:
    first, *others = await house.deliver(
        feedback(app, picture("cart"), comment="The total is wrong"),
        feedback(app, picture("login"), minute=2, comment="Here as well"),
        feedback(app, picture("order"), minute=5, comment=None),
    )
    await house.work()
    issue = await house.only_issue(app, first)
    assert {(await house.row(s)).state for s in (first, *others)} == {
        JobState.FILED,
        JobState.ADDED,
    }
    assert len(issue["attachments"]) == 3
    assert not issue["comments"]
    [group] = await groups(house, app)
    members = await house.bridge.store.ledger.occurrences(group.id)
    assert [m.how for m in members] == ["new", "follow-up", "follow-up"]


async def test_the_words_of_a_follow_up_are_among_the_issues_words(house: House) -> None:
    await house.deliver(
        feedback(LOCAL, picture("cart"), comment="The total is wrong"),
        feedback(LOCAL, picture("order"), minute=2, tester="t1", comment="Here as well"),
    )
    await house.work()
    [issue] = house.issues(LOCAL)
    assert "Here as well" in issue["body"]


async def test_the_earlier_feedback_may_come_later(house: House) -> None:
    await house.deliver(feedback(LOCAL, picture("cart"), minute=6))
    await house.work()
    await house.deliver(feedback(LOCAL, picture("order"), comment="Before that"))
    await house.work()
    assert len(house.issues(LOCAL)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"minute": 10.1},
        {"tester": "t2"},
        {"build": "other"},
        {"tester": None, "email": None},
    ],
)
async def test_what_follows_nothing_is_an_issue_of_its_own(
    house: House, other: dict[str, Any]
) -> None:
    await house.deliver(feedback(LOCAL, picture("cart")))
    await house.deliver(feedback(LOCAL, picture("order"), **{"comment": "Badge", **other}))
    await house.work()
    assert len(house.issues(LOCAL)) == 2


async def test_feedback_of_unknown_testers_never_follows(house: House) -> None:
    unknown = {"tester": None, "email": None}
    await house.deliver(
        feedback(LOCAL, picture("cart"), comment="Badge", **unknown),
        feedback(LOCAL, picture("order"), comment="Here", minute=1, **unknown),
    )
    await house.work()
    assert len(house.issues(LOCAL)) == 2


async def test_a_crash_without_a_log_follows_nothing_and_is_followed_by_nothing(
    house: House,
) -> None:
    await house.deliver(
        feedback(LOCAL, picture("cart")),
        crash(LOCAL, "no Apple report", created_at=NOON + timedelta(minutes=1)),
        feedback(LOCAL, picture("order"), minute=10.5, comment="Badge"),
    )
    await house.work()
    assert len(house.issues(LOCAL)) == 3


async def test_two_at_one_moment_are_one_issue(house: House) -> None:
    await house.deliver(
        *(feedback(LOCAL, picture("cart", seed=n), minute=n / 100) for n in range(6))
    )
    await house.work()
    [issue] = house.issues(LOCAL)
    assert len(issue["attachments"]) == 6


async def test_the_same_words_and_screen_are_two_issues_that_know_of_each_other(
    house: House,
) -> None:
    await house.deliver(feedback(LOCAL, picture("cart")))
    await house.work()
    await house.deliver(feedback(LOCAL, picture("cart"), minute=90, tester="t2"))
    await house.work()
    assert len(house.issues(LOCAL)) == 2
    second, first = await groups(house)
    [like] = second.like
    assert (like.group_id, first.like) == (first.id, ())
    assert like.score >= 0.9
    assert {"the same words", "the same screen"} <= set(like.common)


async def test_near_feedback_joins_where_the_route_says_so(joining: House) -> None:
    await joining.deliver(feedback(LOCAL, picture("cart")))
    await joining.work()
    await joining.deliver(feedback(LOCAL, picture("cart", seed=1), minute=90, tester="t2"))
    await joining.work()
    [issue] = joining.issues(LOCAL)
    assert len(issue["attachments"]) == 2
    [group] = await groups(joining)
    members = await joining.bridge.store.ledger.occurrences(group.id)
    assert [m.how for m in members] == ["new", "near"]


@pytest.mark.parametrize(
    "other",
    [
        {"comment": "Total stays at zero after removing a garden gloves coupon"},
        {"comment": "Button doesn't work"},
        {"comment": None},
        {"screen": "login"},
        {"screen": "order"},
    ],
)
async def test_nothing_less_than_the_same_words_and_screen_joins(
    joining: House, other: dict[str, Any]
) -> None:
    screen = other.pop("screen", "cart")
    await joining.deliver(feedback(LOCAL, picture("cart")))
    await joining.work()
    await joining.deliver(feedback(LOCAL, picture(screen), minute=90, tester="t2", **other))
    await joining.work()
    assert len(joining.issues(LOCAL)) == 2


async def test_two_testers_at_one_moment_are_joined_or_know_of_each_other(
    house: House,
) -> None:
    await house.deliver(
        *(feedback(LOCAL, picture("cart"), tester=f"t{n}", comment=TOTAL) for n in range(3))
    )
    await house.work()
    third, second, first = sorted(await groups(house), key=lambda g: -len(g.like))
    assert [len(g.like) for g in (third, second, first)] == [2, 1, 0]


async def test_a_job_that_starts_over_changes_nothing(house: House) -> None:
    [submission] = await house.deliver(feedback(LOCAL, picture("cart")))
    await house.work()
    [before] = await groups(house)
    event = house.simulator.appstore.event(submission)
    event["data"]["id"] = "another-delivery"
    await house.take(LOCAL, event)
    await house.work()
    [after] = await groups(house)
    assert after.id == before.id
    assert len(await house.bridge.store.ledger.looks(LOCAL, limit=10)) == 1
