import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import Gone, Refused
from bridge.model import (
    AttachmentResult,
    Build,
    CrashFeedback,
    Device,
    Feedback,
    IssueRef,
    Kind,
    RemoteScreenshot,
    ScreenshotFeedback,
)
from bridge.model import Tester as Person  # pytest would take the name for a test's
from bridge.store import KeptFeedback, StorageSettings, Store
from tests.clock import START, FakeClock
from tests.store.made import attachment, joining, occurrence

HOSTILE = "mail\ud800 me\0 \u202e {{ 7*7 }} @team"
ISSUE = IssueRef(tracker="local", key="#12", url="https://example.com/12", id="12")


def screenshot_feedback() -> Feedback:
    return ScreenshotFeedback(
        app="sunrise",
        id="S1",
        created_at=START,
        comment=HOSTILE,
        device=Device(model="iPhone17,1", battery_percent=81),
        build=Build(id="b", number="143", version="2.4.1", uploaded_at=START),
        tester=Person(id="t1", email="tester@example.com"),
        screenshots=(RemoteScreenshot(url="https://example.com/1", width=2, expires_at=START),),
    )


async def test_feedback_comes_back_as_it_was_kept(store: Store) -> None:
    crash = CrashFeedback(app="sunrise", id="S2", created_at=START)
    for feedback in (screenshot_feedback(), crash):
        await store.ledger.keep_feedback(
            feedback, files=[attachment("a")], log=attachment("log"), notes=["one"]
        )

    assert await store.ledger.feedback("sunrise", "S1") == KeptFeedback(
        feedback=screenshot_feedback(),
        files=(attachment("a"),),
        log=attachment("log"),
        notes=("one",),
    )
    kept = await store.ledger.feedback("sunrise", "S2")
    assert kept is not None
    assert kept.feedback == crash
    assert await store.ledger.feedback("other", "S1") is None


async def test_feedback_kept_again_replaces_all_but_the_log(store: Store) -> None:
    await store.ledger.keep_feedback(
        screenshot_feedback(), files=[], log=attachment("log"), notes=["old"]
    )
    await store.ledger.keep_feedback(screenshot_feedback(), files=[], log=None, notes=["new"])

    kept = await store.ledger.feedback("sunrise", "S1")
    assert kept is not None
    assert (kept.log, kept.notes) == (attachment("log"), ("new",))


async def test_a_record_of_a_later_version_is_still_read(store: Store, tmp_path: Path) -> None:
    await store.ledger.keep_feedback(screenshot_feedback(), files=[], log=None, notes=[])
    async with store._database.writing() as connection:
        await connection.exec_driver_sql(
            "UPDATE feedback SET record = replace(record, '\"device\": {', "
            '\'"mood": "fine", "device": {"colour": "blue", \')'
        )

    kept = await store.ledger.feedback("sunrise", "S1")

    assert kept is not None
    assert kept.feedback == screenshot_feedback()


async def test_a_late_log_is_the_occurrences_too(store: Store) -> None:
    await store.ledger.keep_feedback(screenshot_feedback(), files=[], log=None, notes=[])
    group = await store.ledger.join(occurrence("S1"), **joining())

    await store.ledger.keep_log("sunrise", "S1", attachment("log"))

    kept = await store.ledger.feedback("sunrise", "S1")
    assert kept is not None
    assert kept.log == attachment("log")
    assert [each.log for each in await store.ledger.occurrences(group.id)] == [attachment("log")]


async def test_a_log_of_feedback_that_is_not_kept_is_refused(store: Store) -> None:
    with pytest.raises(Gone):
        await store.ledger.keep_log("sunrise", "S1", attachment("log"))


async def test_only_the_feedbacks_own_row_says_who_the_tester_is(
    store: Store, tmp_path: Path
) -> None:
    await store.ledger.keep_feedback(screenshot_feedback(), files=[], log=None, notes=[])
    await store.ledger.join(occurrence("S1", tester_key="k"), **joining("v1:a"))

    with sqlite3.connect(tmp_path / "data/bridge.db") as connection:
        dump = [line for line in connection.iterdump() if "tester@example.com" in line]
    connection.close()
    assert len(dump) == 1
    assert dump[0].startswith('INSERT INTO "feedback"')


