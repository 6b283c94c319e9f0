"""Our part of a description, and how it is found after people and conversions were at it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Marker
from bridge.trackers.jira.block import digest, harmless, holds, join, same, signed, split, wrap

OURS = Marker(group_id="0f8fad5b-d9cb", mac="9b2c4d6e8f0a1b3c5d7e", op="2f1e")
OTHER = Marker(group_id="7c9e6679-7425", mac="1a2b3c4d5e6f7a8b9c0d", op="9a8b")
WORDS = st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=200)


def converted(text: str) -> str:
    """Return wiki text as Jira Cloud may give it back after somebody edited it."""
    escaped = "".join(f"\\{c}" if c in "-[]" else c for c in text)
    return escaped.replace("{color:#97a0af}", "{color:#97A0AF}").replace("\n", "\r\n")


def bare(text: str) -> str:
    """Return wiki text without its colours, with spaces that don't break."""
    plain = text.replace("{color:#97a0af}", "").replace("{color}", "")
    return plain.replace(" · ", "\u00a0· ").replace(" op=", "\u00a0op=")


@given(block=WORDS, before=WORDS, after=WORDS, new=WORDS)
def test_only_what_is_between_our_lines_changes(
    block: str, before: str, after: str, new: str
) -> None:
    description = f"{harmless(before)}\n{wrap(block, OURS)}\n{harmless(after)}"
    parts = split(description, OURS)

    assert parts is not None
    assert same(parts.block, harmless(block))
    changed = join(parts, new)
    assert changed.startswith(parts.before)
    assert changed.endswith(parts.after)
    again = split(changed, OURS)
    assert again is not None
    assert (again.before, again.after) == (parts.before, parts.after)
    assert same(again.block, harmless(new))


@pytest.mark.parametrize("as_found", [str, converted, bare])
def test_our_lines_are_recognised_after_a_conversion(as_found: Any) -> None:
    description = "Above.\n\n" + as_found(wrap("14 crashes", OURS)) + "\n\nBelow."

    parts = split(description, OURS)

    assert parts is not None
    assert parts.block == "14 crashes"
    assert parts.before.startswith("Above.")
    assert parts.after.endswith("Below.")


def test_words_right_beside_our_lines_are_not_ours() -> None:
    parts = split(f"mine {wrap('14', OURS)} mine too", OURS)

    assert parts is not None
    assert parts.before.startswith("mine ")
    assert parts.after.endswith(" mine too")


@pytest.mark.parametrize("lost", [0, -1])
def test_a_block_that_lost_one_of_its_lines_is_gone(lost: int) -> None:
    lines = wrap("14 crashes", OURS).splitlines()
    del lines[lost]

    assert split("\n".join(lines), OURS) is None


def test_another_groups_block_is_not_ours() -> None:
    assert split(wrap("14 crashes", OTHER), OURS) is None


def test_a_block_copied_into_another_one_stays_text() -> None:
    theirs = wrap(f"Look:\n{wrap('14 crashes', OURS)}\n{OURS.text}", OTHER)

    assert split(theirs, OURS) is None
    parts = split(theirs, OTHER)
    assert parts is not None
    assert "14 crashes" in parts.block


@given(WORDS)
def test_making_a_text_harmless_twice_changes_nothing_more(words: str) -> None:
    assert harmless(harmless(words)) == harmless(words)


@pytest.mark.parametrize(
    "forged",
    [OURS.text, converted(OURS.text), OURS.text.replace(" ", "\u00a0"), f"a{OURS.text}b" * 3],
)
def test_no_spelling_of_a_marker_gets_through(forged: str) -> None:
    assert not holds(harmless(forged), OURS)


def test_what_a_database_wont_have_is_taken_out() -> None:
    assert harmless("a\x00b\x1b\tc\ud800\n") == "ab\tc"


def test_a_comment_of_another_attempt_is_another_comment() -> None:
    longer = Marker(group_id=OURS.group_id, mac=OURS.mac, op=f"{OURS.op}0")

    assert holds(f"Again.\n\n{signed(OURS)}", OURS)
    assert holds(converted(signed(OURS)), OURS)
    assert not holds(f"Again.\n\n{signed(longer)}", OURS)


def test_line_ends_make_no_other_block() -> None:
    assert same("a  \r\nb", "a\nb\n")
    assert digest("a  \r\nb") == digest("a\nb\n")
    assert digest("a\nb") != digest("a\nc")
