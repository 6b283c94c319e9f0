"""What every markup offers: escaping, and building blocks that can't be broken out of."""

import abc
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from bridge.markup.clean import clean

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_URL_SAFE = ":/?#@!$&*+,;=%~-._"


class Markup(StrEnum):
    """A tracker's markup."""

    GITHUB = "github"
    JIRA = "jira"


class Safe(str):
    """Text that is markup already.

    Whatever isn't `Safe` is escaped when it is put out. Every operation on it (slicing, joining,
    `replace`) gives a plain `str`, which is escaped again: a mistake shows, and opens nothing.
    """

    __slots__ = ()


def is_name(url: str) -> bool:
    """Return whether `url` is the bare name of a file beside the issue."""
    return _NAME.fullmatch(url) is not None


def safe_url(url: str) -> str | None:
    """Return `url` so that no markup can be hidden in it; None if it isn't one we would link.

    Allowed are http and https with a host, and the bare name of a file beside the issue.
    """
    if is_name(url):
        return url
    cleaned = clean(url).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return percent_encode(cleaned, safe=_URL_SAFE)


def one_line(text: str) -> str:
    """Return cleaned text on one line; a space at either end stays one space."""
    words = clean(text).split()
    if not words:
        return " " if text else ""
    head = " " if text[0].isspace() else ""
    tail = " " if text[-1].isspace() else ""
    return f"{head}{' '.join(words)}{tail}"


def quoted_lines(text: str, by: str) -> list[str]:
    """Return cleaned text as stripped lines, with no empty ones at the ends or in a row."""
    lines: list[str] = []
    for line in (" ".join(line.split()) for line in clean(text).split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return [*lines, f"— {one_line(by)}"] if by else lines


class Builder(abc.ABC):
    """Builds text in one markup. Every `str` given is escaped, every `Safe` taken as it is."""

    @abc.abstractmethod
    def line(self, text: str) -> str:
        """Escape a single cleaned line."""

    @abc.abstractmethod
    def quote(self, text: str, by: str = "") -> Safe:
        """Return a block quote of words, line for line, and below them whose or when."""

    @abc.abstractmethod
    def code(self, text: str) -> Safe:
        """Return inline code."""

    @abc.abstractmethod
    def code_block(self, text: str) -> Safe:
        """Return preformatted lines, in a fence that nothing inside can end."""

    @abc.abstractmethod
    def link(self, label: str, url: str | None) -> Safe:
        """Return a link; the label alone if the URL is missing or not one we would link."""

    @abc.abstractmethod
    def picture(self, url: str, alt: str = "", width: int = 320) -> Safe:
        """Return an inline picture; the escaped `alt` if the URL is not one we would show."""

    @abc.abstractmethod
    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Safe:
        """Return a table; cells are one line each."""

    @abc.abstractmethod
    def fold(self, title: str, caller: Callable[[], str]) -> Safe:
        """Return what `caller()` gives, folded under a title where the markup can fold.

        In a template: `{% call fold("Device") %} … {% endcall %}`.
        """

    @abc.abstractmethod
    def strong(self, text: str) -> Safe:
        """Return bold text."""

    @abc.abstractmethod
    def heading(self, text: str) -> Safe:
        """Return a small heading."""

    def escape(self, text: str) -> Safe:
        """Return text that stands in a line as its characters and does nothing else."""
        return text if isinstance(text, Safe) else Safe(self.line(one_line(text)))

    def bullets(self, items: Sequence[str]) -> Safe:
        """Return a list, one line an item."""
        return Safe("\n".join(f"{self.bullet} {self.escape(item)}" for item in items))

    bullet = "-"
