"""What is the folder tracker's own: its files, atomic steps, people's edits, the disk."""

import asyncio
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import Gone, Misconfigured, Transient, Unreadable
from bridge.model import CloseReason, IssueBlock, IssueStatus, UpdateOutcome
from bridge.trackers.base import Level
from bridge.trackers.folder.files import PARTIAL
from bridge.trackers.folder.shelf import WORKSHOP, Shelf
from tests.clock import START
from tests.trackers.contract import comment, draft, marker
from tests.trackers.folder.test_contract import FolderHarness


@pytest.fixture
def harness(tmp_path: Path) -> FolderHarness:
    return FolderHarness(tmp_path)


def record(harness: FolderHarness, key: str = "FB-0001") -> dict[str, Any]:
    return json.loads((harness.root / key / "issue.json").read_text("utf-8"))


async def test_the_files_are_as_scripts_expect_them(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    picture = harness.keep(b"\x89PNG not really")
    await harness.tracker.attach(issue, [picture])

    assert sorted(f.name for f in (harness.root / "FB-0001").iterdir()) == sorted(
        ["issue.json", "issue.md", picture.name]
    )
    assert record(harness) == {
        "key": "FB-0001",
        "title": "Crash: index out of range in CartView.total",
        "state": "open",
        "marker": marker().text,
        "labels": ["testflight"],
        "comments": [],
        "attachments": [{"name": picture.name, "size": 15, "sha256": picture.sha256}],
    }
    assert (harness.root / "FB-0001" / "issue.md").read_text("utf-8") == (
        "# Crash: index out of range in CartView.total\n\n"
        f"<!-- {marker().text} -->\n"
        "14 crashes, 6 testers\n\nSwift trap: array index out of range.\n"
        f"<!-- {marker().key} end -->\n"
    )
    assert issue.url == (harness.root / "FB-0001" / "issue.md").as_uri()


async def test_many_creates_at_once_get_a_number_each(harness: FolderHarness) -> None:
    issues = await asyncio.gather(
        *(harness.tracker.create(draft(harness, f"g{n}")) for n in range(20))
    )

    assert len({issue.key for issue in issues}) == 20
    for issue in issues:
        assert record(harness, issue.key)["key"] == issue.key


async def test_a_deleted_issues_number_is_not_given_again(harness: FolderHarness) -> None:
    first = await harness.tracker.create(draft(harness))
    await harness.delete(first)

    second = await harness.tracker.create(draft(harness, "g2"))

    assert (first.key, second.key) == ("FB-0001", "FB-0002")


async def test_a_title_from_a_tester_makes_no_path_and_no_markup(harness: FolderHarness) -> None:
    await harness.tracker.create(draft(harness, title="../../x\n# <b> @bob"))

    assert [f.name for f in harness.root.glob("FB-*")] == ["FB-0001"]
    page = (harness.root / "FB-0001" / "issue.md").read_text("utf-8")
    assert page.splitlines()[0] == "# ../../x # &lt;b&gt; @ bob"


STEPS = """
    import os, signal, sys
    from pathlib import Path
    from bridge.model import IssueDraft, Marker
    from bridge.trackers.folder.shelf import Shelf

    draft = IssueDraft(title="t", block="b", marker=Marker(group_id="g", mac="m", op="1"))

    def create(root, left):
        def step(event, args):
            nonlocal left
            if event in ("open", "os.rename", "os.mkdir") and str(root) in str(args[0]):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(step)
        Shelf(root).create(draft, [], before=0)
        os._exit(0)

    for steps in range(100):
        child = os.fork() or create(Path(sys.argv[1], str(steps)), steps)
        if os.waitpid(child, 0)[1] == 0:
            break
"""


def test_a_create_that_is_killed_at_any_step_left_all_or_nothing(tmp_path: Path) -> None:
    """Every file operation in turn is the one that was not begun."""
    mine = replace(marker("g"), mac="m")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    code = [sys.executable, "-c", textwrap.dedent(STEPS), str(tmp_path)]
    subprocess.run(code, check=True, env=environment)

    *killed, done = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))
    assert Shelf(done).find(mine, 0) == "FB-0001"
    assert len(killed) > 5
    for root in killed:
        found = Shelf(root).find(mine, 0)
        assert [f.name for f in root.glob("FB-*")] == ([found] if found else [])
        for key in root.glob("FB-*"):
            assert {f.name for f in key.iterdir()} == {"issue.md", "issue.json"}
        # Path.glob matches hidden folders as well: whoever lists issues so meets no unfinished one.
        assert [f.parent.name for f in root.glob("*/issue.json")] == ([found] if found else [])
    assert not all(Shelf(root).find(mine, 0) for root in killed)


