"""What people write into `issue.json`, and what becomes of it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import Unreadable
from bridge.model import CloseReason, IssueStatus
from tests.clock import START
from tests.trackers.contract import comment, draft
from tests.trackers.folder.test_contract import FolderHarness

CLOSED_AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


@pytest.fixture
def harness(tmp_path: Path) -> FolderHarness:
    return FolderHarness(tmp_path)


def record(harness: FolderHarness) -> dict[str, Any]:
    return json.loads((harness.root / "FB-0001" / "issue.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"reason": "completed"}, CloseReason.COMPLETED),
        ({"reason": "not planned"}, CloseReason.NOT_PLANNED),
        ({"reason": "not_planned"}, CloseReason.NOT_PLANNED),
        ({"reason": "Won't fix"}, CloseReason.NOT_PLANNED),
        ({"reason": "duplicate"}, CloseReason.DUPLICATE),
        ({"duplicate_of": "FB-0002"}, CloseReason.DUPLICATE),
        ({"reason": "completed", "duplicate_of": "FB-0002"}, CloseReason.COMPLETED),
        ({"reason": None}, CloseReason.COMPLETED),
        ({}, CloseReason.COMPLETED),
    ],
)
async def test_a_reason_is_read_as_people_write_it(
    harness: FolderHarness, typed: dict[str, Any], reason: CloseReason
) -> None:
    issue = await harness.tracker.create(draft(harness))
    harness.edit(issue, lambda table: table.update(state="closed", **typed))

    assert (await harness.tracker.state(issue)).reason is reason


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("2026-11-20T08:30:00Z", CLOSED_AT),
        ("2026-11-20T09:30+01:00", CLOSED_AT),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
async def test_a_time_is_read_as_people_write_it(
    harness: FolderHarness, typed: str, at: datetime
) -> None:
    issue = await harness.tracker.create(draft(harness))
    harness.edit(issue, lambda table: table.update(state="closed", closed_at=typed))

    assert (await harness.tracker.state(issue)).closed_at == at


@pytest.mark.parametrize("typed", [None, "", "yesterday", 5, "0001-01-01T00:00+14:00"])
async def test_without_a_time_it_is_when_the_file_was_written_and_stays_so(
    harness: FolderHarness, typed: object
) -> None:
    issue = await harness.tracker.create(draft(harness))
    harness.edit(issue, lambda table: table.update(state="closed", closed_at=typed))
    at = CLOSED_AT.timestamp()
    os.utime(harness.root / issue.key / "issue.json", (at, at))
    assert (await harness.tracker.state(issue)).closed_at == CLOSED_AT

    await harness.tracker.comment(issue, comment("Still seen in 2.4.0.", op="7"))

    assert (await harness.tracker.state(issue)).closed_at == CLOSED_AT


async def test_a_closing_of_ours_says_when_and_why(harness: FolderHarness) -> None:
    kept = await harness.tracker.create(draft(harness, "g2"))
    extra = await harness.tracker.create(draft(harness))

    await harness.tracker.close_as_duplicate(extra, kept)

    state = await harness.tracker.state(extra)
    assert (state.closed_at, state.duplicate_of) == (START, kept.key)


async def test_a_closing_of_people_stays_as_it_is(harness: FolderHarness) -> None:
    extra = await harness.tracker.create(draft(harness))
    kept = await harness.tracker.create(draft(harness, "g2"))
    await harness.close(extra, CloseReason.NOT_PLANNED)

    await harness.tracker.close_as_duplicate(extra, kept)

    assert (await harness.tracker.state(extra)).reason is CloseReason.NOT_PLANNED


async def test_reopening_leaves_nothing_of_the_closing(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.close(issue, CloseReason.DUPLICATE, of=issue)

    await harness.tracker.reopen(issue, comment("Back.", op="regression:7"))

    assert {"reason", "closed_at", "duplicate_of"}.isdisjoint(record(harness))


async def test_what_people_added_is_kept(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    mine = {"assignee": "the cart team", "estimate": {"days": 2}}
    harness.edit(issue, lambda table: table.update(**mine, comments="Mine.", labels="cart"))

    await harness.tracker.comment(issue, comment("Seen again.", op="7"))

    table = record(harness)
    assert mine.items() <= table.items()
    assert [said["text"] for said in table["comments"]] == ["Mine.", "Seen again."]
    assert table["labels"] == ["cart"]


@pytest.mark.parametrize("broken", ["{", '{"key": 1}', "x"])
async def test_a_record_that_people_broke_is_named_and_nothing_is_written(
    harness: FolderHarness, broken: str
) -> None:
    issue = await harness.tracker.create(draft(harness))
    file, page = harness.root / issue.key / "issue.json", harness.page(issue).read_text("utf-8")
    file.write_text(broken)

    with pytest.raises(Unreadable, match=r"FB-0001.issue\.json"):
        await harness.tracker.reopen(issue, comment("Back.", op="regression:7"))
    with pytest.raises(Unreadable, match=r"FB-0001.issue\.json"):
        await harness.tracker.unlabel(issue, "testflight")

    assert file.read_text() == broken
    assert harness.page(issue).read_text("utf-8") == page


async def test_a_list_that_is_none_is_told_and_kept(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    harness.edit(issue, lambda table: table.update(comments={"mine": "words"}))

    with pytest.raises(Unreadable, match="'comments' should be a list"):
        await harness.tracker.comment(issue, comment("Seen again.", op="7"))

    assert record(harness)["comments"] == {"mine": "words"}


async def test_a_look_tells_an_edit_and_a_deletion_once(harness: FolderHarness) -> None:
    issues = [await harness.tracker.create(draft(harness, f"g{n}")) for n in range(3)]
    mark = (await harness.tracker.changed(issues, "")).mark
    await harness.close(issues[0])
    await harness.delete(issues[1])

    first = await harness.tracker.changed(issues, mark)
    second = await harness.tracker.changed(issues, first.mark)

    assert first.issues == (issues[0], issues[1])
    assert second.issues == ()
    assert (await harness.tracker.state(issues[1])).status is IssueStatus.GONE
