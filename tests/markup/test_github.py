"""GitHub text, read back with a Markdown parser and a checker of what GitHub resolves."""

import re

import pytest
from hypothesis import example, given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bridge.markup import Markup, Safe, builder, clean, escape
from tests.markup.fragments import ALONE, hostile

GITHUB = builder(Markup.GITHUB)
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

# Written from GitHub's documentation of autolinked references, not from our own rules.
RESOLVED = re.compile(
    r"@[A-Za-z0-9]|#[0-9]|\bGH-[0-9]|\b[0-9a-f]{7,40}\b|[a-z]://|\bwww\.|\bmailto:|\bxmpp:",
    re.ASCII | re.IGNORECASE,
)
INERT = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak"}
INERT |= {"code_inline", "blockquote_open", "blockquote_close"}
TABLE = {f"{part}_{side}" for part in ("table", "thead", "tbody", "tr", "th", "td")
         for side in ("open", "close")}  # fmt: skip


def tokens(markdown: str) -> list[Token]:
    """Return all tokens, nested ones too."""
    flat: list[Token] = []
    for token in PARSER.parse(markdown):
        flat.append(token)
        flat.extend(token.children or [])
    return flat


def types(markdown: str) -> set[str]:
    return {token.type for token in tokens(markdown)}


def text_outside_code(markdown: str) -> str:
    """Return the text that GitHub searches for references, code parted out."""
    parts = {"softbreak": "\n", "hardbreak": "\n", "inline": "\n", "code_inline": " \x00 "}
    return "".join(
        t.content if t.type == "text" else parts.get(t.type, "") for t in tokens(markdown)
    )


def shown(markdown: str) -> str:
    """Return the characters that a reader sees, in words."""
    parts = [
        t.content if t.type in ("text", "code_inline") else "\n"
        for t in tokens(markdown)
        if t.type in ("text", "code_inline", "softbreak", "hardbreak", "inline")
    ]
    return words("".join(parts))


def words(text: str) -> str:
    return " ".join(clean(text).replace("`", "'").split())


@settings(deadline=None)
@given(hostile)
@example("- a\\")
@example("    code")
@example("`@a``@b`")
def test_a_line_shows_its_words_and_does_nothing(text: str) -> None:
    line = escape(Markup.GITHUB, text)

    assert "\n" not in line
    assert types(line) <= INERT
    assert not RESOLVED.search(text_outside_code(line))
    assert shown(line) == words(text)


def test_each_construct_alone_does_nothing() -> None:
    for text in ALONE:
        line, quote = escape(Markup.GITHUB, text), GITHUB.quote(text)
        for markdown in (line, quote):
            assert types(markdown) <= INERT, text
            assert not RESOLVED.search(text_outside_code(markdown)), text
            assert shown(markdown) == words(text), text


@settings(deadline=None)
@given(hostile, hostile)
def test_neighbouring_values_do_nothing_together(one: str, two: str) -> None:
    """What each of two values may not do, they may not do side by side in a line of ours."""
    line = f"seen by {escape(Markup.GITHUB, one)} · {escape(Markup.GITHUB, two)}, twice"

    assert types(line) <= INERT
    assert not RESOLVED.search(text_outside_code(line))


@settings(deadline=None)
@given(hostile)
@example("[!NOTE]\nx")
@example("a\n===")
@example("[x]: http://e.com\n\n[x]")
@example("| a | b |\n|--|--|\n| c | d |")
def test_a_quote_shows_its_lines_and_does_nothing(text: str) -> None:
    quote = GITHUB.quote(text)

    assert all(line.startswith(">") for line in quote.split("\n") if quote)
    assert types(f"{quote}\n\nafter") <= INERT
    assert not RESOLVED.search(text_outside_code(quote))
    assert shown(quote) == words(text)


def test_whose_words_they_are_stays_on_the_quotes_last_line() -> None:
    quote = GITHUB.quote("words", "build 1\n# big\n\u202e@octocat")

    assert quote == "> words\\\n> — build 1 # big `@octocat`"