async def test_what_a_crash_left_is_swept_up_later(harness: FolderHarness) -> None:
    await harness.tracker.create(draft(harness))
    workshop = harness.root / WORKSHOP
    old, young = workshop / f"{PARTIAL}old", workshop / f"{PARTIAL}young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "issue.json").write_text("{}")
    now = START.timestamp()  # pyright: ignore[reportAttributeAccessIssue]
    os.utime(old, (now - 7200, now - 7200))
    os.utime(young, (now, now))

    await harness.tracker.create(draft(harness, "g2"))

    assert not old.exists()
    assert young.exists()
    assert (await harness.tracker.fence({})).number == 2


async def test_windows_line_ends_and_other_bytes_of_people_stay(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    page = harness.page(issue)
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n") + b"caf\xe9\r\n")

    outcome = await harness.tracker.update(issue, IssueBlock(block="15", marker=marker(op="9")))

    assert outcome is UpdateOutcome.UPDATED
    assert page.read_bytes() == (
        b"# Crash: index out of range in CartView.total\r\n\r\n"
        + f"<!-- {marker().text} -->\r\n15\r\n<!-- {marker().key} end -->\r\n".encode()
        + b"caf\xe9\r\n"
    )


async def test_a_title_that_people_changed_in_the_page_stays(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    page = harness.page(issue)
    page.write_text(page.read_text("utf-8").replace("# Crash:", "# Cart:"), "utf-8")
    block = IssueBlock(
        block="15", marker=marker(), title="Crash: other", was_title=draft(harness).title
    )

    await harness.tracker.update(issue, block)

    assert page.read_text("utf-8").startswith("# Cart: index out of range")
    assert record(harness)["title"] == draft(harness).title


async def test_an_updated_title_stands_in_both_files(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    block = IssueBlock(
        block="15", marker=marker(), title="Crash: other", was_title=draft(harness).title
    )

    await harness.tracker.update(issue, block)

    assert harness.page(issue).read_text("utf-8").startswith("# Crash: other\n")
    assert record(harness)["title"] == "Crash: other"


async def test_a_comment_stands_in_both_files_once(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.comment(issue, comment("Seen again.", op="2"))
    page = harness.page(issue).read_text("utf-8")
    harness.edit(issue, lambda record: record.update(comments=[]))  # as if killed between the two

    await harness.tracker.comment(issue, comment("Seen again.", op="2"))

    assert harness.page(issue).read_text("utf-8") == page
    assert page.count("Seen again.") == 1
    assert [c["text"] for c in record(harness)["comments"]] == ["Seen again."]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("closed", CloseReason.COMPLETED),
        ("done", CloseReason.COMPLETED),
        ("Not planned", CloseReason.NOT_PLANNED),
        ("closed: duplicate", CloseReason.DUPLICATE),
    ],
)
async def test_people_may_say_why_they_closed_it(
    harness: FolderHarness, state: str, reason: CloseReason
) -> None:
    issue = await harness.tracker.create(draft(harness))
    harness.edit(issue, lambda record: record.update(state=state, labels=["mine"]))

    found = await harness.tracker.state(issue)

    assert (found.status, found.reason) == (IssueStatus.CLOSED, reason)
    assert found.labels == ("mine",)


async def test_a_duplicate_names_the_other_and_can_be_reopened(harness: FolderHarness) -> None:
    kept = await harness.tracker.create(draft(harness))
    extra = await harness.tracker.create(draft(harness, "g2"))
    await harness.tracker.close_as_duplicate(extra, kept)

    assert (await harness.tracker.state(extra)).duplicate_of == "FB-0001"

    await harness.tracker.reopen(extra, comment("It is another one.", op="3"))
    await harness.close(extra)

    found = await harness.tracker.state(extra)
    assert (found.reason, found.duplicate_of) == (CloseReason.COMPLETED, None)


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"key": 1}', b"\xff\xfe", b'{"key": "a"}'])
async def test_a_record_that_people_broke_is_named_and_still_found(
    harness: FolderHarness, broken: bytes
) -> None:
    fence = await harness.tracker.fence({})
    issue = await harness.tracker.create(draft(harness))
    file = harness.root / issue.key / "issue.json"
    whole = file.read_bytes()
    file.write_bytes(broken)

    with pytest.raises(Unreadable, match=r"FB-0001.issue\.json"):
        await harness.tracker.state(issue)
    file.write_bytes(whole[:-5])
    assert (await harness.tracker.find(marker(), fence) or issue).key == "FB-0001"


async def test_other_things_in_the_folder_are_not_issues(harness: FolderHarness) -> None:
    harness.root.mkdir()
    (harness.root / "FB-0003").write_text("a file")
    (harness.root / "FB-0002").mkdir()
    (harness.root / "notes").mkdir()
    (harness.root / ".last-number").write_text("garbage")
    fence = await harness.tracker.fence({})

    issue = await harness.tracker.create(draft(harness))

    assert (fence.number, issue.key) == (3, "FB-0004")
    assert await harness.tracker.find(marker(), replace(fence, number=0)) is not None


@pytest.mark.parametrize(
    "name", ["../x.png", "issue.md", "issue.json", ".hidden", "a/b", "", "a b"]
)
async def test_a_name_that_could_do_harm_is_refused(harness: FolderHarness, name: str) -> None:
    issue = await harness.tracker.create(draft(harness))
    before = sorted(harness.root.rglob("*"))

    (result,) = await harness.tracker.attach(issue, [replace(harness.keep(b"x"), name=name)])

    assert result.url is None
    assert result.error == "its name can't be used here"
    assert sorted(harness.root.rglob("*")) == before


async def test_a_file_that_is_not_what_it_says_is_not_attached(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    lost, changed, taken = (harness.keep(data) for data in (b"lost", b"changed", b"taken"))
    harness.path_of(lost).unlink()
    harness.path_of(changed).write_bytes(b"other")
    (harness.root / issue.key / taken.name).write_bytes(b"mine")

    results = await harness.tracker.attach(issue, [lost, changed, taken])

    assert [result.error for result in results] == [
        "it is not in the attachment store",
        "its content changed in the attachment store",
        "another file has this name",
    ]
    assert record(harness)["attachments"] == []
    assert (harness.root / issue.key / taken.name).read_bytes() == b"mine"


async def test_a_comment_on_a_deleted_issue_says_it_is_gone(harness: FolderHarness) -> None:
    issue = await harness.tracker.create(draft(harness))
    await harness.delete(issue)

    with pytest.raises(Gone, match="FB-0001"):
        await harness.tracker.comment(issue, comment("x", op="2"))
    with pytest.raises(Gone):
        await harness.tracker.comment(replace(issue, id="../.."), comment("x", op="2"))


async def test_a_disk_that_refuses_is_worth_another_try(harness: FolderHarness) -> None:
    harness.root.write_text("a file where the folder should be")

    with pytest.raises(Transient, match="local met the disk: File exists"):
        await harness.tracker.create(draft(harness))
    findings = await harness.tracker.check({})
    assert [f.level for f in findings] == [Level.ERROR]
    assert "can't be written" in findings[0].text


@pytest.mark.parametrize("fields", [{"labels": 3}, {"labels": {"a": 1}}, {"project": "SUN"}])
async def test_fields_of_another_tracker_are_a_wrong_configuration(
    harness: FolderHarness, fields: dict[str, Any]
) -> None:
    with pytest.raises(Misconfigured, match=r"fields\."):
        await harness.tracker.create(draft(harness, fields=fields))