async def test_the_first_of_a_problem_opens_a_group(store: Store, clock: FakeClock) -> None:
    group = await store.ledger.join(occurrence("S1"), **joining("v1:a"))

    assert (group.app, group.kind, group.tracker, group.opened_by, group.created_at) == (
        "sunrise",
        Kind.CRASH,
        "local",
        "S1",
        clock.now(),
    )
    assert group.issue is None


async def test_a_known_key_joins_and_brings_its_other_keys(store: Store) -> None:
    first = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    second = await store.ledger.join(occurrence("S2", minutes=1), **joining("v2:x", "v1:a"))
    third = await store.ledger.join(occurrence("S3", minutes=2), **joining("v2:x"))

    assert first == second == third
    members = await store.ledger.occurrences(first.id)
    assert [each.feedback_id for each in members] == ["S1", "S2", "S3"]
    assert {each.group_id for each in members} == {first.id}


async def test_groups_never_cross_apps(store: Store) -> None:
    one = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    two = await store.ledger.join(occurrence("S2", app="other"), **joining("v1:a"))

    assert one.id != two.id
    assert await store.ledger.known("third", ["v1:a"]) is None
    with pytest.raises(Refused):
        await store.ledger.merge(one.id, into=two.id)


async def test_feedback_joins_once(store: Store) -> None:
    first = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    await store.ledger.join(occurrence("S2"), **joining("v1:b"))

    again = await store.ledger.join(occurrence("S1"), **joining("v1:b"))

    assert again == first
    assert len(await store.ledger.occurrences(first.id)) == 1


async def test_feedback_without_keys_is_a_group_of_its_own(store: Store) -> None:
    one = await store.ledger.join(occurrence("S1"), **joining(kind=Kind.SCREENSHOT))
    two = await store.ledger.join(occurrence("S2"), **joining(kind=Kind.SCREENSHOT))

    assert one.id != two.id


