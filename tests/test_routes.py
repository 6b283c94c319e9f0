from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bridge.model import Build, CrashFeedback, Device, Kind, ScreenshotFeedback
from bridge.routes import Action, Route, choose, reachable

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def crash(**more: Any) -> CrashFeedback:
    return CrashFeedback(app="sunrise", id="A1", created_at=NOON, **more)


def shot(**more: Any) -> ScreenshotFeedback:
    return ScreenshotFeedback(app="sunrise", id="A2", created_at=NOON, **more)


def routes(*tables: dict[str, object]) -> list[Route]:
    return [Route.model_validate(table) for table in tables]


def test_the_first_matching_route_wins() -> None:
    found = choose(
        routes({"when": {"kind": "crash"}, "tracker": "a"}, {"tracker": "b"}), crash(), tags=()
    )
    assert found is not None
    assert found.tracker == "a"


def test_no_route_is_none() -> None:
    assert choose(routes({"when": {"app": "other"}, "tracker": "a"}), crash(), tags=()) is None


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ({"app": "sun*"}, True),
        ({"app": ["moon", "sunrise"]}, True),
        ({"app": "Sunrise"}, False),
        ({"tags": "retail"}, True),
        ({"tags": ["bank", "ret*"]}, True),
        ({"tags": "bank"}, False),
        ({"kind": "crash"}, True),
        ({"kind": ["screenshot", "crash"]}, True),
        ({"kind": "screenshot"}, False),
        ({"comment": "none"}, True),
        ({"comment": "some"}, False),
        ({"version": "2.4.*"}, True),
        ({"build": "143"}, True),
        ({"build": "14"}, False),
        ({"platform": "IOS"}, True),
        ({"device": "iPad*"}, False),
        ({"os": "26.*"}, True),
        ({"app": "sunrise", "kind": "screenshot"}, False),
    ],
)
def test_every_given_condition_must_hold(when: dict[str, object], matches: bool) -> None:
    feedback = crash(
        comment="  \n",
        build=Build(id="b", number="143", version="2.4.1"),
        device=Device(model="iPhone17,1", platform="IOS", os_version="26.1"),
    )
    found = choose(routes({"when": when, "tracker": "a"}), feedback, tags=["retail"])
    assert (found is not None) is matches


def test_a_condition_on_what_is_unknown_does_not_hold() -> None:
    assert choose(routes({"when": {"build": "*"}, "tracker": "a"}), crash(), tags=()) is None


def test_released_feedback_is_filed_by_the_first_matching_route_with_a_tracker() -> None:
    table = routes({"action": "hold"}, {"when": {"kind": "screenshot"}, "tracker": "a"})
    held = choose(table, shot(), tags=())
    assert held is not None
    assert held.action is Action.HOLD
    released = choose(table, shot(), tags=(), released=True)
    assert released is not None
    assert (released.tracker, released.action) == ("a", Action.FILE)
    assert choose(table, crash(), tags=(), released=True) is None


def test_reachable_routes_end_at_the_one_that_takes_everything() -> None:
    table = routes(
        {"when": {"comment": "none"}, "action": "hold"},
        {"when": {"kind": "crash"}, "tracker": "a"},
        {"tracker": "b"},
        {"tracker": "c"},
    )
    found = reachable(table, app="sunrise", tags=(), kind=Kind.SCREENSHOT)
    assert [r.tracker for r in found] == [None, "b"]
    found = reachable(table, app="sunrise", tags=(), kind=Kind.CRASH)
    assert [r.tracker for r in found] == [None, "a"]


def test_a_route_that_files_needs_a_tracker() -> None:
    with pytest.raises(ValidationError, match="needs a tracker"):
        Route.model_validate({"when": {"kind": "crash"}})
