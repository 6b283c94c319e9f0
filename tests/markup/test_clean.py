"""Cleaning text, and titles."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.markup import clean, cut, plain_line
from tests.markup.fragments import hostile


@settings(deadline=None)
@given(st.text() | hostile)
def test_cleaned_text_has_no_controls_and_can_be_sent(text: str) -> None:
    cleaned = clean(text)

    cleaned.encode("utf-8")
    assert {unicodedata.category(c) for c in cleaned} & {"Cc", "Cs"} <= {"Cc"}
    assert {c for c in cleaned if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
    assert not any(unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "PDF", "RLI", "PDI"}
                   for c in cleaned)  # fmt: skip
    assert clean(cleaned) == cleaned


def test_every_line_break_becomes_one() -> None:
    assert clean("a\r\nb\rc\u2028d\x85e\x0bf") == "a\nb\nc\nd\ne\nf"


def test_a_lone_surrogate_is_made_visible() -> None:
    assert clean("a\ud800b") == "a\ufffdb"


def test_an_emoji_family_stays_together_in_a_text() -> None:
    assert clean("👩\u200d👧") == "👩\u200d👧"


@settings(deadline=None)
@given(st.text() | hostile, st.integers(1, 300))
def test_a_title_is_one_line_within_its_limit(text: str, limit: int) -> None:
    title = plain_line(text, limit)

    assert len(title) <= limit
    assert title == title.strip()
    assert plain_line(title) == title
    assert all(c.isprintable() or c == "\u3000" or unicodedata.category(c) in {"Co", "Cn"}
               for c in title)  # fmt: skip
    assert not {"\u200b", "\u200c", "\u200d", "\u202e", "\u2066", "\ufeff"} & set(title)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("fixes #1", "fixes # 1"),
        ("closes o/r#12 and GH-3", "closes o/r# 12 and GH 3"),
        ("@org/team look", "@ org/team look"),
        ("see https://github.com/o/r/issues/1", "see github.com/o/r/issues/1"),
        ("http:/http:///x.example.com", "x.example.com"),
        ("two\r\nlines\tand  spaces", "two lines and spaces"),
        ("C# is 100% fine @ home #", "C# is 100% fine @ home #"),
        ("\u202etxt.exe\0", "txt.exe"),
    ],
)
def test_a_title_says_the_same_and_refers_to_nothing(typed: str, title: str) -> None:
    assert plain_line(typed) == title


def test_a_cut_falls_between_words() -> None:
    assert cut("Total wrong after removing last item", 25) == "Total wrong after…"
    assert cut("x" * 30, 10) == "x" * 9 + "…"
    assert cut("short", 5) == "short"
    assert cut("short", 0) == ""


@pytest.mark.parametrize(
    "text", ["I can't tap it. Then it", "I can't tap it, and then", "I can't tap it… then"]
)
def test_an_ellipsis_stands_for_the_mark_before_it(text: str) -> None:
    assert cut(text, 16) == "I can't tap it…"


def test_a_cut_does_not_tear_a_letter_from_its_accent() -> None:
    assert cut("abce\u0301fghij", 5) == "abc…"