@settings(deadline=None)
@given(hostile)
@example("a|@b")
@example("\\|")
def test_a_cell_stays_a_cell(text: str) -> None:
    table = GITHUB.table(["one", "two"], [[text, "x"]])
    cells = [t for t in tokens(table) if t.type == "td_open"]

    assert types(table) <= INERT | TABLE
    assert len(cells) == 2
    assert not RESOLVED.search(text_outside_code(table))


@settings(deadline=None)
@given(hostile)
def test_code_is_one_piece_of_code(text: str) -> None:
    code = GITHUB.code(text)
    inline = [t for t in tokens(f"see {code} there") if t.type == "code_inline"]

    assert types(f"see {code} there") <= INERT
    assert [t.content.strip() for t in inline] == ([" ".join(clean(text).split())] if code else [])


@settings(deadline=None)
@given(hostile)
def test_nothing_ends_a_code_block(text: str) -> None:
    block = GITHUB.code_block(text)
    (fence, after, *_) = [t for t in PARSER.parse(f"{block}\n\nafter") if t.type != "inline"]

    assert fence.type == "fence"
    assert fence.content.strip("\n") == clean(text).expandtabs(4).strip("\n")
    assert after.type == "paragraph_open"


@settings(deadline=None)
@given(hostile, hostile)
def test_a_link_goes_where_it_says_or_is_none(label: str, path: str) -> None:
    link = GITHUB.link(label, f"https://example.com/{path}")
    opened = [t for t in tokens(f"see {link} there") if t.type == "link_open"]

    assert types(f"see {link} there") <= INERT | {"link_open", "link_close"}
    assert all(str(t.attrs["href"]).startswith("https://example.com") for t in opened)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.com/x", "/etc/passwd", "", None,
            "http://[", "file:///etc/passwd", "../x"],
)  # fmt: skip
def test_an_address_that_we_would_not_link_is_not_linked(url: str | None) -> None:
    assert GITHUB.link("the log", url) == "the log"
    assert GITHUB.picture(url or "", "a picture") == "a picture"


def test_a_picture_is_shown_in_a_phone_s_width_and_linked() -> None:
    url = "https://github.com/o/r/blob/feedback/a/shot-1.png?raw=true"

    assert GITHUB.picture(url, "Screenshot 1") == (
        f'<a href="{url}"><img src="{url}" alt="Screenshot 1" width="320"></a>'
    )
    assert GITHUB.picture("shot-1.png", "One", width=200) == (
        '<a href="shot-1.png"><img src="shot-1.png" alt="One" width="200"></a>'
    )


def test_nothing_gets_out_of_a_picture_s_attributes() -> None:
    shown = GITHUB.picture("https://example.com/\"><script>?a=1&b='", '"><script> @bob')

    assert shown.count('"') == 8
    assert "<script" not in shown
    assert "&amp;b=" in shown
    assert "@bob" not in shown


def test_a_fold_hides_its_content_below_its_title() -> None:
    folded = GITHUB.fold("Device <b> & @bob", lambda: GITHUB.code_block("x"))

    assert folded == (
        "<details><summary>Device &lt;b&gt; &amp; @ bob</summary>\n\n```\nx\n```\n\n</details>"
    )


def test_a_word_that_would_do_something_is_code_and_its_punctuation_is_not() -> None:
    assert escape(Markup.GITHUB, "fixes #1, says (@bob).") == "fixes `#1`, says (`@bob`)."


def test_ordinary_words_stay_as_they_are() -> None:
    text = 'Total wrong after removing last item: 3.50 € instead of 2 (see "cart")!'

    assert escape(Markup.GITHUB, text) == text


def test_what_is_safe_is_not_escaped_again() -> None:
    assert escape(Markup.GITHUB, Safe("**x**")) == "**x**"
    assert escape(Markup.GITHUB, Safe("**x**").strip()) == "\\*\\*x\\*\\*"


def test_a_very_long_word_is_quick_and_whole() -> None:
    text = "a" * 200_000 + "@" + ")" * 200_000 + "-" * 200_000

    assert shown(escape(Markup.GITHUB, text)) == text


def test_empty_text_is_empty() -> None:
    assert escape(Markup.GITHUB, "") == GITHUB.quote(" \n ") == GITHUB.code("\0") == ""
