"""Hostile text, as hypothesis strategies."""

from hypothesis import strategies as st

PIECES = (
    *"@#`*_~[](){}<>|\\/!^+-=.:;&$'\"?,%",
    *" \n\t\r\u2028",
    "@bob", "@org/team", "me@example.com", "#1", "GH-1", "o/r#12", "fixes ", "closes: #3",
    "https://github.com/o/r/issues/1", "http:", "//", "://", "www.example.com", "mailto:a",
    "a5c3785ed8d6a35868bc169f07e40e889087fd2e", "1234567", "ABC-1", "de-DE",
    "<!--", "-->", "<img src=x onerror=alert(1)>", "<details>", "</details>", "<b>", "&lt;",
    "&#64;", "&commat;", "```", "~~~", "---", "====", "# ", "1. ", "1) ", "- ", "+ ", "> ",
    "![x](y)", "[a]: b", "[^1]", "- [ ] ", "| a | b |", "|--|--|", "    ",
    "{code}", "{noformat}", "{quote}", "{html}", "{color:red}", "{{", "}}", "{*}", "h1. ", "bq. ",
    "----", "[~user]", "[~accountid:1]", "!a.png!", "[^f.txt]", "(x)", "(/)", ":)", ";-)", "??",
    "\\\\", "\\{", "\\u0040", "\0", "\x1b[0m", "\u202e", "\u200b", "\u2060", "\u200d", "\ud800",
    "~~", "**", "__", "word", "Ünïcode", "日本語", "👩\u200d👧", "e\u0301", "a" * 300,
)  # fmt: skip

hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join)

SHAPES = (
    "{0}",
    "{0} x",
    "a {0} b",
    "a{0}b{0}c",
    "{0}word{0} end",
    "first\n{0} second",
    "x{0}\n{0}y",
)
ALONE = tuple(shape.format(piece) for piece in PIECES for shape in SHAPES)
"""Each piece in the places where it could do what it does."""
