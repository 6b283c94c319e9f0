"""Jira wiki text, held against a conservative model of what its two renderers act on."""

import re

import pytest
from hypothesis import example, given, settings

from bridge.markup import Markup, builder, clean, escape
from tests.markup.fragments import ALONE, hostile

JIRA = builder(Markup.JIRA)
ESCAPED = re.compile(r"(?<!\\)\\([-#*_+?^~|%{}\[\]()!@])")  # what both renderers take as escaped
GONE = "\ue000"  # stands where an escaped character is, which no construct contains

ACTIVE = re.compile(
    r"""
    [{}\[\]!*_+^~@|\#]                # macros, links, pictures, formats, mentions, cells, lists
    | \\\\                            # a forced line break
    | -- | \?\?                       # dashes, rules, citations
    | (?<![A-Za-z])-[^\s-]            # -struck-
    | ://                             # addresses
    | \b(?:mailto|news|nntp|irc|file):[^\u2060]
    | [A-Z][A-Z0-9_]+-[0-9]           # issue keys
    | [:;]-?[()]                      # smileys that are pictures
    | \((?:[ynix/]|on|off|flag|flagoff)\)
    | &\#?[A-Za-z0-9]+;               # entities, which Data Center keeps
    """,
    re.VERBOSE | re.ASCII,
)
AT_START = re.compile(r"\s*(?:h[1-6]|bq)\.|\s*-\s", re.IGNORECASE | re.ASCII)


def does(line: str) -> str | None:
    """Return what a renderer would act on in a line, or None."""
    text = ESCAPED.sub(GONE, line)
    found = ACTIVE.search(text) or AT_START.match(text)
    return found[0] if found else None


def shown(text: str) -> str:
    return " ".join(ESCAPED.sub(r"\1", text).replace("\u2060", "").split())


def words(text: str) -> str:
    return " ".join(clean(text).replace(GONE, "").split())


@settings(deadline=None)
@given(hostile)
@example("\\{code}")
@example("\\")
@example("a\\\\b")
@example("ABC-1")
@example("h1. x")
def test_a_line_shows_its_words_and_does_nothing(text: str) -> None:
    line = escape(Markup.JIRA, text.replace(GONE, ""))

    assert "\n" not in line
    assert does(line) is None
    assert shown(line) == words(text)


def test_each_construct_alone_does_nothing() -> None:
    for text in ALONE:
        line = escape(Markup.JIRA, text)
        assert does(line) is None, text
        assert shown(line) == words(text), text
        assert [does(part) for part in JIRA.quote(text).split("\n")[1:-1] if does(part)] == []


def test_whose_words_they_are_stays_on_the_quotes_last_line() -> None:
    quote = JIRA.quote("words", "build 1\nh1. big\u202e")

    assert quote == "{quote}\nwords\n— build 1 h1. big\n{quote}"


@settings(deadline=None)
@given(hostile)
@example("h1. a\n- b\n# c\n----\n|x|")
@example("{quote}\n{quote}")
def test_a_quote_shows_its_lines_and_does_nothing(text: str) -> None:
    first, *lines, last = JIRA.quote(text.replace(GONE, "")).split("\n")

    assert (first, last) == ("{quote}", "{quote}")
    assert [does(line) for line in lines] == [None] * len(lines)
    assert shown(" ".join(lines)) == words(text)


@settings(deadline=None)
@given(hostile)
def test_nothing_ends_a_code_block(text: str) -> None:
    block = JIRA.code_block(text)
    inside = block.removeprefix("{noformat}\n").removesuffix("\n{noformat}")

    assert not re.search(r"\{/?[A-Za-z]", inside)
    assert block == f"{{noformat}}\n{inside}\n{{noformat}}"


@settings(deadline=None)
@given(hostile)
def test_code_and_bold_end_where_they_should(text: str) -> None:
    text = text.replace(GONE, "")
    code, bold = JIRA.code(text), JIRA.strong(text)

    assert not code or does(code.removeprefix("{{").removesuffix("}}")) is None
    assert not bold or does(bold[1:-1]) is None


@settings(deadline=None)
@given(hostile)
def test_a_cell_stays_a_cell(text: str) -> None:
    _, row = JIRA.table(["one", "two"], [[text.replace(GONE, ""), "x"]]).split("\n")

    assert ESCAPED.sub(GONE, row).count("|") == 3


@settings(deadline=None)
@given(hostile, hostile)
def test_a_link_goes_where_it_says(label: str, path: str) -> None:
    label = label.replace(GONE, "")
    link = JIRA.link(label, f"https://example.com/{path}")
    if link.startswith("["):
        text, _, url = link[1:-1].rpartition("|")
        assert does(text) is None
        assert re.fullmatch(r"https://example\.com[^\s|\]\[!{}^*\\]*", url)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//x", "", None, "../x", "a b.png"])
def test_an_address_that_we_would_not_link_is_not_linked(url: str | None) -> None:
    assert JIRA.link("the log", url) == "the log"
    assert JIRA.picture(url or "", "a picture") == "a picture"


def test_attachments_are_named() -> None:
    assert JIRA.picture("shot-1-a1b2c3.jpg", width=200) == "!shot-1-a1b2c3.jpg|width=200!"
    assert JIRA.link("Newest log", "log-1.txt") == "[Newest log|^log-1.txt]"


def test_an_issue_key_is_no_link_and_a_locale_stays() -> None:
    assert escape(Markup.JIRA, "SUN-211 in de-DE") == "SUN\\-211 in de-DE"


def test_an_empty_cell_is_a_cell() -> None:
    assert JIRA.table(["a"], [[""]]) == "||a||\n| |"


def test_a_fold_is_a_small_heading() -> None:
    assert JIRA.fold("Device", lambda: JIRA.code("x")) == "h6. Device\n{{x}}"


def test_a_very_long_word_is_quick_and_whole() -> None:
    text = "a" * 100_000 + "\\" * 100_000 + "-" * 100_000 + "&" * 100_000

    assert shown(escape(Markup.JIRA, text)) == text
