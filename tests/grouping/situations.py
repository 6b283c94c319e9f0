"""Situations of an issue's group, made short."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.grouping import lifecycle
from bridge.grouping.lifecycle import Situation
from bridge.grouping.milestones import begun
from bridge.model import (
    CloseReason,
    Group,
    History,
    IssueRef,
    IssueState,
    IssueStatus,
    Kind,
    KnownBuild,
    Occurrence,
)
from bridge.routes import OnRegression

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPEN = IssueState(status=IssueStatus.OPEN)
ISSUE = IssueRef(tracker="t", key="#1", url="https://example.com/1", id="1")


def occurrence(n: int, **more: Any) -> Occurrence:
    values: dict[str, Any] = {
        "at": NOON + n * HOUR,
        "version": "2.4",
        "build": "140",
        "build_uploaded_at": NOON - DAY,
        **more,
    }
    return Occurrence(group_id="g", app="sunrise", feedback_id=f"A{n}", **values)


def closed(reason: CloseReason | None = CloseReason.COMPLETED, **more: Any) -> IssueState:
    values: dict[str, Any] = {"closed_at": NOON + DAY, **more}
    return IssueState(status=IssueStatus.CLOSED, reason=reason, **values)


def situation(state: IssueState = OPEN, *occurrences: Occurrence, **more: Any) -> Situation:
    members = occurrences or (occurrence(0),)
    values: dict[str, Any] = {"on_regression": OnRegression.REOPEN, "now": NOON + 2 * DAY, **more}
    history: History = values.pop("history", begun(History(), members[:1]))
    history = lifecycle.looked(history, state, at=NOON)
    history = replace(history, undone=values.pop("undone", False))
    group = Group(
        id="g",
        app="sunrise",
        kind=Kind.CRASH,
        tracker="t",
        created_at=NOON,
        issue=ISSUE,
        history=history,
        frozen=values.pop("frozen", None),
        updated_at=values.pop("updated_at", None),
    )
    builds = values.pop("builds", known(members))
    return Situation(group=group, occurrences=members, state=state, builds=builds, **values)


def known(occurrences: tuple[Occurrence, ...]) -> list[KnownBuild]:
    return [
        KnownBuild(
            version=o.version, build=o.build, platform=o.platform, uploaded_at=o.build_uploaded_at
        )
        for o in occurrences
        if o.build_uploaded_at is not None
    ]


NEWER = occurrence(30, build="150", build_uploaded_at=NOON + 26 * HOUR)
