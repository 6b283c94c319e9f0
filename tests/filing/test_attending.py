"""What a group's job does for people and testers."""

from datetime import timedelta

import pytest

from bridge.errors import Forbidden, Refused
from bridge.model import CloseReason, Group, IssueStatus
from tests.filing.office import Office
from tests.filing.stories import (
    NOT_THE_SAME,
    close,
    first,
    in_a_new_version,
    label,
    renewed,
    reopened,
    taken_apart,
)


async def test_a_muted_issue_is_neither_edited_nor_commented_until_it_is_not(
    office: Office,
) -> None:
    await first(office)
    label(office, "S-1", "TestFlight:Mute")
    await office.crash("A2", build="150", version="2.5", tester="t2")
    await office.work()
    assert not office.tracker.writes.total()
    assert not office.tracker.comments
    group = await only_group(office)
    assert group.history.muted
    assert len(await office.store.ledger.occurrences(group.id)) == 2
    label(office, "S-1")
    await office.rounds.soon(group)
    await office.work()
    assert office.tracker.writes["S-1"] == 1
    assert len(office.tracker.comments) == 1


@pytest.mark.parametrize("reason", [CloseReason.NOT_PLANNED, CloseReason.DUPLICATE])
async def test_what_people_will_not_do_counts_and_stays_closed(
    office: Office, reason: CloseReason
) -> None:
    await first(office)
    close(office, "S-1", reason, duplicate_of="ELSEWHERE-7")
    await office.crash("A2", build="150", version="2.5")
    await office.work()
    assert office.tracker.states["S-1"].status is IssueStatus.CLOSED
    assert not office.tracker.comments
    assert "2 crashes" in office.tracker.blocks["S-1"]
    await only_group(office)


async def test_an_older_build_only_counts(office: Office) -> None:
    old = office.clock.now()
    await first(office)
    close(office, "S-1", CloseReason.COMPLETED)
    await office.crash("A2", build="141", uploaded=old)
    await office.crash("A3", build="160", version="2.3.9")  # an old line, without the fix
    await office.work()
    assert not office.tracker.reopened
    assert "3 crashes" in office.tracker.blocks["S-1"]


async def test_a_regression_is_handled_once_a_closing(office: Office) -> None:
    await reopened(office)
    await office.work()
    await office.crash("A3", build="143")
    await office.work()
    assert office.tracker.reopened == ["S-1"]
    close(office, "S-1", CloseReason.COMPLETED)
    await office.crash("A4", build="143", uploaded=office.clock.now() - timedelta(days=1))
    await office.work()
    assert office.tracker.reopened == ["S-1"]
    await office.crash("A5", build="144")
    await office.work()
    assert office.tracker.reopened == ["S-1", "S-1"]
    assert len(office.tracker.comments) == 2


async def test_many_occurrences_are_few_writes(office: Office) -> None:
    await first(office)
    for n in range(40):
        await office.crash(f"B{n}", tester="t1")
        office.clock.advance(1)
    await office.work()
    assert "41 crashes" in office.tracker.blocks["S-1"]
    assert office.tracker.writes["S-1"] <= 2


async def test_milestones_of_one_day_are_one_comment(office: Office) -> None:
    await first(office)
    for n in range(12):
        await office.crash(f"B{n}", tester=f"b{n}", version="2.5", build="150")
    await office.work()
    [(_, _, text)] = office.tracker.comments
    assert "10 testers" in text
    assert "2.5" in text
    started = office.clock.now()
    for n in range(60):
        await office.crash(f"C{n}", tester=f"c{n}", version=f"2.{6 + n % 3}", build="160")
    await office.work()
    assert len(office.tracker.comments) == 2
    assert office.clock.now() - started > timedelta(hours=23)
    assert "2.8" in office.tracker.comments[1][2]
    assert "2.7" not in office.tracker.comments[1][2]


async def test_kin_of_what_was_taken_apart_follow_it(office: Office) -> None:
    await taken_apart(office)
    await office.work()
    await office.crash("A4", exact="x:1")
    await office.crash("A5", exact="x:9")
    await office.work()
    members = {
        g.issue.key: len(await office.store.ledger.occurrences(g.id))
        for g in await office.store.ledger.groups()
        if g.issue
    }
    assert members == {"S-1": 4, "S-2": 1}
    assert "Taken out of" in office.tracker.issues[1][1].block


async def test_a_crash_with_a_stack_of_its_own_takes_its_kin_along(office: Office) -> None:
    await first(office, exact="x:1")
    await office.crash("A2", exact="x:2")
    await office.work()
    label(office, "S-1", "testflight-not-the-same")
    await office.rounds.soon(await only_group(office))
    await office.work()
    kin = await office.crash("A3", exact="x:2")
    await office.work()
    assert kin.issue is not None
    assert kin.issue.key == "S-2"
    assert office.tracker.states["S-1"].labels == ()


async def test_the_only_crash_stays_and_its_label_goes(office: Office) -> None:
    group = await first(office)
    label(office, "S-1", NOT_THE_SAME)
    await office.rounds.soon(group)
    await office.work()
    assert office.tracker.states["S-1"].labels == ()
    assert len(office.tracker.issues) == 1


@pytest.mark.parametrize("refusal", [Refused("not on the edit screen"), Forbidden("read-only")])
async def test_a_label_that_can_not_be_taken_off_is_acted_on_once(
    office: Office, refusal: Refused | Forbidden
) -> None:
    office.tracker.refuses["unlabel"] = refusal
    await first(office)
    await office.crash("A2")
    await office.work()
    label(office, "S-1", NOT_THE_SAME)
    for name in ("A3", "A4"):
        await office.crash(name)
        await office.work()
    assert len(office.tracker.issues) == 2
    group = await office.store.ledger.of_issue("sunrise", "scripted", "S-1")
    assert group is not None
    assert str(refusal) in " ".join(group.notes)
    assert "3 crashes" in office.tracker.blocks["S-1"]


async def test_an_issue_that_may_not_be_opened_again_is_filed_anew(office: Office) -> None:
    office.tracker.refuses["reopen"] = Forbidden("the token may not")
    await reopened(office)
    await office.work()
    assert [ref.key for ref, _ in office.tracker.issues] == ["S-1", "S-2"]
    assert "is back" in office.tracker.issues[1][1].block
    assert not office.tracker.comments


async def test_a_comment_that_may_not_be_posted_is_noted_and_not_tried_again(
    office: Office,
) -> None:
    office.tracker.refuses["comment"] = Forbidden("the conversation is locked")
    await in_a_new_version(office)
    await office.work()
    group = await only_group(office)
    assert "the conversation is locked" in " ".join(group.notes)
    assert not group.history.telling
    assert "2 crashes" in office.tracker.blocks["S-1"]


async def test_two_issues_that_people_closed_for_each_other_keep_one_group_each(
    office: Office,
) -> None:
    await renewed(office)
    await office.work()
    close(office, "S-2", CloseReason.DUPLICATE, duplicate_of="S-1")
    await office.crash("A3", build="150")
    await office.work()
    group = await office.store.ledger.of_issue("sunrise", "scripted", "S-2")
    assert group is not None
    assert group.issue is not None
    assert group.issue.key == "S-1"
    assert len(await office.store.ledger.occurrences(group.id)) == 3
    assert len(office.tracker.issues) == 2


async def only_group(office: Office) -> Group:
    [group] = await office.store.ledger.groups()
    return group
