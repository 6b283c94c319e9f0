"""What became of each feedback: the question that people on call ask."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.model import IssueRef, JobState, Kind
from bridge.store.records import load_errors
from bridge.store.schema import DELIVERIES, FEEDBACK_KINDS, GROUPS, JOBS, OCCURRENCES

WHY = "why"  # the checkpoint that says why a feedback was not filed


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One feedback, its job and its issue."""

    delivery: str | None
    submission: str
    app: str
    kind: Kind
    state: JobState
    issue: IssueRef | None
    group_id: str | None
    frozen: str | None
    """Why the issue is no longer edited; None while it is."""
    attempts: int
    """Failures that counted, and the run that went well if there was one."""
    error: str | None
    """The last failure; of held and ignored feedback the reason."""
    errors: tuple[tuple[datetime, str], ...]
    """Every error and its time, oldest first."""
    received_at: datetime
    finished_at: datetime | None
    job_id: int


_ROWS = (
    select(
        JOBS,
        DELIVERIES.c.received_at,
        OCCURRENCES.c.group_id,
        GROUPS.c.issue_tracker,
        GROUPS.c.issue_key,
        GROUPS.c.issue_url,
        GROUPS.c.issue_id,
        GROUPS.c.frozen,
    )
    .select_from(JOBS)
    .outerjoin(
        DELIVERIES, and_(DELIVERIES.c.app == JOBS.c.app, DELIVERIES.c.id == JOBS.c.delivery_id)
    )
    .outerjoin(
        OCCURRENCES,
        and_(OCCURRENCES.c.app == JOBS.c.app, OCCURRENCES.c.feedback_id == JOBS.c.instance_id),
    )
    .outerjoin(GROUPS, GROUPS.c.id == OCCURRENCES.c.group_id)
    .where(JOBS.c.instance_type.in_(list(FEEDBACK_KINDS)))
    .order_by(JOBS.c.id.desc())
)


async def status_rows(
    connection: AsyncConnection,
    *,
    submission: str | None,
    issue: str | None,
    states: Sequence[JobState],
    limit: int,
) -> Sequence[StatusRow]:
    """Return the feedback that fits all that is given, newest first."""
    query = _ROWS.limit(limit)
    if submission is not None:
        query = query.where(JOBS.c.instance_id == submission)
    if issue is not None:
        query = query.where(_is_issue(issue))
    if states:
        query = query.where(JOBS.c.state.in_([state.value for state in states]))
    return [_status_row(row) for row in await connection.execute(query)]


def _is_issue(words: str) -> ColumnElement[bool]:
    """Fit an issue by what people call it: `#12`, `12`, `SUN-211` or its URL."""
    return or_(
        GROUPS.c.issue_key.in_([words, f"#{words}", words.upper()]), GROUPS.c.issue_url == words
    )


def _status_row(row: Row[Any]) -> StatusRow:
    state = JobState(row.state)
    went_well = state not in (JobState.WAITING, JobState.RUNNING, JobState.DEAD)
    return StatusRow(
        delivery=row.delivery_id,
        submission=row.instance_id,
        app=row.app,
        kind=FEEDBACK_KINDS[row.instance_type],
        state=state,
        issue=issue_ref(row),
        group_id=row.group_id,
        frozen=row.frozen,
        attempts=row.tries + int(went_well),
        error=row.error or _why(row, state),
        errors=load_errors(row.errors),
        received_at=row.received_at or row.created_at,
        finished_at=row.finished_at,
        job_id=row.id,
    )


def _why(row: Row[Any], state: JobState) -> str | None:
    """Return why a feedback that failed in nothing has no issue."""
    if state not in (JobState.HELD, JobState.IGNORED):
        return None
    return json.loads(row.checkpoint).get(WHY)


def issue_ref(row: Row[Any]) -> IssueRef | None:
    """Return the issue of a group's row; None if it has none yet."""
    if row.issue_key is None:
        return None
    return IssueRef(
        tracker=row.issue_tracker, key=row.issue_key, url=row.issue_url, id=row.issue_id
    )
