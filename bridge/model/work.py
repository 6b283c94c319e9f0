"""What is to be done: deliveries, the jobs they ask for, and the intents behind writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bridge.model.issue import Fence, Marker


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One POST from App Store Connect, or a line that reconcile fed in beside it."""

    app: str
    id: str
    """`data.id`: stable when the event is sent again. `reconcile:TYPE:ID` if we found it."""
    type: str
    """The event type as delivered; empty if the body was not a webhook."""
    instance_type: str | None = None
    instance_id: str | None = None
    occurred_at: datetime | None = None
    """What the event says of itself. Aware, UTC."""
    received_at: datetime
    """Aware, UTC."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKey:
    """What makes two jobs the same job."""

    app: str
    instance_type: str
    """`betaFeedbackCrashSubmissions`, …; our own follow-up work has types of its own."""
    instance_id: str


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"  # to be taken when due
    RUNNING = "running"  # a worker holds it under a lease; when that ends it is waiting again
    FILED = "filed"  # became an issue
    ADDED = "added"  # joined an issue that was there
    IGNORED = "ignored"  # a route says so, or the user quit the app themselves
    HELD = "held"  # kept by a route until somebody says `retry`
    DONE = "done"  # our own follow-up work, finished
    DEAD = "dead"  # a dead letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The work that an event asks for, with its checkpoints."""

    id: int
    key: JobKey
    state: JobState
    tries: int
    """Failures that counted, so far."""
    created_at: datetime
    due_at: datetime
    delivery_id: str | None = None
    lease: str | None = None
    """The token of the worker that holds it."""
    checkpoint: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What finished steps left, by step; JSON values."""
    released: bool = False
    """Whether somebody said `retry` of it while a route held it."""
    error: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A create that may have left us; its outcome is unknown until it is settled."""

    id: int
    group_id: str
    marker: Marker
    fence: Fence
    started_at: datetime
    passes: int = 0
    """How often we looked for its issue and found nothing."""
    looked_at: datetime | None = None
