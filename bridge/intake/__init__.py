"""Intake: what App Store Connect delivers is checked, kept, and only then answered.

`signature` and `event` decide and do no I/O; `handler` speaks HTTP.
"""

from bridge.intake.event import EVENT_TYPES, EventType, NotAnEvent, read_event
from bridge.intake.handler import DeliveryCounter, Intake
from bridge.intake.signature import BadSignature, verify

__all__ = [
    "EVENT_TYPES",
    "BadSignature",
    "DeliveryCounter",
    "EventType",
    "Intake",
    "NotAnEvent",
    "read_event",
    "verify",
]