async def test_many_at_once_with_one_key_get_one_group(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    second = await Store.open(StorageSettings(), base=tmp_path, clock=clock)

    groups = await asyncio.gather(
        *(
            each.ledger.join(occurrence(f"S{n}-{at}"), **joining("v1:a"))
            for n in range(15)
            for at, each in enumerate((store, second))
        )
    )
    await second.aclose()

    assert len({group.id for group in groups}) == 1
    assert len(await store.ledger.occurrences(groups[0].id)) == 30


@pytest.mark.parametrize("thought", ["new", "near"])
async def test_whose_key_was_taken_meanwhile_joined_by_it(store: Store, thought: str) -> None:
    first = await store.ledger.join(occurrence("S1", how="new"), **joining("v1:a"))
    await store.ledger.join(occurrence("S2", minutes=1, how=thought), **joining("v1:a"))

    members = await store.ledger.occurrences(first.id)
    assert [each.how for each in members] == ["new", "exact"]


async def test_an_earlier_key_is_asked_first(store: Store) -> None:
    one = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    two = await store.ledger.join(occurrence("S2"), **joining("v1:b"))

    assert await store.ledger.known("sunrise", ["v1:b", "v1:a"]) == two
    assert await store.ledger.known("sunrise", ["v1:none", "v1:a"]) == one
    assert await store.ledger.known("sunrise", []) is None


async def test_a_key_stays_with_its_owner(store: Store) -> None:
    one = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    two = await store.ledger.join(occurrence("S2"), **joining())

    await store.ledger.add_keys(two.id, ["v1:a", "v1:b"])

    assert await store.ledger.known("sunrise", ["v1:a"]) == one
    assert await store.ledger.known("sunrise", ["v1:b"]) == two


async def test_a_merged_groups_keys_and_occurrences_are_the_other_ones(store: Store) -> None:
    old = await store.ledger.join(occurrence("S1"), **joining("v1:a"))
    middle = await store.ledger.join(occurrence("S2"), **joining("v1:b"))
    new = await store.ledger.join(occurrence("S3"), **joining("v1:c"))

    await store.ledger.merge(old.id, into=middle.id)
    await store.ledger.merge(middle.id, into=new.id)
    await store.ledger.merge(old.id, into=middle.id)

    assert (await store.ledger.group(old.id)).merged_into == new.id
    assert await store.ledger.known("sunrise", ["v1:a"]) == new
    assert await store.ledger.group_of("sunrise", "S1") == new
    assert await store.ledger.join(occurrence("S1"), **joining("v1:a")) == new
    assert {each.feedback_id for each in await store.ledger.occurrences(new.id)} == {
        "S1",
        "S2",
        "S3",
    }
    with pytest.raises(Refused):
        await store.ledger.merge(new.id, into=old.id)


async def test_what_could_not_be_set_in_an_issue_is_noted_with_its_group(store: Store) -> None:
    group = await store.ledger.join(occurrence("S1"), **joining())
    await store.ledger.add_notes(group.id, ["a", "b"])

    filed = await store.ledger.set_issue(
        group.id, replace(ISSUE, notes=("b", "c")), title="Crash: somewhere"
    )

    assert (filed.issue, filed.title, filed.notes) == (ISSUE, "Crash: somewhere", ("a", "b", "c"))
    assert await store.ledger.group(group.id) == filed


async def test_writing_our_block_is_remembered(store: Store, clock: FakeClock) -> None:
    group = await store.ledger.join(occurrence("S1"), **joining())
    await store.ledger.set_issue(group.id, ISSUE, title="one")

    await store.ledger.set_block(group.id, title=None, at=clock.now())
    assert (await store.ledger.group(group.id)).title == "one"
    await store.ledger.set_block(group.id, title="two", at=clock.now() + timedelta(seconds=5))

    written = await store.ledger.group(group.id)
    assert (written.title, written.updated_at) == ("two", clock.now() + timedelta(seconds=5))


async def test_the_first_reason_to_leave_an_issue_alone_stays(store: Store) -> None:
    group = await store.ledger.join(occurrence("S1"), **joining())
    await store.ledger.freeze(group.id, "our block was taken out")
    await store.ledger.freeze(group.id, "something else")

    assert (await store.ledger.group(group.id)).frozen == "our block was taken out"


async def test_an_unknown_group_is_gone(store: Store, clock: FakeClock) -> None:
    for call in (
        store.ledger.group("?"),
        store.ledger.add_keys("?", ["v1:a"]),
        store.ledger.set_issue("?", ISSUE, title=""),
        store.ledger.set_block("?", title=None, at=clock.now()),
        store.ledger.freeze("?", ""),
        store.ledger.add_notes("?", []),
        store.ledger.record_files("?", []),
    ):
        with pytest.raises(Gone):
            await call


async def test_groups_are_listed_newest_first(store: Store, clock: FakeClock) -> None:
    for name, app in (("S1", "one"), ("S2", "two"), ("S3", "one")):
        await store.ledger.join(occurrence(name, app=app), **joining())
        clock.advance(1)

    assert [g.opened_by for g in await store.ledger.groups()] == ["S3", "S2", "S1"]
    assert [g.opened_by for g in await store.ledger.groups(app="one")] == ["S3", "S1"]
    assert [g.opened_by for g in await store.ledger.groups(limit=1)] == ["S3"]


async def test_a_later_result_for_a_file_replaces_the_earlier(store: Store) -> None:
    group = await store.ledger.join(occurrence("S1"), **joining())
    failed = AttachmentResult(attachment=attachment("a"), error="409")
    other = AttachmentResult(attachment=attachment("a", feedback_id="S2"), url="u2")
    there = AttachmentResult(attachment=attachment("a"), url="u1")

    await store.ledger.record_files(group.id, [failed, other])
    await store.ledger.record_files(group.id, [there])

    assert await store.ledger.files(group.id) == [there, other]
