"""What is wrapped around a report, and how it comes off: mail, web pages, JSON answers, quotes.

Everything here takes time in proportion to the size of what it is given.
"""

import binascii
import html
import json
import re
from collections.abc import Iterator
from typing import cast

from bridge.crash.json_body import read_object

_FENCES = ("```", "~~~", "{code", "{noformat")
_JSON_STARTS = (b"{", b"[", b'"')
_REPORT_MARKS = ('"bug_type"', "Exception Type:", "Hardware Model:", "Incident Identifier:")
_INSIDE = (
    b'"logText"', b'\\"bug_type\\"', b"\\nException Type:", b"\\nHardware Model:", b"\\nProcess:",
)  # fmt: skip
"""What stands in a JSON document that has a whole report in one of its strings."""
_DEEPEST = 5
_CHUNK = 1 << 18
_SAMPLE = 1 << 16
_PAGE_MARKS = (b"<br", b"<pre", b"<p>", b"</p>", b"<code", b"<div", b"&lt;", b"&gt;", b"&quot;")
_FEWEST_MARKS = 3
_PAGE_SAMPLE = 1 << 12
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
    """The report's own bytes, as UTF-8 with line feeds and ordinary spaces."""
    data = _as_utf8(data)
    sample = data[:_PAGE_SAMPLE]
    if sample.lstrip()[:1] in _JSON_STARTS and any(mark in sample for mark in _INSIDE):
        log = _inside(data)
        data = log.encode("utf-8", "replace") if log is not None else _string_literal(data)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    if b"=" in sample and _is_quoted_printable(sample):
        data = binascii.a2b_qp(data)
    if (b"<" in sample or b"&" in sample) and _is_page(data[:_PAGE_SAMPLE].lower()):
        data = _without_markup(data)
    if b":**" in sample:
        data = data.replace(b"**", b"")
    return data if data.isascii() else data.replace(b"\xc2\xa0", b" ")


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
    """`text` without carriage returns and NULs."""
    if "\r" in text:
        text = text.replace("\r", "")
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text


def _is_quoted_printable(sample: bytes) -> bool:
    """Whether a mail's soft line ends are in it, or its header says so."""
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


def _inside(data: bytes) -> str | None:
    """The report in a JSON document, such as App Store Connect's answer with a crash log."""
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError):
        found = read_object(data.decode("utf-8", "replace"))[0]
    return _report_in(found, _DEEPEST)


def _report_in(value: object, depth: int) -> str | None:
    """The first string in the document in which a line of a report is."""
    if isinstance(value, str):
        return value if any(mark in value for mark in _REPORT_MARKS) else None
    if depth == 0 or not isinstance(value, dict | list):
        return None
    parts = cast("dict[str, object] | list[object]", value)
    inner = parts.values() if isinstance(parts, dict) else parts
    reports = (_report_in(item, depth - 1) for item in inner)
    return next((report for report in reports if report is not None), None)


def _string_literal(data: bytes) -> bytes:
    r"""A log that was pasted as one quoted string, with `\n` for its line ends."""
    for old, new in ((b"\\r\\n", b"\n"), (b"\\n", b"\n"), (b"\\t", b"\t"), (b'\\"', b'"')):
        data = data.replace(old, new)
    return data.replace(b"\\/", b"/").strip(b"\"' \t")


def _is_page(sample: bytes) -> bool:
    """Whether this looks like a piece of a web page: its tags, or `<` written as an entity."""
    return sum(sample.count(mark) for mark in _PAGE_MARKS) >= _FEWEST_MARKS


def _without_markup(data: bytes) -> bytes:
    text = _TAG.sub("", _LINE_TAG.sub("\n", data.decode("utf-8", "replace")))
    return html.unescape(text).encode("utf-8", "replace")


def _is_double_spaced(sample: bytes) -> bool:
    """Whether there is a blank line after every line, as some web forms put it."""
    lines = [not line.strip(b" \t\r>") for line in sample.split(b"\n", _SPACED_LINES)]
    odd = lines[1:_SPACED_LINES:2]
    return len(odd) > _FEWEST_SPACED and (all(odd) or all(lines[:_SPACED_LINES:2]))
