"""Cleaning text from outside: no controls, nothing invisible that steers, no broken characters."""

import re
import unicodedata

_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_DROPPED = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # controls, NUL among them
    "\xad\u034f\u115f\u1160\u180e\u200b\u2060-\u2064\u3164\ufeff\uffa0"  # invisible
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # steers the reading direction
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"  # annotations, non-characters, tags
    "]"
)
_LONE = re.compile("[\ud800-\udfff]")
_JOINERS = re.compile("[\u200c\u200d]")
_SCHEME = re.compile(r"\b(?:https?|ftp)://", re.ASCII | re.IGNORECASE)
_AT = re.compile(r"@(?=[A-Za-z0-9_])")
_HASH = re.compile(r"#(?=\d)")
_GH = re.compile(r"\b(GH)-(?=\d)", re.ASCII | re.IGNORECASE)
ELLIPSIS = "…"
_BEFORE_ELLIPSIS = " \t\n.,;:…。、"  # it stands for these too


def clean(text: str) -> str:
    r"""Return `text` with `\n` as its only line break and without characters that deceive.

    Controls, bidi controls and invisible characters are dropped, lone surrogates become U+FFFD.
    The joiners that emoji and some scripts need (U+200C, U+200D) and tabs stay.
    """
    return _LONE.sub("\ufffd", _DROPPED.sub("", _BREAKS.sub("\n", text)))


def cut(text: str, limit: int) -> str:
    """Return `text`, cut after a word with an ellipsis if it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = limit - 1
    space = text.rfind(" ", limit // 2, end + 1)
    if space > 0:
        end = space
    while end > 0 and _joins(text[end]):
        end -= 1
    return text[:end].rstrip(_BEFORE_ELLIPSIS) + ELLIPSIS


def plain_line(text: str, limit: int | None = None) -> str:
    """Return `text` as a title: one line of visible characters, at most `limit` of them.

    A tracker resolves mentions and references in titles too, or in what is made from them
    (a pull request, a commit), so `@name`, `#1` and `GH-1` get a visible space and web addresses
    lose their scheme.
    """
    line = " ".join(_JOINERS.sub("", clean(text)).split())
    while _SCHEME.search(line):  # again, for what was left may be one: http:/http:///x
        line = _SCHEME.sub("", line)
    line = _GH.sub(r"\1 ", _HASH.sub("# ", _AT.sub("@ ", line)))
    return line if limit is None else cut(line, limit)


def _joins(char: str) -> bool:
    """Return whether a cut before `char` would tear a written character apart."""
    return unicodedata.combining(char) > 0 or "\ufe00" <= char <= "\ufe0f" or char in "\u200c\u200d"
