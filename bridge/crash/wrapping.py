"""What is wrapped around a report, and how it comes off: mail, web pages, JSON answers, quotes.

Everything here takes time in proportion to the size of what it is given.
"""

import binascii
import html
import re
from collections.abc import Iterator
from typing import Any

from bridge.crash.json_body import Table, read_object, table

_FENCES = ("```", "~~~", "{code", "{noformat")
_CHUNK = 1 << 18
_SAMPLE = 1 << 16
_PAGE_MARKS = (b"<br", b"<pre", b"<p>", b"</p>", b"<code", b"<div", b"&lt;", b"&gt;", b"&quot;")
_FEWEST_MARKS = 3
_PAGE_SAMPLE = 1 << 13
_LINE_TAG = re.compile(r"<(?:br|/p|/div|/li|/tr)\s{0,8}/?>[ \t]{0,8}(?:\r?\n)?", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|pre|code|div|span|h[1-6]|hr|a|b|i|em|strong|blockquote|ul|li|details|summary|td|tr"
    r"|html|body)(?:\s[^<>\n]{0,400})?>",
    re.IGNORECASE,
)
_SPACED = re.compile(r"\n[ \t]{0,32}(?:\r?\n)")
_SPACED_LINES = 40
_FEWEST_SPACED = 10


def unwrapped(data: bytes) -> bytes:
    """The report's own bytes, as UTF-8 with line feeds."""
    data = _as_utf8(data)
    if b'"logText"' in data[:4096] and data.lstrip()[:1] == b"{":
        log = _log_text(data)
        data = log.encode("utf-8", "replace") if log is not None else data
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
        if b"\n" not in data and data[:_SAMPLE].count(b"\\n") > _SPACED_LINES:
            data = _string_literal(data)
    if _is_quoted_printable(data[:_PAGE_SAMPLE]):
        data = binascii.a2b_qp(data)
    return _without_markup(data) if _is_page(data) else data


def pieces_of(data: bytes, start: int, *, prefix: bytes, end: int | None = None) -> Iterator[str]:
    """The text from `start` on, without quote marks, up to the end of a code fence.

    It comes in pieces of whole lines, so that a large log is not held several times.
    """
    double = _is_double_spaced(data[start : start + _SAMPLE])
    quoted = quote_marks(prefix) if prefix else None
    end = len(data) if end is None else end
    while start < end:
        cut = data.find(b"\n", start + _CHUNK, end)
        piece = data[start : cut if cut >= 0 else end]
        start += len(piece) + 1
        if quoted is not None:
            piece = quoted.sub(b"", piece)
        text = _plain(piece.decode("utf-8", "replace"))
        fence = _fence_in(text)
        text = text if fence is None else text[:fence]
        yield _SPACED.sub("\n", text) if double else text
        if fence is not None:
            return


def _fence_in(text: str) -> int | None:
    """Where a line that ends a code fence starts."""
    if text.startswith(_FENCES):
        return 0
    found = [at for f in _FENCES if f[0] in text and (at := text.find(f"\n{f}")) >= 0]
    return min(found, default=None)


def quote_marks(prefix: bytes) -> re.Pattern[bytes]:
    """Finds the marks at the start of each quoted line; a blank one may end with the last mark."""
    marks = prefix.rstrip(b" \t")
    if not marks:
        return re.compile(rb"^" + re.escape(prefix), re.MULTILINE)
    tail = re.escape(prefix[len(marks) :])
    return re.compile(rb"^" + re.escape(marks) + rb"(?:" + tail + rb"|(?=\r?$))", re.MULTILINE)


def _plain(text: str) -> str:
    """`text` with ordinary spaces, and without carriage returns and NULs."""
    if "\r" in text:
        text = text.replace("\r", "")
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.replace("\N{NO-BREAK SPACE}", " ")


def _is_quoted_printable(sample: bytes) -> bool:
    """Whether a mail's soft line ends are in it, or its header says so."""
    if b"=" not in sample:
        return False
    soft = sample.count(b"=\n") + sample.count(b"=\r\n")
    return soft > 1 or b"quoted-printable" in sample.lower()


def _as_utf8(data: bytes) -> bytes:
    """UTF-16, with or without a byte order mark, turned into UTF-8; other bytes as they are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    sample = data[:200]
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(zeros) > _FEWEST_SPACED and zeros.count(0) * 10 > len(zeros) * 9:
            return data.decode(name, "replace").encode("utf-8", "replace")
    return data.removeprefix(b"\xef\xbb\xbf")


def _log_text(data: bytes) -> str | None:
    """`logText` of App Store Connect's betaFeedbackCrashSubmissions/{id}/crashLog answer."""
    answer, _ = read_object(data.decode("utf-8", "replace"))
    if answer is None:
        return None
    for holder in (answer, table(answer, "attributes"), _attributes(answer)):
        log: Any = holder.get("logText")
        if isinstance(log, str):
            return log
    return None


def _attributes(answer: Table) -> Table:
    return table(table(answer, "data"), "attributes")


def _string_literal(data: bytes) -> bytes:
    r"""A log that was pasted as one quoted string, with `\n` for its line ends."""
    for old, new in ((b"\\r\\n", b"\n"), (b"\\n", b"\n"), (b"\\t", b"\t"), (b'\\"', b'"')):
        data = data.replace(old, new)
    return data.replace(b"\\/", b"/").strip(b"\"' \t")


def _is_page(data: bytes) -> bool:
    """Whether this looks like a piece of a web page: its tags, or `<` written as an entity."""
    sample = data[:_PAGE_SAMPLE]
    if b"<" not in sample and b"&" not in sample:
        return False
    sample = sample.lower()
    return sum(sample.count(mark) for mark in _PAGE_MARKS) >= _FEWEST_MARKS


def _without_markup(data: bytes) -> bytes:
    text = _TAG.sub("", _LINE_TAG.sub("\n", data.decode("utf-8", "replace")))
    return html.unescape(text).encode("utf-8", "replace")


def _is_double_spaced(sample: bytes) -> bool:
    """Whether there is a blank line after every line, as some web forms put it."""
    lines = [not line.strip(b" \t\r>") for line in sample.split(b"\n", _SPACED_LINES)]
    odd = lines[1:_SPACED_LINES:2]
    return len(odd) > _FEWEST_SPACED and (all(odd) or all(lines[:_SPACED_LINES:2]))
