from datetime import timedelta
from typing import Any

import pytest

from bridge.errors import Gone
from bridge.model import Group, History, IssueRef, KnownBuild, News, NewsKind, Occurrence, Trace
from bridge.store import Store
from tests.clock import START, FakeClock
from tests.store.made import joining, occurrence

ISSUE = IssueRef(tracker="local", key="#12", url="https://example.com/12", id="12")
TRACE = Trace(family="swift.bounds", frames=("App!a", "App!b"))


async def members(store: Store, group: Group) -> list[str]:
    return [o.feedback_id for o in await store.ledger.occurrences(group.id)]


def asking(*keys: str) -> dict[str, Any]:
    return {**joining("v1:a"), "ask": keys}


async def three(store: Store) -> Group:
    for n, exact in ((1, "x1"), (2, "x2"), (3, "x2")):
        await store.ledger.join(
            occurrence(f"S{n}", minutes=n, exact=exact, how="exact"), **joining("v1:a")
        )
    group = await store.ledger.known("sunrise", ["v1:a"])
    assert group is not None
    return group


async def test_what_is_taken_apart_is_a_group_of_its_own(store: Store) -> None:
    group = await three(store)
    new = await store.ledger.take_apart(group.id, ["S2", "S3"], keys=["x2"])

    assert (new.opened_by, new.app, new.tracker, new.issue) == ("S2", "sunrise", "local", None)
    assert await members(store, group) == ["S1"]
    assert await members(store, new) == ["S2", "S3"]
    assert {o.how for o in await store.ledger.occurrences(new.id)} == {"apart"}
    assert await store.ledger.group(new.id) == new
    assert new.history.apart_from == group.id
    assert (await store.ledger.group(group.id)).history.undone


async def test_kin_of_what_is_taken_apart_follow_it_and_others_do_not(store: Store) -> None:
    group = await three(store)
    new = await store.ledger.take_apart(group.id, ["S2", "S3"], keys=["x2"])

    kin = await store.ledger.join(occurrence("S4"), **asking("x2", "v1:a"))
    other = await store.ledger.join(occurrence("S5"), **asking("x9", "v1:a"))

    assert (kin.id, other.id) == (new.id, group.id)


async def test_a_key_of_a_third_group_stays_there(store: Store) -> None:
    group = await three(store)
    third = await store.ledger.join(occurrence("S9"), **joining("x2"))
    await store.ledger.take_apart(group.id, ["S3"], keys=["x2"])

    assert await store.ledger.known("sunrise", ["x2"]) == third


async def test_a_group_forgets_the_stacks_that_leave_it(store: Store) -> None:
    group = await three(store)
    for exact in ("x1", "x2"):
        await store.ledger.keep_trace(group.id, exact, TRACE, frames=TRACE.frames, most=5)
    await store.ledger.take_apart(group.id, ["S2", "S3"], keys=["x2"])

    assert set(await store.ledger.traces(group.id)) == {"x1"}


async def test_groups_that_wait_for_their_issue_are_found_again(store: Store) -> None:
    group = await three(store)
    new = await store.ledger.take_apart(group.id, ["S3"], keys=[])

    assert await store.ledger.unfiled_apart_from(group.id) == [new]
    await store.ledger.set_issue(new.id, ISSUE, title="t")
    assert await store.ledger.unfiled_apart_from(group.id) == []


async def test_what_is_back_takes_over_keys_stacks_and_the_newer_crashes(store: Store) -> None:
    group = await three(store)
    await store.ledger.keep_trace(group.id, "x1", TRACE, frames=TRACE.frames, most=5)
    news = News(kind=NewsKind.REGRESSION, value="150")
    await store.ledger.set_history(group.id, History(telling=(news,), reopening=True))
    new = await store.ledger.renew(group.id, ["S3"], closing=START)

    assert await members(store, group) == ["S1", "S2"]
    assert await members(store, new) == ["S3"]
    assert await store.ledger.known("sunrise", ["v1:a"]) == new
    assert set(await store.ledger.traces(new.id)) == {"x1"}
    assert new.history == History(back_from=group.id)
    old = (await store.ledger.group(group.id)).history
    assert old == History(closing=START, succeeded_by=new.id)


async def test_what_still_finds_the_old_group_follows_to_the_new_one(store: Store) -> None:
    group = await three(store)
    new = await store.ledger.renew(group.id, ["S3"], closing=START)
    again = await store.ledger.renew(group.id, ["S2"], closing=START)

    assert again.id == new.id
    assert await members(store, new) == ["S2", "S3"]


