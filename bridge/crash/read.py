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
from bridge.crash.text import TextReader
from bridge.crash.wrapping import pieces_of, quote_marks, unwrapped
from bridge.model import CrashReport, ReportKind

_PREFIX = rb"^((?:[>|\t ]|\xc2\xa0){0,16}+)"
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
_MARGIN = b" \t\r\n>|"


def read(data: bytes) -> CrashReport | None:
    """The Apple report in a file; None where there is none.

    Never raises: what can't be read becomes one of the report's warnings.
    """
    data = unwrapped(data)
    header_at = _HEADER.search(data) if b'"bug_type"' in data else None
    header = _object_line(data, header_at) if header_at else None
    if header_at is not None and header is not None and text(header, "bug_type"):
        return _read_ips(data, header_at, header)
    body_at = _BODY.search(data) if any(key in data for key in _BODY_KEYS) else None
    if body_at is not None:
        report = _read_bare_body(data, body_at)
        if report is not None:
            return report
    return _read_text(data)


def _object_line(data: bytes, found: re.Match[bytes]) -> Table | None:
    """The JSON object on the line of a match."""
    start = found.end(1)
    end = data.find(b"\n", start)
    line = data[start : end if end >= 0 else None]
    return read_object(line.decode("utf-8", "replace"))[0]


def _read_ips(data: bytes, header_at: re.Match[bytes], header: Table) -> CrashReport:
    """A report with an .ips header, which may stand below a translation of itself."""
    line_end = data.find(b"\n", header_at.end())
    above, rest = data[: header_at.start()], data[line_end + 1 :] if line_end >= 0 else b""
    first = _SURE.search(above)
    if first is None and rest.strip() and not rest.lstrip(_MARGIN).startswith(b"{"):
        draft = _text_draft("ips-text", pieces_of(rest, 0, prefix=header_at[1]))
        head = Draft(draft.format)
        fill_header(head, header)
        # The header names version and build; the text leaves open which is which.
        for field in ("app_version", "build"):
            draft.fields[field] = head.fields[field] or draft.fields.get(field)
        return _finished(draft.completed(head))
    draft = Draft("ips-json" if first is None else "translated-json")
    fill_header(draft, header)
    if rest.strip():
        _read_body(draft, rest, header_at[1])
    if first is not None:
        pieces = pieces_of(above, first.start(), prefix=first[1])
        draft = draft.completed(_text_draft(draft.format, pieces))
    return _finished(draft)


def _read_body(draft: Draft, data: bytes, prefix: bytes) -> None:
    if prefix:
        data = quote_marks(prefix).sub(b"", data)
    written = data.decode("utf-8", "replace")
    body, whole = read_object(written)
    if body is None:
        draft.warnings.append("The report's JSON body could not be read.")
        return
    if not whole:
        draft.cut = True
        draft.warnings.append("The report's JSON body is cut off; what was before the cut is kept.")
    fill_body(draft, body, plain=is_plain(written))


def _read_bare_body(data: bytes, found: re.Match[bytes]) -> CrashReport | None:
    """A JSON body whose header line is missing."""
    above = data[: found.start()]
    first = _SURE.search(above)
    draft = Draft("ips-json" if first is None else "translated-json")
    _read_body(draft, data[found.end(1) :], found[1])
    if first is not None:
        pieces = pieces_of(above, first.start(), prefix=first[1])
        draft = draft.completed(_text_draft(draft.format, pieces))
    elif not draft.fields:
        return None
    return _finished(draft)


def _read_text(data: bytes) -> CrashReport | None:
    first = _SURE.search(data)
    if first is None:
        return None
    translated = b"Translated Report (Full" in data and _TRANSLATED.search(data) is not None
    end = _FULL_REPORT.search(data, first.end()) if translated else None
    pieces = pieces_of(data, first.start(), prefix=first[1], end=end.start() if end else None)
    return _text_draft("translated-text" if translated else "crash-text", pieces).finish()


def _text_draft(layout: str, pieces: Iterator[str]) -> Draft:
    draft = Draft(layout)
    TextReader(draft).read(pieces)
    return draft


def _finished(draft: Draft) -> CrashReport:
    bug_type = draft.fields.get("bug_type")
    if bug_type and bug_type not in BUG_TYPES and draft.kind is ReportKind.OTHER:
        draft.warnings.append(f"Bug type {bug_type} is not one that we know.")
    return draft.finish()
