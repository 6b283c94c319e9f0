"""`issue.json`: what programs read of an issue. People may edit it, so it is checked when read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from bridge.errors import Unreadable
from bridge.model import CloseReason, IssueState, IssueStatus

DUPLICATE = "duplicate-of "  # the start of the marker of the comment that closes a duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An issue, as `issue.json` has it."""

    key: str
    title: str
    state: str
    """`open`, or `closed`; people may write why instead, such as `not planned`."""
    marker: str
    labels: Sequence[str] = ()
    comments: Sequence[Mapping[str, Any]] = ()
    attachments: Sequence[Mapping[str, Any]] = ()

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        table = {
            "key": self.key,
            "title": self.title,
            "state": self.state,
            "marker": self.marker,
            "labels": list(self.labels),
            "comments": list(self.comments),
            "attachments": list(self.attachments),
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

    def issue_state(self) -> IssueState:
        """Return where the issue stands."""
        labels = tuple(self.labels)
        state = self.state.strip().casefold()
        if state == "open":
            return IssueState(status=IssueStatus.OPEN, labels=labels)
        last = str(self.comments[-1].get("marker", "")) if self.comments else ""
        of = last.removeprefix(DUPLICATE) if last.startswith(DUPLICATE) else None
        reason = CloseReason.COMPLETED
        if of is not None or "duplicate" in state:
            reason = CloseReason.DUPLICATE
        elif "not planned" in state or "wontfix" in state.replace("'", ""):
            reason = CloseReason.NOT_PLANNED
        return IssueState(status=IssueStatus.CLOSED, reason=reason, duplicate_of=of, labels=labels)


def read_record(data: bytes, *, where: str) -> Record:
    """Read `issue.json`; raises `Unreadable`, which names the file, if people broke it."""
    try:
        table = json.loads(data.decode("utf-8-sig", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{where} is no JSON any more: {error}") from None
    if not isinstance(table, dict):
        raise Unreadable(f"{where} should be a JSON object")
    values = cast("dict[str, Any]", table)
    texts: dict[str, str] = {}
    for name in ("key", "title", "state", "marker"):
        value = values.get(name)
        if not isinstance(value, str):
            raise Unreadable(f"{where}: {name!r} should be a text")
        texts[name] = value
    return Record(
        **texts,
        labels=[str(label) for label in _list(values, "labels")],
        comments=_tables(values, "comments"),
        attachments=_tables(values, "attachments"),
    )


def _list(values: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = values.get(name)
    return cast("Sequence[Any]", value) if isinstance(value, list) else ()


def _tables(values: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    return [cast("Mapping[str, Any]", v) for v in _list(values, name) if isinstance(v, dict)]
