"""Filters for templates: dates, sizes, durations, versions, device names, counts. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bridge.devices import device_name
from bridge.markup import cut, plain_line

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SIZES = (("TB", 1000**4), ("GB", 1000**3), ("MB", 1000**2), ("KB", 1000))
_TIMES = ((86_400, "day", "days"), (3600, "h", "h"), (60, "min", "min"), (1, "s", "s"))
_SINGLE_DIGITS = 10


def day(at: datetime, now: datetime | None = None) -> str:
    """`24 Nov`; `24 Nov 2025` where `now` is in another year."""
    utc = at.astimezone(UTC)
    year = f" {utc.year}" if now and now.astimezone(UTC).year != utc.year else ""
    return f"{utc.day} {MONTHS[utc.month - 1]}{year}"


def long_day(at: date) -> str:
    """`24 November 2026`, of a date or of a moment, in UTC."""
    utc = at.astimezone(UTC) if isinstance(at, datetime) else at
    return f"{utc.day} {LONG_MONTHS[utc.month - 1]} {utc.year}"


def moment(at: datetime, now: datetime | None = None) -> str:
    """`24 Nov 10:02 UTC`; `24 Nov 2025 10:02 UTC` where `now` is in another year."""
    return f"{day(at, now)} {at.astimezone(UTC):%H:%M} UTC"


def span(first: datetime, last: datetime, now: datetime | None = None) -> str:
    """`24 Nov`, `18–24 Nov`, `28 Oct – 3 Nov`, `30 Dec 2025 – 2 Jan 2026`.

    The year is there where `now` is in another one, too: `18–24 Nov 2025`.
    """
    start, end = first.astimezone(UTC), last.astimezone(UTC)
    if start.date() == end.date():
        return day(end, now)
    if start.year != end.year:
        return f"{day(start)} {start.year} – {day(end)} {end.year}"
    if start.month != end.month:
        return f"{day(start)} – {day(end, now)}"
    return f"{start.day}–{day(end, now)}"


def size(count: float) -> str:
    """`12 GB`, `1.5 MB`, `900 B`."""
    for unit, factor in _SIZES:
        if count >= factor:
            amount = count / factor
            digits = 1 if amount < _SINGLE_DIGITS and round(amount, 1) % 1 else 0
            return f"{amount:.{digits}f} {unit}"
    return f"{count:.0f} B"


def duration(milliseconds: float) -> str:
    """`4 min`, `3 h`, `2 days`, `45 s`."""
    seconds = int(milliseconds // 1000)
    for length, one, many in _TIMES:
        if seconds >= length:
            amount = seconds // length
            return f"{amount} {one if amount == 1 else many}"
    return "under 1 s"


def version(build: Mapping[str, Any]) -> str:
    """`2.4.1 (143)`, `2.4.1`, `build 143`; empty if neither is known."""
    name, number = build.get("version"), build.get("number")
    if name and number:
        return f"{name} ({number})"
    return str(name) if name else f"build {number}" if number else ""


def build_range(builds: Sequence[Mapping[str, Any]]) -> str:
    """`2.4.0 (139) → 2.4.1 (143, newest)`; `builds` come newest first.

    `newest` is said of the app's newest build, not of the newest one here.
    """
    known = [build for build in builds if version(build)]
    if not known:
        return ""
    newest = _marked(known[0])
    return newest if len(known) == 1 else f"{version(known[-1])} → {newest}"


def _marked(build: Mapping[str, Any]) -> str:
    text = version(build)
    if not build.get("is_newest"):
        return text
    return f"{text[:-1]}, newest)" if text.endswith(")") else f"{text} (newest)"


def build_rows(builds: Iterable[Mapping[str, Any]]) -> Sequence[Sequence[str]]:
    """Return each build's cells: build, occurrences, testers, systems, devices."""
    return [
        (
            _marked(line) or "unknown",
            str(line["occurrences"]),
            str(line["testers"] or ""),
            line["systems"],
            line["devices"],
        )
        for line in builds
    ]


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 crash`, `14 crashes`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def said(words: Mapping[str, Any]) -> str:
    """`24 Nov, build 143`; whether the words are shortened."""
    parts = [
        words.get("day") or day(words["at"]),
        f"build {words['build']}" if words["build"] else "",
        "shortened" if words["is_cut"] else "",
    ]
    return ", ".join(part for part in parts if part)


def first_words(text: str, limit: int = 60) -> str:
    """Return the first words on one line, for a title."""
    return plain_line(text, limit)


FILTERS: dict[str, Callable[..., Any]] = {
    "build_rows": build_rows,
    "build_range": build_range,
    "count": count,
    "cut": cut,
    "day": day,
    "device": device_name,
    "duration": duration,
    "first_words": first_words,
    "long_day": long_day,
    "moment": moment,
    "said": said,
    "size": size,
    "version": version,
}
