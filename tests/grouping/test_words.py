"""Comments are compared by their words, in any language, and not at all if they say little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.grouping.words import MOST_KEPT, Comment, alike, normalise, say_the_same
from tests.grouping.reports import REPORTS, TOO_SHORT

COMMENTS = [comment for comments in REPORTS.values() for comment in comments]
TEXTS = st.one_of(st.text(), st.sampled_from(COMMENTS), st.text("aあ漢ไ한 ’.0😡\ud800\u200d"))


def comment(text: str | None) -> Comment:
    return Comment(normalise(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ""),
        ("  Total: 0.00 €!\n", "total 000"),
        ("Doesn’t / DOESN'T", "doesnt doesnt"),
        ("💥💥 scan👩🏽‍💻ning 1️⃣", "scan ning 1"),
        ("Straße ÉTÉ", "strasse été"),
        ("ｆｕｌｌ　ｗｉｄｔｈ ｶﾅ", "full width カナ"),
        ("a\u200db \u202ec\u202c", "ab c"),
        ("a\ud800b\x00c", "a b c"),
        ("<b>@all</b> [x](http://y)", "b all b x http y"),
    ],
)
def test_letters_and_digits_stay_in_lower_case(text: str | None, words: str) -> None:
    assert normalise(text) == words


def test_long_comments_are_cut_between_words() -> None:
    words = normalise("word " * 10_000)
    assert len(words) <= MOST_KEPT
    assert set(words.split()) == {"word"}


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "漢" * 100_000, "\ufdfa" * 100_000, "e\u0301" * 9_000]
)
def test_endless_words_are_cut_as_well(text: str) -> None:
    assert 0 < len(normalise(text)) <= MOST_KEPT


@given(TEXTS)
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize("text", TOO_SHORT)
def test_short_comments_say_too_little(text: str) -> None:
    assert not comment(text).enough
    assert alike(comment(text), comment(text)) == 0.0


@pytest.mark.parametrize("text", COMMENTS)
def test_comments_that_name_a_thing_say_enough_in_any_language(text: str) -> None:
    assert comment(text).enough, comment(text).telling
    assert alike(comment(text), comment(text)) == 1.0


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_from_0_to_1(one: str, other: str) -> None:
    mine, theirs = comment(one), comment(other)
    assert alike(mine, theirs) == alike(theirs, mine)
    assert 0 <= alike(mine, theirs) <= 1


def test_order_and_small_words_do_not_change_what_is_said() -> None:
    one = comment("Password field hides the last letter when I sign in")
    other = comment("When I sign in, the password field hides the last letter!")
    assert say_the_same(one, other)
    assert alike(one, other) > 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The pay button stays grey in the cart", "The back button stays grey in the cart"),
        ("Total includes tax in the cart", "Total never includes tax in the cart"),
        ("Order 1042 shown as delivered", "Order 1039 shown as delivered"),
        ("购物车里的总价显示为零", "购物车里的单价显示为零"),
    ],
)
def test_one_other_word_says_something_else(one: str, other: str) -> None:
    assert not say_the_same(comment(one), comment(other))
