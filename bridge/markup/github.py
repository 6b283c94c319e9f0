r"""GitHub Flavored Markdown, for issue bodies.

GitHub looks for mentions, references and addresses in the text that Markdown has already become,
so neither a backslash nor an entity before `@` or `#` stops them (github/cmark-gfm issue 181,
github/markup issue 1168); inside code it looks for nothing. So a word that would do something
becomes inline code, and the rest is escaped as Markdown.
"""

import html
import re
from collections.abc import Callable, Sequence

from bridge.markup.base import Builder, Safe, quoted_lines, safe_url
from bridge.markup.clean import clean, plain_line

_DOES_SOMETHING = re.compile(
    r"""
    @[a-z0-9_]                                      # a mention, a team, an e-mail, user@commit
    | \#\d | (?<![a-z0-9_])gh-\d                    # an issue
    | :// | (?<![a-z0-9_])(?:www\.|mailto:|xmpp:)   # what is linked by itself
    | (?<![a-z0-9_])[0-9a-f]{7,64}(?![a-z0-9_])     # a commit
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_SPACES = re.compile(r"( +)")
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_LINE_START = re.compile(r"( ?)(?:([-+=#])|(\d{1,9})(?=[.)](?: |$)))")
_TICKS = re.compile(r"`+")
_BARE_PIPE = re.compile(r"(\\*)\|")
_OPENING = "(\"'[{<“‘«„"
_CLOSING = ")\"'\\]}>”’»,.;:!?…"


class GitHubBuilder(Builder):
    """Builds GitHub Flavored Markdown."""

    def line(self, text: str) -> str:
        words = "".join(self._word(word) for word in _SPACES.split(text))
        start = _LINE_START.match(words)
        return _defuse_start(start) + words[start.end() :] if start else words

    def quote(self, text: str, by: str = "") -> Safe:
        lines = quoted_lines(text, by)
        written: list[str] = []
        for number, line in enumerate(lines):
            more = number + 1 < len(lines) and lines[number + 1] != ""
            written.append(f"> {self.line(line)}{chr(92) if more else ''}" if line else ">")
        return Safe("\n".join(written))

    def code(self, text: str) -> Safe:
        line = " ".join(clean(text).split())
        if not line:
            return Safe("")
        ticks = "`" * (max((len(run) for run in _TICKS.findall(line)), default=0) + 1)
        pad = " " if "`" in (line[0], line[-1]) else ""
        return Safe(f"{ticks}{pad}{line}{pad}{ticks}")

    def code_block(self, text: str) -> Safe:
        body = clean(text).expandtabs(4).strip("\n")
        longest = max((len(run) for run in _TICKS.findall(body)), default=0)
        fence = "`" * max(3, longest + 1)
        return Safe(f"{fence}\n{body}\n{fence}")

    def link(self, label: str, url: str | None) -> Safe:
        target = safe_url(url) if url else None
        return Safe(f"[{self.escape(label)}]({target})") if target else self.escape(label)

    def picture(self, url: str, alt: str = "", width: int = 320) -> Safe:
        """Return the picture, linked to itself.

        As HTML, which Markdown and GitHub take: Markdown has no width, and a phone's screenshot
        would fill two screens, with what matters below it.
        """
        target = safe_url(url)
        if target is None:
            return self.escape(alt)
        source, text = html.escape(target), html.escape(plain_line(alt))
        return Safe(
            f'<a href="{source}"><img src="{source}" alt="{text}" width="{int(width)}"></a>'
        )

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Safe:
        lines = [self._row(header), "|" + " -- |" * len(header), *(self._row(r) for r in rows)]
        return Safe("\n".join(lines))

    def fold(self, title: str, caller: Callable[[], str]) -> Safe:
        summary = html.escape(plain_line(title), quote=False)
        body = self.escape(caller()).strip("\n")
        return Safe(f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>")

    def strong(self, text: str) -> Safe:
        return Safe(f"**{self.escape(text).strip()}**") if text.strip() else Safe("")

    def heading(self, text: str) -> Safe:
        return Safe(f"#### {self.escape(text)}")

    def _word(self, word: str) -> str:
        if not _DOES_SOMETHING.search(word):
            return self._plain(word)
        inner = word.lstrip(_OPENING)
        head = word[: len(word) - len(inner)]
        core = inner.rstrip(_CLOSING)
        tail = inner[len(core) :]
        # No backtick inside: neighbouring code then joins into code, whatever stands side by side.
        code = core.replace("`", "'")
        return f"{self._plain(head)}`{code}`{self._plain(tail)}"

    def _plain(self, text: str) -> str:
        return _SPECIAL.sub(r"\\\g<0>", html.escape(text, quote=False))

    def _row(self, cells: Sequence[str]) -> str:
        return "| " + " | ".join(self._cell(cell) for cell in cells) + " |"

    def _cell(self, cell: str) -> str:
        return _BARE_PIPE.sub(_defuse_pipe, " ".join(self.escape(cell).split()))


def _defuse_start(found: re.Match[str]) -> str:
    """Keep a line from starting a list, a heading, a rule or an underline of a heading."""
    space, mark, number = found.groups()
    return f"{space}\\{mark}" if mark else f"{space}{number}\\"


def _defuse_pipe(found: re.Match[str]) -> str:
    r"""Keep a cell from ending early: in a table even code needs `\|`."""
    slashes = found[1]
    return f"{slashes}|" if len(slashes) % 2 else f"{slashes}\\|"
