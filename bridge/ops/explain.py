"""The explanation: why feedbacks are one group, and what we did with its issue."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.errors import Gone
from bridge.markup import cut
from bridge.model import Attachment, Diagnosis, Frame, Group, Kind, Occurrence
from bridge.render.public import public_line
from bridge.store import Ledger

Understand = Callable[[Attachment | None], Awaitable[Diagnosis | None]]

NAME_LONGEST = 160  # characters of a frame's name
SENTENCE_LONGEST = 300
_HOW = {
    "new": "opened it",
    "exact": "the same fingerprint",
    "incident": "another report of a crash that is in it",
    "near": "a stack that is nearly the same",
    "follow-up": "a follow-up by the same tester",
    "apart": "taken out of another issue by hand",
    "": "joined before ways were kept",
}
_MERGED = "opened an issue that is part of this one now"
_NEAR_SCREEN = "the same words, and a picture that looks the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One feedback of the group."""

    submission: str
    at: datetime
    build: str | None
    how: str
    """How it came in, as `Occurrence.how`."""
    words: str
    """The same in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another group's issue."""

    key: str
    url: str
    title: str | None
    score: float | None = None
    common: tuple[str, ...] = ()

    @property
    def percent(self) -> str | None:
        """The score as people read it."""
        return None if self.score is None else f"{round(self.score * 100)}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What the fingerprint of the newest crash log is made of."""

    cause: str
    """The rule that named the cause, such as `swift.bounds`."""
    title: str
    """What it is called: `Crash: index out of range`."""
    key: str
    version: str
    confident: bool
    used: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    """Frames that were passed over, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a group's members are one group, and where its issue stands."""

    group: Group
    print: Print | None
    """None for screenshots, and for crashes without a readable log."""
    members: tuple[Member, ...]
    """Newest first."""
    ways: Mapping[str, int]
    """How many came in by which way, in words."""
    possibly: tuple[Related, ...]
    back_from: Related | None
    apart_from: Related | None


class Explainer:
    """Explains groups from what the store holds."""

    def __init__(self, ledger: Ledger, understand: Understand) -> None:
        """Read logs by `understand`, as the way to the group did."""
        self._ledger = ledger
        self._understand = understand

    async def explain(self, group: Group) -> Explanation:
        """Return why the group's members are one group, by the newest one's log."""
        newest_first = list(reversed(await self._ledger.occurrences(group.id)))
        log = next((o.log for o in newest_first if o.log is not None), None)
        diagnosis = await self._understand(log) if group.kind is Kind.CRASH else None
        members = tuple(_member(one, group) for one in newest_first)
        like = [await self._related(near.group_id, near.score, near.common) for near in group.like]
        return Explanation(
            group=group,
            print=_print(diagnosis) if diagnosis else None,
            members=members,
            ways=Counter(member.words for member in members),
            possibly=tuple(one for one in like if one is not None),
            back_from=await self._related(group.history.back_from),
            apart_from=await self._related(group.history.apart_from),
        )

    async def _related(
        self, group_id: str | None, score: float | None = None, common: Sequence[str] = ()
    ) -> Related | None:
        """Return the issue of a group, or of the one that took over; None if it has none."""
        found = await self._survivor(group_id) if group_id else None
        if found is None or found.issue is None:
            return None
        return Related(
            key=found.issue.key,
            url=found.issue.url,
            title=found.title,
            score=score,
            common=tuple(_short(name) for name in common),
        )

    async def _survivor(self, group_id: str) -> Group | None:
        try:
            found = await self._ledger.group(group_id)
            while found.merged_into is not None:
                found = await self._ledger.group(found.merged_into)
        except Gone:
            return None
        return found


def document(found: Explanation) -> dict[str, Any]:
    """Return the explanation as scripts read it."""
    group, history, crash = found.group, found.group.history, found.print
    issue = group.issue
    return {
        "group": group.id,
        "issue": {"tracker": issue.tracker, "key": issue.key, "url": issue.url} if issue else None,
        "cause": {"id": crash.cause, "title": crash.title} if crash else None,
        "fingerprint": {
            "key": crash.key,
            "version": crash.version,
            "confident": crash.confident,
            "used": list(crash.used),
            "skipped": [{"frame": name, "reason": why} for name, why in crash.skipped],
        }
        if crash
        else None,
        "members": [
            {
                "submission": one.submission,
                "at": one.at.isoformat(),
                "build": one.build,
                "how": one.how or None,
            }
            for one in found.members
        ],
        "possibly": [
            {"key": one.key, "url": one.url, "score": one.score, "common": list(one.common)}
            for one in found.possibly
        ],
        "back_from": found.back_from.key if found.back_from else None,
        "apart_from": found.apart_from.key if found.apart_from else None,
        "muted": history.muted,
        "frozen": group.frozen,
        "notes": list(group.notes),
        "seen": {
            "status": history.seen.value,
            "reason": history.seen_reason.value if history.seen_reason else None,
            "at": history.seen_at.isoformat() if history.seen_at else None,
        }
        if history.seen
        else None,
    }


def standing(group: Group) -> Sequence[str]:
    """Return what there is to say of a group's issue beside its members, in sentences."""
    history = group.history
    said: list[str] = []
    if group.frozen:
        said.append(f"Its issue is no longer edited: {group.frozen}.")
    if history.muted:
        said.append("It is muted: nothing is written to it while the label is there.")
    if history.seen is not None:
        why = f" as {history.seen_reason.value}" if history.seen_reason else ""
        at = history.seen_at
        when = f", as first seen on {at:%Y-%m-%d %H:%M} UTC" if at else ""
        said.append(f"It was {history.seen.value}{why}{when}.")
    said += [f"Not as it was wanted: {_short(note)}" for note in group.notes]
    return said


def _member(one: Occurrence, group: Group) -> Member:
    words = _HOW.get(one.how, one.how)
    if one.how == "near" and group.kind is Kind.SCREENSHOT:
        words = _NEAR_SCREEN
    elif one.how == "new" and one.feedback_id != group.opened_by:
        words = _MERGED
    return Member(submission=one.feedback_id, at=one.at, build=one.build, how=one.how, words=words)


def _print(diagnosis: Diagnosis) -> Print:
    found = diagnosis.fingerprint
    return Print(
        cause=diagnosis.cause.id,
        title=diagnosis.cause.title,
        key=found.key,
        version=found.version,
        confident=found.confident,
        used=tuple(_short(name) for name in found.used),
        skipped=tuple((_name(skip.frame), _short(skip.reason)) for skip in found.skipped),
    )


def _name(frame: Frame) -> str:
    place = f"{frame.image or '???'} + {frame.offset}" if frame.offset is not None else None
    return _short(frame.symbol or place or frame.image or "???", NAME_LONGEST)


def _short(text: str, limit: int = SENTENCE_LONGEST) -> str:
    return cut(public_line(text), limit)
