"""From the bytes of a file to a `CrashReport`: which format it is, and what is wrapped around it.

A report may come in a mail, a code fence, a JSON answer of App Store Connect, with a byte order
mark, quoted, indented, or cut off anywhere; it is found by its own words.
"""

import re
from collections.abc import Iterator

from bridge.crash.draft import Draft
from bridge.crash.ips import fill_body, fill_header
from bridge.crash.json_body import Table, is_plain, read_object, text
from bridge.crash.platform import BUG_TYPES
from bridge.crash.text import ANOTHER, TextReader
from bridge.crash.wrapping import pieces_of, quote_marks, unwrapped
from bridge.model import CrashReport, ReportKind

_PREFIX = rb"^([>|\t /#*+-]{0,16}+)"
_SURE = re.compile(
    _PREFIX + rb"(?:Incident Identifier:|CrashReporter Key:|Hardware Model:|Exception Type:"
    rb"|Process:[^\n]{1,300}\[\d{1,9}\]\s{0,8}$|Thread \d{1,9} Crashed:|Last Exception Backtrace:"
    rb"|Translated Report \(Full)",
    re.MULTILINE,
)
_TRANSLATED = re.compile(_PREFIX + rb"Translated Report \(Full", re.MULTILINE)
_FULL_REPORT = re.compile(_PREFIX + rb"Full Report\s{0,8}$", re.MULTILINE)
_HEADER = re.compile(_PREFIX + rb'\{(?=[^\n]{0,65536}"bug_type")', re.MULTILINE)
_BODY = re.compile(_PREFIX + rb'\{\s{0,64}"', re.MULTILINE)
_BODY_KEYS = (b'"procName"', b'"usedImages"', b'"threads"', b'"panicString"', b'"memoryStatus"')
_MARGIN = re.compile(rb"[ \t\r\n>|,]*+\{")
_BODY_NAMES = ("threads", "usedImages", "procName", "panicString", "processes")
_HEAD_LINE = re.compile(
    _PREFIX + rb"(?:Hardware Model:|Path:|Identifier:|Version:|Code Type:|Role:|Parent Process:"
    rb"|Coalition:|Date/Time:|Launch Time:|OS Version:|Report Version:|Distributor ID:)",
    re.MULTILINE,
)
_LINES_ASKED = 5
_HEAD_SIZE = 4096
"""Bytes of a head, at most."""
_HEADERS = 4
"""Headers read one below the other; a file of thousands of them is no report."""


def read(data: bytes) -> CrashReport | None:
    """The Apple report in a file; None where there is none.

    Never raises: what can't be read becomes one of the report's warnings.
    """
    data = unwrapped(data)
    header_at = _HEADER.search(data) if b'"bug_type"' in data else None
    header, after = _object_line(data, header_at) if header_at else (None, 0)
    if header_at is not None and header is not None and text(header, "bug_type"):
        return _read_ips(data, header_at, header, after)
    body_at = _BODY.search(data) if any(key in data for key in _BODY_KEYS) else None
    if body_at is not None:
        report = _read_bare_body(data, body_at)
        if report is not None:
            return report
    return _read_text(data)


def _object_line(data: bytes, found: re.Match[bytes]) -> tuple[Table | None, int]:
    """The JSON object on the line of a match, and where what follows it begins."""
    start = found.end(1)
    end = data.find(b"\n", start)
    line = data[start : end if end >= 0 else None].decode("utf-8", "replace")
    header, used = read_object(line)
    # The body may stand on the same line.
    return header, start + len(line[: used or None].encode("utf-8", "replace"))


def _read_ips(data: bytes, header_at: re.Match[bytes], header: Table, after: int) -> CrashReport:
    """A report with an .ips header, which may stand below a translation of itself."""
    above, rest = data[: header_at.start()], data[after:]
    first = _SURE.search(above)
    body_at = _MARGIN.match(rest)
    is_json = body_at is not None or not rest.strip()
    if first is None and not is_json and not _is_body(header):
        return _finished(_read_ips_text(header, rest, header_at[1]))
    draft = Draft("ips-json" if first is None else "translated-json")
    fill_header(draft, header)
    if _is_body(header):
        fill_body(draft, header)
    elif rest.strip():
        _read_body(draft, rest, header_at[1])
    return _finished(_with_translation(draft, above, first))


