r"""Jira wiki text, as version 2 of the REST API takes it on Cloud and Data Center.

Both renderers know a backslash before `- # * _ + ? ^ ~ | % { } [ ] ( ) ! @` and before nothing else
(Atlassian's renderer, class BackslashEscapeRendererComponent, and its port in the wiki-text
transformer of the Cloud editor), and Cloud knows no entities. What has no escape (an address, a
heading at a line's start, a backslash) is parted by a word joiner, which nobody sees.
"""

import re
from collections.abc import Callable, Sequence

from bridge.markup.base import Builder, Safe, is_name, quoted_lines, safe_url
from bridge.markup.clean import clean, plain_line

JOINER = "\u2060"
_SPECIAL = re.compile(
    r"""
    [{}\[\]!*_+^~@|\#]
    | (?<![a-z])- | -(?![a-z])                      # not in de-DE; in ABC-1, --- and -struck-
    | \?(?=\?) | (?<=\?)\?                          # ??citation??
    | \((?=(?:[ynix/!+?*-]|\*[rgby]|on|off|flag|flagoff)\))   # (x), (y): icons
    | (?<=[:;])[()] | (?<=[:;]-)[()]                # :) and ;-)
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_BACKSLASH = re.compile(r"\\(?![A-Za-z0-9])")
_ADDRESS = re.compile(
    r":(?=//)|(?<![a-z0-9])(?:mailto|news|nntp|irc|file|tel|skype|sip|xmpp):",
    re.ASCII | re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]+;)")
_LINE_START = re.compile(r" ?(?=(?:h[1-6]|bq)\.)", re.IGNORECASE)
_MACRO = re.compile(r"\{(?=/?[A-Za-z])")
_URL_SPECIAL = {"!": "%21", "*": "%2A", "|": "%7C", "^": "%5E"}


class JiraBuilder(Builder):
    """Builds Jira wiki text."""

    bullet = "*"

    def line(self, text: str) -> str:
        parted = _BACKSLASH.sub("\\\\" + JOINER, text)
        parted = _ADDRESS.sub(rf"\g<0>{JOINER}", parted)
        parted = _ENTITY.sub(f"&{JOINER}", parted)
        escaped = _SPECIAL.sub(r"\\\g<0>", parted)
        return JOINER + escaped if _LINE_START.match(escaped) else escaped

    def quote(self, text: str, by: str = "") -> Safe:
        lines = quoted_lines(text, by)
        return Safe("\n".join(["{quote}", *(self.line(line) for line in lines), "{quote}"]))

    def code(self, text: str) -> Safe:
        line = " ".join(clean(text).split())
        return Safe("{{" + self.line(line) + "}}") if line else Safe("")

    def code_block(self, text: str) -> Safe:
        """Return a noformat block; `{word` inside gets a space, for macros end and nest there."""
        body = _MACRO.sub("{ ", clean(text).expandtabs(4)).strip("\n")
        return Safe("{noformat}\n" + body + "\n{noformat}")

    def link(self, label: str, url: str | None) -> Safe:
        """Return a link; a bare name is an attachment of the issue."""
        target = safe_url(url) if url else None
        if target is None:
            return self.escape(label)
        where = f"^{target}" if url and is_name(url) else _in_brackets(target)
        return Safe(f"[{self.escape(label)}|{where}]")

    def picture(self, url: str, alt: str = "", width: int = 320) -> Safe:
        """Return the picture; Jira shows an attachment by its name and opens it on a click."""
        target = safe_url(url)
        if target is None:
            return self.escape(alt)
        return Safe(f"!{_in_brackets(target)}|width={width}!")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Safe:
        lines = ["||" + "||".join(self._cell(cell) for cell in header) + "||"]
        lines += ["|" + "|".join(self._cell(cell) for cell in row) + "|" for row in rows]
        return Safe("\n".join(lines))

    def fold(self, title: str, caller: Callable[[], str]) -> Safe:
        """Return a small heading and the content: wiki text can't fold."""
        return Safe(f"{self.heading(plain_line(title))}\n{self.escape(caller()).strip(chr(10))}")

    def strong(self, text: str) -> Safe:
        return Safe(f"*{self.escape(text).strip()}*") if text.strip() else Safe("")

    def heading(self, text: str) -> Safe:
        return Safe(f"h6. {self.escape(text)}")

    def _cell(self, cell: str) -> str:
        """Return a cell's text; one with nothing in it would be read as a heading's border."""
        return " ".join(self.escape(cell).split()) or " "


def _in_brackets(url: str) -> str:
    """Return the URL without the characters that end a link or a picture."""
    return "".join(_URL_SPECIAL.get(char, char) for char in url)
