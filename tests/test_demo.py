"""The demo judges itself, and touches nothing that is not its own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.demo import MARK, OURS, judge, run
from bridge.errors import Misconfigured
from bridge.model import IssueRef, JobState, Kind
from bridge.store import StatusRow

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def row(submission: str, issue: str | None) -> StatusRow:
    return StatusRow(
        delivery=None,
        submission=submission,
        app="sunrise-local",
        kind=Kind.CRASH,
        state=JobState.FILED,
        issue=issue and IssueRef(tracker="local", key=issue, url=issue, id=issue),
        group_id=issue,
        attempts=1,
        error=None,
        frozen=None,
        errors=(),
        received_at=AT,
        finished_at=AT,
        job_id=1,
    )


def crash(submission: str, bug: str) -> Mapping[str, Any]:
    return {"id": submission, "kind": "crash", "bug": bug}


def shot(submission: str, bug: str = "words") -> Mapping[str, Any]:
    return {"id": submission, "kind": "screenshot", "bug": bug}


SENT = (shot("s1"), shot("s2"), crash("c1", "cart"), crash("c2", "cart"), crash("c3", "login"))
RIGHT = {"s1": "1", "s2": "2", "c1": "3", "c2": "3", "c3": "4"}


def judged(placed: Mapping[str, str | None], sent: Sequence[Mapping[str, Any]] = SENT) -> list[str]:
    return list(judge([row(s, i) for s, i in placed.items()], sent).wrong)


def test_each_screenshot_alone_and_each_bug_together_is_right() -> None:
    summary = judge([row(s, i) for s, i in RIGHT.items()], SENT)
    assert summary.right
    assert (summary.screenshots, summary.crashes, summary.bugs, summary.issues) == (2, 3, 2, 4)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"s1": None}, ["screenshot s1 has no issue"]),
        ({"c2": "5"}, ["bug cart is in 2 issues"]),
        ({"c3": "3"}, ["3 mixes 2 problems"]),
        ({"s2": "1"}, ["1 mixes 2 problems"]),
        ({"s1": "3"}, ["3 mixes 2 problems"]),
        ({"c2": "4"}, ["bug cart is in 2 issues", "4 mixes 2 problems"]),
    ],
)
def test_what_is_in_the_wrong_issue_is_told(
    change: Mapping[str, str | None], wrong: Sequence[str]
) -> None:
    assert judged({**RIGHT, **change}) == wrong


def test_a_sample_that_never_came_has_no_issue() -> None:
    placed = {s: i for s, i in RIGHT.items() if s != "c3"}
    assert judged(placed) == ["crash c3 has no issue"]
    assert judged({}) == [f"{each['kind']} {each['id']} has no issue" for each in SENT]


def test_nothing_sent_is_nothing_wrong() -> None:
    assert judged({}, ()) == []


@given(st.permutations(list(RIGHT.items())), st.permutations(list(SENT)))
def test_the_order_in_which_things_came_changes_nothing(
    placed: Sequence[tuple[str, str]], sent: Sequence[Mapping[str, Any]]
) -> None:
    assert judged(dict(placed), sent) == []


@given(st.dictionaries(st.sampled_from(list(RIGHT)), st.sampled_from("12345"), min_size=5))
def test_only_the_right_partition_is_right(placed: Mapping[str, str]) -> None:
    def together(a: str, b: str) -> bool:
        return placed[a] == placed[b]

    names = sorted(RIGHT)
    same = all(together(a, b) == (RIGHT[a] == RIGHT[b]) for a in names for b in names)
    assert (judged(placed) == []) == same


async def started(out: Path) -> str:
    """Run the demo where it can't begin, and return why."""
    with pytest.raises(Misconfigured) as caught:
        await run(out=out, port=0, once=True, say=lambda _: None, tell=lambda _: None)
    return str(caught.value)


async def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "data" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("years of work")
    assert "holds other things; name an empty folder with --out" in await started(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert precious.read_text() == "years of work"


async def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("")
    for out in (file, file / "below"):
        assert f"{out} can't be used: " in await started(out)
    assert file.is_file()


async def test_what_an_earlier_demo_left_is_removed_and_nothing_behind_a_link(
    tmp_path: Path,
) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.txt").write_text("years of work")
    (out / "issues" / "OLD-1").mkdir(parents=True)
    (out / "notes.txt").write_text("my own")
    (out / MARK).touch()
    (out / "data").symlink_to(elsewhere)
    (out / "bridge.yaml").mkdir()
    (out / "bridge.yaml" / "x").touch()
    taken = await started_on_a_taken_port(out)
    assert "--port" in taken
    assert not (out / "issues" / "OLD-1").exists()
    assert (out / "notes.txt").read_text() == "my own"
    assert (elsewhere / "thesis.txt").read_text() == "years of work"
    assert {path.name for path in out.iterdir()} <= {*OURS, MARK, "notes.txt"}


async def started_on_a_taken_port(out: Path) -> str:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured) as caught:
            await run(out=out, port=port, once=True, say=lambda _: None, tell=lambda _: None)
    return str(caught.value)


async def test_a_port_that_is_taken_is_told_with_the_option_that_helps(tmp_path: Path) -> None:
    told = await started_on_a_taken_port(tmp_path / "out")
    assert "can't listen on 127.0.0.1:" in told
    assert "here with --port; 0 takes a free one" in told
