"""`issue.json`: what programs read of an issue. People may edit it, so it is checked when read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from bridge.errors import Unreadable
from bridge.model import CloseReason, IssueState, IssueStatus

DUPLICATE = "duplicate-of "  # the start of the marker of the comment that closes a duplicate
_TEXTS = ("key", "title", "state", "marker")
_CLOSING = ("reason", "closed_at", "duplicate_of")
_LISTS = ("labels", "comments", "attachments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An issue, as `issue.json` has it."""

    key: str
    title: str
    state: str
    """`open`, or `closed`; people may write why instead, such as `not planned`."""
    marker: str
    reason: str | None = None
    """Why it is closed: `completed`, `not planned`, `duplicate`. None means completed."""
    closed_at: str | None = None
    """When it was closed, as people or we wrote it; None where people left it out."""
    duplicate_of: str | None = None
    """The key of the issue that this one duplicates."""
    labels: Sequence[str] = ()
    comments: Sequence[Mapping[str, Any]] = ()
    attachments: Sequence[Mapping[str, Any]] = ()
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What people added; it is kept."""

    @property
    def is_open(self) -> bool:
        """Whether its state is `open`."""
        return self.state.strip().casefold() == "open"

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        closing = {name: getattr(self, name) for name in _CLOSING}
        table = {
            "key": self.key,
            "title": self.title,
            "state": self.state,
            **{name: value for name, value in closing.items() if value is not None},
            "marker": self.marker,
            "labels": list(self.labels),
            "comments": list(self.comments),
            "attachments": list(self.attachments),
            **self.more,
        }
        return (json.dumps(table, ensure_ascii=False, indent=2) + "\n").encode(
            "utf-8", "surrogatepass"
        )

    def with_comment(self, text: str, at: datetime, marker: str) -> "Record":
        """Return the record with a comment, unless it has the one with this marker."""
        if any(c.get("marker") == marker for c in self.comments):
            return self
        said = {"at": at.isoformat(timespec="seconds"), "text": text, "marker": marker}
        return replace(self, comments=[*self.comments, said])

    def with_attachment(self, name: str, size: int, sha256: str) -> "Record":
        """Return the record with a file, once."""
        others = [a for a in self.attachments if a.get("name") != name]
        file = {"name": name, "size": size, "sha256": sha256}
        if file in self.attachments:
            return self
        return replace(self, attachments=[*others, file])

    def completed(self, written: datetime) -> "Record":
        """Return the record with what people leave out when they close or open an issue.

        A file that is closed without a time was closed when it was `written`; an open one isn't
        closed for any reason any more.
        """
        if self.is_open:
            return replace(self, reason=None, closed_at=None, duplicate_of=None)
        if _moment(self.closed_at) is None:
            return replace(self, closed_at=written.isoformat(timespec="seconds"))
        return self

    def issue_state(self, written: datetime) -> IssueState:
        """Return where the issue stands; `written` is when its file was."""
        labels = tuple(self.labels)
        if self.is_open:
            return IssueState(status=IssueStatus.OPEN, labels=labels)
        reason, of = self._reason(), self._duplicate_of()
        if reason is None:
            reason = CloseReason.DUPLICATE if of else CloseReason.COMPLETED
        return IssueState(
            status=IssueStatus.CLOSED,
            reason=reason,
            closed_at=_moment(self.closed_at) or written,
            duplicate_of=of if reason is CloseReason.DUPLICATE else None,
            labels=labels,
        )

    def _reason(self) -> CloseReason | None:
        """Return the reason that people gave, in `reason` or in `state` itself."""
        why = f"{self.state} {self.reason or ''}".casefold().replace("_", " ").replace("'", "")
        if "duplicate" in why:
            return CloseReason.DUPLICATE
        if any(words in why for words in ("not planned", "wont", "will not")):
            return CloseReason.NOT_PLANNED
        return CloseReason.COMPLETED if self.reason else None

    def _duplicate_of(self) -> str | None:
        if self.duplicate_of:
            return self.duplicate_of.strip()
        last = str(self.comments[-1].get("marker", "")) if self.comments else ""
        return last.removeprefix(DUPLICATE) if last.startswith(DUPLICATE) else None


def read_record(data: bytes, *, where: str) -> Record:
    """Read `issue.json`; raises `Unreadable`, which names the file, if people broke it."""
    try:
        table = json.loads(data.decode("utf-8-sig", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            f"{where} is no JSON any more: {error}; mend it, all else was left as it is"
        ) from None
    if not isinstance(table, dict):
        raise Unreadable(f"{where} should be a JSON object")
    values = cast("dict[str, Any]", table)
    texts: dict[str, str] = {}
    for name in _TEXTS:
        value = values.get(name)
        if not isinstance(value, str):
            raise Unreadable(f"{where}: {name!r} should be a text")
        texts[name] = value
    known = {*_TEXTS, *_CLOSING, *_LISTS}
    return Record(
        **texts,
        reason=_optional(values, "reason"),
        closed_at=_optional(values, "closed_at"),
        duplicate_of=_optional(values, "duplicate_of"),
        more={name: value for name, value in values.items() if name not in known},
        labels=[str(label) for label in _list(values, "labels", where)],
        comments=_tables(values, "comments", where),
        attachments=_tables(values, "attachments", where),
    )


def _list(values: Mapping[str, Any], name: str, where: str) -> Sequence[Any]:
    """Return a list; a single text is a list of one, as people write it."""
    value = values.get(name)
    if value is None or isinstance(value, str):
        return [value] if value else []
    if not isinstance(value, list):
        raise Unreadable(f"{where}: {name!r} should be a list")
    return cast("Sequence[Any]", value)


def _tables(values: Mapping[str, Any], name: str, where: str) -> Sequence[Mapping[str, Any]]:
    entries = _list(values, name, where)
    return [
        cast("Mapping[str, Any]", entry) if isinstance(entry, dict) else {"text": str(entry)}
        for entry in entries
    ]


def _optional(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)


def _moment(value: str | None) -> datetime | None:
    """Return a time that people wrote, such as `2026-11-24` or `2026-11-24T10:02:00Z`, in UTC."""
    try:
        at = datetime.fromisoformat((value or "").strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
