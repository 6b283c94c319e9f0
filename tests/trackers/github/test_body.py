"""The marker, the marks, and what stands between and around them."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.model import Marker
from bridge.trackers.github import body
from tests.trackers.contract import marker

TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("<!-> feedback-bridge:begin end;\n\r`&")), st.characters()
    ),
    max_size=200,
)


def test_a_body_is_marker_begin_block_end() -> None:
    assert body.compose("14 crashes", Marker(group_id="g1", mac="ab12", op="7")) == (
        "<!-- feedback-bridge:v1 group=g1 mac=ab12 op=7 -->\n"
        "<!-- feedback-bridge:begin -->\n"
        "14 crashes\n"
        "<!-- feedback-bridge:end; text below is yours -->\n"
    )


def test_marker_and_marks_fit_in_the_overhead() -> None:
    longest = Marker(group_id="g" * 64, mac="f" * 64, op="o" * 64)
    assert len(body.compose("", longest)) <= body.OVERHEAD


@given(block=TEXT, other=TEXT, above=TEXT, below=TEXT)
def test_what_people_write_around_the_block_stays_to_the_byte(
    block: str, other: str, above: str, below: str
) -> None:
    assume(body.BEGIN not in above.splitlines())
    ours = body.compose(block, marker())
    first = ours.index(body.BEGIN)
    start = f"{ours[:first]}{above}\n"
    whole = f"{start}{ours[first:]}{below}"
    rewritten = body.rewrite(whole, other)
    assert rewritten is not None
    assert rewritten.startswith(f"{start}{body.BEGIN}\n")
    assert rewritten.endswith(f"{body.END}\n{below}")
    assert body.rewrite(rewritten, block) == whole


@given(block=TEXT)
def test_a_block_holds_none_of_our_marks(block: str) -> None:
    lines = body.compose(f"{body.END}\n{block}\n{body.BEGIN}", marker()).splitlines()
    assert lines.count(body.BEGIN) == 1
    assert lines.count(body.END) == 1
    assert len(re.findall("<!-- ?feedback-bridge:", "\n".join(lines))) == 3


@given(block=TEXT)
def test_only_the_marker_at_the_start_counts(block: str) -> None:
    other = marker("g2")
    forged = body.compose(f"<!-- {other.text} -->\n{block}", marker("g1"))
    assert body.is_marked(forged, marker("g1", op="another"))
    assert not body.is_marked(forged, other)


@pytest.mark.parametrize(
    "start", [" ", "\n", "\ufeff", "> ", "`", "<!-- -->", "<!-- feedback-bridge:v1 group=g1 "]
)
def test_a_marker_after_anything_else_does_not_count(start: str) -> None:
    assert not body.is_marked(start + body.compose("x", marker()), marker())


def test_a_group_whose_id_begins_alike_is_another_one() -> None:
    longer = Marker(group_id="g1", mac=marker().mac + "0", op="1")
    assert not body.is_marked(body.compose("x", longer), marker())


def test_line_breaks_of_a_browser_are_understood() -> None:
    ours = body.compose("14 crashes\nSwift trap", marker()).replace("\n", "\r\n")
    rewritten = body.rewrite(ours + "Mine.\r\n", "15 crashes")
    assert rewritten is not None
    assert "14 crashes" not in rewritten
    assert f"{body.BEGIN}\r\n15 crashes\n{body.END}\r\nMine.\r\n" in rewritten


@pytest.mark.parametrize("lost", [body.BEGIN, body.END])
def test_without_both_marks_there_is_no_block(lost: str) -> None:
    assert body.rewrite(body.compose("x", marker()).replace(lost, ""), "y") is None


def test_marks_in_the_wrong_order_are_no_block() -> None:
    assert body.rewrite(f"{body.END}\nx\n{body.BEGIN}\n", "y") is None


def test_a_quoted_mark_is_no_mark() -> None:
    quoted = "".join(f"> {line}\n" for line in body.compose("x", marker()).splitlines())
    assert body.rewrite(quoted, "y") is None


def test_a_comment_is_known_by_its_whole_marker() -> None:
    said = body.comment("It is back.", marker(op="150"))
    assert said.startswith(f"<!-- {marker(op='150').text} -->\nIt is back.")