def _read_ips_text(header: Table, data: bytes, prefix: bytes) -> Draft:
    """Text below an .ips header."""
    draft = _text_draft("ips-text", pieces_of(data, 0, prefix=prefix))
    head = Draft(draft.format)
    fill_header(head, header)
    # The header names version and build; the text leaves open which is which.
    for field in ("app_version", "build"):
        draft.fields[field] = head.fields[field] or draft.fields.get(field)
    return draft.completed(head)


def _with_translation(draft: Draft, above: bytes, first: re.Match[bytes] | None) -> Draft:
    """The draft, completed by the translation above it if there is one."""
    if first is None:
        return draft
    pieces = pieces_of(above, _start(above, first), prefix=_prefix(above, first))
    return draft.completed(_text_draft(draft.format, pieces))


def _is_body(table: Table) -> bool:
    return any(key in table for key in _BODY_NAMES)


def _read_body(draft: Draft, data: bytes, prefix: bytes, *, headers: int = _HEADERS) -> None:
    """Read the body, which further headers may stand above, at most so many."""
    if prefix:
        data = quote_marks(prefix).sub(b"", data)
    written = data.decode("utf-8", "replace").lstrip(", \t\r\n")
    body, end = read_object(written)
    if body is None:
        draft.warnings.append("The report's JSON body could not be read.")
        return
    if not end:
        draft.cut = True
        draft.warnings.append("The report's JSON body is cut off; what was before the cut is kept.")
    rest = written[end:].encode() if end else b""
    if headers and _MARGIN.match(rest) and not _is_body(body) and text(body, "bug_type"):
        fill_header(draft, body)
        _read_body(draft, rest, b"", headers=headers - 1)
        return
    fill_body(draft, body, plain=is_plain(written))
    if _HEADER.search(rest) or _SURE.search(rest):
        draft.warnings.append(ANOTHER)


def _read_bare_body(data: bytes, found: re.Match[bytes]) -> CrashReport | None:
    """A JSON body whose header is missing, or takes several lines."""
    above = data[: found.start()]
    first = _SURE.search(above)
    draft = Draft("ips-json" if first is None else "translated-json")
    _read_body(draft, data[found.end(1) :], found[1])
    if first is None and not draft.fields:
        return None
    return _finished(_with_translation(draft, above, first))


def _read_text(data: bytes) -> CrashReport | None:
    first = _SURE.search(data)
    if first is None:
        return None
    translated = b"Translated Report (Full" in data and _TRANSLATED.search(data) is not None
    end = _FULL_REPORT.search(data, first.end()) if translated else None
    pieces = pieces_of(
        data, _start(data, first), prefix=_prefix(data, first), end=end.start() if end else None
    )
    return _text_draft("translated-text" if translated else "crash-text", pieces).finish()


def _prefix(data: bytes, first: re.Match[bytes]) -> bytes:
    """What stands before each line: as most of the first sure lines have it."""
    found = [
        line[1] for line, _ in zip(_SURE.finditer(data, first.start()), range(5), strict=False)
    ]
    return max(found, key=found.count)


def _start(data: bytes, first: re.Match[bytes]) -> int:
    """Where the head begins: the lines above the first sure one may belong to it too."""
    above = data[max(first.start() - _HEAD_SIZE, 0) : first.start()]
    found = _HEAD_LINE.search(above)
    return first.start() - len(above) + found.start() if found else first.start()


def _text_draft(layout: str, pieces: Iterator[str]) -> Draft:
    draft = Draft(layout)
    TextReader(draft).read(pieces)
    return draft


def _finished(draft: Draft) -> CrashReport:
    bug_type = draft.fields.get("bug_type")
    if bug_type and bug_type not in BUG_TYPES and draft.kind is ReportKind.OTHER:
        draft.warnings.append(f"Bug type {bug_type} is not one that we know.")
    return draft.finish()
