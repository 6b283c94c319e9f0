"""Values for the store's tests, made short."""

from datetime import timedelta
from typing import Any

from bridge.model import (
    Attachment,
    AttachmentRole,
    Delivery,
    Job,
    JobKey,
    Kind,
    Occurrence,
)
from bridge.store import Store
from tests.clock import START

CRASHES = "betaFeedbackCrashSubmissions"


def delivery(name: str, *, app: str = "sunrise", body: bytes = b"{}", **others: Any) -> Delivery:
    values: dict[str, Any] = {
        "type": "betaFeedbackCrashSubmissionCreated",
        "instance_type": CRASHES,
        "instance_id": name,
        "received_at": START,
    }
    return Delivery(app=app, id=f"event-{name}", body=body, **(values | others))


def key(name: str, *, app: str = "sunrise", type_: str = CRASHES) -> JobKey:
    return JobKey(app=app, instance_type=type_, instance_id=name)


def occurrence(name: str, *, app: str = "sunrise", minutes: float = 0, **others: Any) -> Occurrence:
    at = START + timedelta(minutes=minutes)
    return Occurrence(group_id="", app=app, feedback_id=name, at=at, **others)


def attachment(name: str, *, feedback_id: str = "S1") -> Attachment:
    return Attachment(
        role=AttachmentRole.LOG,
        name=name,
        sha256="ab" * 32,
        size=3,
        media_type="text/plain",
        feedback_id=feedback_id,
    )


def joining(*keys: str, kind: Kind = Kind.CRASH) -> dict[str, Any]:
    """Return what `Ledger.join` wants beside the occurrence."""
    return {"kind": kind, "tracker": "local", "ask": keys, "own": keys}


async def taken(store: Store, *, owner: str = "w1", lease: float = 60) -> Job:
    job = await store.jobs.take(owner=owner, lease=lease)
    assert job is not None
    return job
