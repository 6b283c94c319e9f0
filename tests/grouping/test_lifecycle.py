"""What an issue's group does next, step by step."""

from dataclasses import replace
from datetime import datetime

import pytest

from bridge.grouping import lifecycle
from bridge.grouping.lifecycle import (
    MUTE,
    NOT_THE_SAME,
    Follow,
    Freeze,
    MergeInto,
    Post,
    Remember,
    Renew,
    Rest,
    Step,
    TakeApart,
    Tell,
    Unlabel,
    Write,
    label_like,
    next_step,
)
from bridge.grouping.milestones import begun
from bridge.grouping.regression import LONG_AGO
from bridge.model import CloseReason, History, IssueState, IssueStatus, KnownBuild, Occurrence
from bridge.routes import OnRegression
from tests.grouping.situations import (
    DAY,
    HOUR,
    ISSUE,
    NEWER,
    NOON,
    OPEN,
    closed,
    known,
    occurrence,
    situation,
)


@pytest.mark.parametrize(
    "label",
    ["testflight: not the same", "TestFlight:Not-The-Same", "testflight_not_the_same",
     "testflight:not the same", "testflight-not-the-same"],
)  # fmt: skip
def test_a_label_is_known_however_it_is_written(label: str) -> None:
    assert label_like(NOT_THE_SAME, ["bug", label]) == label
    assert label_like(MUTE, ["bug", label]) is None


def test_a_deleted_issue_is_left_alone_and_a_moved_one_is_followed() -> None:
    gone = IssueState(status=IssueStatus.GONE)
    assert next_step(situation(gone)) == Freeze(lifecycle.DELETED)
    assert next_step(situation(gone, frozen=lifecycle.DELETED)) == Rest()
    there = replace(ISSUE, key="#9")
    moved = IssueState(status=IssueStatus.MOVED, moved_to=there)
    assert next_step(situation(moved)) == Follow(there)


def test_what_is_seen_is_remembered_first() -> None:
    now = situation(closed(CloseReason.NOT_PLANNED, labels=(MUTE,)))
    blank = replace(now, group=replace(now.group, history=begun(History(), now.occurrences)))
    step = next_step(blank)
    assert isinstance(step, Remember)
    assert (step.history.seen, step.history.seen_reason) == (
        IssueStatus.CLOSED,
        CloseReason.NOT_PLANNED,
    )
    assert (step.history.seen_at, step.history.muted) == (blank.now, True)


def test_a_newer_build_of_a_closed_problem_is_a_regression() -> None:
    step = next_step(situation(closed(), occurrence(0), NEWER))
    assert isinstance(step, Tell)
    assert step.history.reopening
    assert [news.value for news in step.history.telling] == ["150"]
    assert step.history.telling[0].since == "2026-11-25"


@pytest.mark.parametrize(
    ("why", "member"),
    [
        ("uploaded before", replace(NEWER, build_uploaded_at=NOON)),
        ("nobody knows when", replace(NEWER, build_uploaded_at=None)),
        ("an older line", replace(NEWER, version="2.3.10")),
    ],
)
def test_these_only_count(why: str, member: Occurrence) -> None:
    now = situation(closed(), occurrence(0), member, history=begun(History(), (NEWER, member)))
    assert next_step(now) == Write(), why


def test_versions_of_then_are_compared_number_by_number() -> None:
    then = occurrence(0, version="2.9")
    assert isinstance(next_step(situation(closed(), then, replace(NEWER, version="2.10"))), Tell)
    assert isinstance(next_step(situation(closed(), then, replace(NEWER, version="2.9.0"))), Tell)
    lower = replace(NEWER, version="2.8")
    assert next_step(situation(closed(), then, lower)) == Write()


def test_what_others_know_of_a_build_counts() -> None:
    undated = replace(NEWER, build_uploaded_at=None)
    builds = known((occurrence(0), NEWER))
    assert isinstance(next_step(situation(closed(), occurrence(0), undated, builds=builds)), Tell)


def test_another_platforms_versions_do_not_matter() -> None:
    mac = KnownBuild(version="9.0", build="1", platform="MAC_OS", uploaded_at=NOON - HOUR)
    phone = replace(NEWER, platform="IOS")
    builds = [mac, *known((occurrence(0, platform="IOS"), phone))]
    now = situation(closed(), occurrence(0, platform="IOS"), phone, builds=builds)
    assert isinstance(next_step(now), Tell)


def test_the_route_says_what_becomes_of_a_regression() -> None:
    def step(policy: OnRegression, now: datetime = NOON + 2 * DAY) -> Step:
        return next_step(situation(closed(), occurrence(0), NEWER, on_regression=policy, now=now))

    comment = step(OnRegression.COMMENT)
    assert isinstance(comment, Tell)
    assert not comment.history.reopening
    assert isinstance(step(OnRegression.NEW_LINKED), Renew)
    just_before = NOON + DAY + LONG_AGO - HOUR
    assert isinstance(step(OnRegression.REOPEN, just_before), Tell)
    assert isinstance(step(OnRegression.REOPEN, just_before + HOUR), Renew)


@pytest.mark.parametrize("reason", [CloseReason.NOT_PLANNED, CloseReason.DUPLICATE])
def test_what_people_will_not_do_stays_closed(reason: CloseReason) -> None:
    assert next_step(situation(closed(reason), occurrence(0), NEWER)) == Write()


def test_a_duplicate_of_an_issue_of_ours_is_merged_even_if_it_is_muted() -> None:
    state = closed(CloseReason.DUPLICATE, duplicate_of="#2", labels=(MUTE,))
    assert next_step(situation(state, duplicated="g2")) == MergeInto("g2")


def test_who_closes_an_issue_again_before_it_was_reopened_has_the_last_word() -> None:
    begun_ = next_step(situation(closed(), occurrence(0), NEWER))
    assert isinstance(begun_, Tell)
    for state, reopens in (
        (closed(), True),
        (OPEN, True),
        (closed(closed_at=NOON + 3 * DAY), False),
        (closed(CloseReason.NOT_PLANNED), False),
    ):
        step = next_step(situation(state, occurrence(0), NEWER, history=begun_.history))
        assert step == Post(begun_.history.telling, reopen=reopens)


def test_the_newest_crash_that_the_issue_showed_is_taken_out() -> None:
    state = replace(OPEN, labels=(NOT_THE_SAME,))
    ones = (occurrence(0, exact="x0"), occurrence(1, exact="x1"), occurrence(9, exact="x9"))
    step = next_step(situation(state, *ones, updated_at=NOON + 2 * HOUR))
    assert step == TakeApart((ones[1],), ("x1",))
    assert next_step(situation(state, *ones)) == TakeApart((ones[2],), ("x9",))
    assert next_step(situation(state, *ones, undone=True)) == Unlabel(NOT_THE_SAME)
    assert next_step(situation(state, ones[0])) == Unlabel(NOT_THE_SAME)


def test_both_reports_of_one_crash_are_taken_out_and_never_all() -> None:
    state = replace(OPEN, labels=(NOT_THE_SAME,))
    twice = occurrence(1, incident="incident:1"), occurrence(2, incident="incident:1")
    step = next_step(situation(state, occurrence(0), *twice))
    assert step == TakeApart(twice, ("incident:1",))
    assert next_step(situation(state, *twice)) == Unlabel(NOT_THE_SAME)


def test_a_stack_that_others_have_stays_with_them() -> None:
    state = replace(OPEN, labels=(NOT_THE_SAME,))
    step = next_step(situation(state, occurrence(0, exact="x"), occurrence(1, exact="x")))
    assert isinstance(step, TakeApart)
    assert step.keys == ()