async def test_another_closing_makes_another_group(store: Store) -> None:
    group = await three(store)
    new = await store.ledger.renew(group.id, ["S3"], closing=START)
    later = await store.ledger.renew(group.id, ["S2"], closing=START + timedelta(days=1))

    assert len({group.id, new.id, later.id}) == 3


async def test_a_group_that_took_over_and_was_merged_back_is_the_old_one(store: Store) -> None:
    group = await three(store)
    new = await store.ledger.renew(group.id, ["S3"], closing=START)
    await store.ledger.merge(new.id, into=group.id)
    same = await store.ledger.renew(group.id, ["S3"], closing=START)

    assert same.id == group.id
    assert await members(store, group) == ["S1", "S2", "S3"]
    assert (await store.ledger.group(group.id)).history.succeeded_by is None


async def test_feedback_that_left_can_not_leave_again(store: Store) -> None:
    group = await three(store)
    await store.ledger.take_apart(group.id, ["S3"], keys=[])
    with pytest.raises(Gone):
        await store.ledger.take_apart(group.id, ["S3"], keys=[])
    with pytest.raises(Gone):
        await store.ledger.renew(group.id, ["S3"], closing=START)
    with pytest.raises(Gone):
        await store.ledger.renew("nobody", ["S3"], closing=START)


async def test_a_late_log_says_what_its_crash_is(store: Store) -> None:
    group = await store.ledger.join(occurrence("S1"), **joining())
    await store.ledger.recognise("sunrise", "S1", incident="incident:1", exact="x1")
    await store.ledger.recognise("sunrise", "nobody", incident=None, exact=None)

    [known] = await store.ledger.occurrences(group.id)
    assert (known.incident, known.exact) == ("incident:1", "x1")


async def test_builds_are_known_of_all_an_apps_feedback(store: Store) -> None:
    def of(name: str, version: str, build: str, days: int) -> Occurrence:
        uploaded = START + timedelta(days=days)
        return occurrence(name, version=version, build=build, build_uploaded_at=uploaded)

    for one in (of("S1", "2.4", "9", 2), of("S2", "2.4", "10", 1), of("S3", "2.4", "9", 2)):
        await store.ledger.join(one, **joining())
    await store.ledger.join(occurrence("S4", build="11", version="2.5"), **joining())
    await store.ledger.join(occurrence("S5", app="other", build="1"), **joining())

    assert await store.ledger.builds("sunrise") == [
        KnownBuild(version="2.4", build="10", platform=None, uploaded_at=START + timedelta(days=1)),
        KnownBuild(version="2.4", build="9", platform=None, uploaded_at=START + timedelta(days=2)),
    ]


async def test_the_issues_that_are_watched_were_active_last(store: Store, clock: FakeClock) -> None:
    groups: list[Group] = []
    for n in range(5):
        group = await store.ledger.join(occurrence(f"S{n}"), **joining(f"v1:{n}"))
        if n:
            await store.ledger.set_issue(group.id, ISSUE, title="t")
        groups.append(group)
        clock.advance(1)
    await store.ledger.set_block(groups[1].id, title=None, at=clock.now())
    await store.ledger.freeze(groups[2].id, "our block was taken out")

    watched = await store.ledger.watched("local", limit=9)
    assert [g.id for g in watched] == [groups[1].id, groups[4].id, groups[3].id]
    assert [g.id for g in await store.ledger.watched("local", limit=1)] == [groups[1].id]
    assert await store.ledger.watched("elsewhere", limit=9) == []
    await store.ledger.merge(groups[1].id, into=groups[4].id)
    assert [g.id for g in await store.ledger.watched("local", limit=1)] == [groups[4].id]


async def test_a_group_is_found_by_what_people_call_its_issue(store: Store) -> None:
    one = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    two = await store.ledger.join(occurrence("S2"), **joining("v1:b"))
    ref = IssueRef(tracker="jira", key="SUN-1", url="https://example.com/SUN-1", id="1")
    await store.ledger.set_issue(one.id, ref, title="t")

    found = await store.ledger.of_issue("sunrise", "jira", " sun-1")
    assert found is not None
    assert found.id == one.id
    assert await store.ledger.of_issue("other", "jira", "SUN-1") is None
    assert await store.ledger.of_issue("sunrise", "local", "SUN-1") is None
    await store.ledger.merge(one.id, into=two.id)
    assert await store.ledger.of_issue("sunrise", "jira", "SUN-1") == two
    assert (await store.ledger.living(one.id)) == two
