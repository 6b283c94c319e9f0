"""Feedback that is not filed: it says why, and `retry` files it where a route names a tracker."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bridge.model import JobState
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import enter_house
from tests.pipeline.samples import screenshot

APP = "sunrise-local"
UNTAKEN = "no route matches; it waits for one with a tracker, and for `retry`"
ROUTE = "    tracker: local\n"


@pytest.mark.parametrize(
    ("old", "new", "state", "why"),
    [
        (ROUTE, "    action: hold\n", JobState.HELD, "the route says hold, until `retry`"),
        (ROUTE, "    action: ignore\n", JobState.IGNORED, "the route says ignore"),
        ("{app: sunrise-local}", "{app: sunrise-local, build: none}", JobState.HELD, UNTAKEN),
        (ROUTE, ROUTE, JobState.FILED, None),
    ],
)
async def test_feedback_says_why_it_has_no_issue(
    simulator: Simulator, tmp_path: Path, old: str, new: str, state: JobState, why: str | None
) -> None:
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path, **{old: new})
        [submission] = await house.deliver(screenshot(APP))
        await house.work()
        row = await house.row(submission)
    assert (row.state, row.error) == (state, why)


async def test_what_was_held_is_filed_by_retry_and_then_says_no_more(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        held = {ROUTE: "    tracker: local\n    action: hold\n"}
        house = await enter_house(stack, simulator, tmp_path, **held)
        [submission] = await house.deliver(screenshot(APP))
        await house.work()
        assert (await house.row(submission)).state is JobState.HELD
        await house.bridge.store.jobs.retry(submission=submission, states=[JobState.HELD])
        await house.work()
        row = await house.row(submission)
    assert (row.state, row.error) == (JobState.FILED, None)


async def test_retry_without_a_tracker_holds_it_again_and_says_what_is_missing(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path, **{ROUTE: "    action: hold\n"})
        [submission] = await house.deliver(screenshot(APP))
        await house.work()
        await house.bridge.store.jobs.retry(submission=submission, states=[JobState.HELD])
        await house.work()
        row = await house.row(submission)
    assert row.state is JobState.HELD
    assert row.error == UNTAKEN
