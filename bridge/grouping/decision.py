"""What becomes of a feedback: filed, held or ignored, and by which keys its group is found."""

from dataclasses import dataclass
from enum import StrEnum

from bridge.model import Diagnosis
from bridge.routes import Action, Route

UNTAKEN = "no route matches; it waits for one with a tracker, and for `retry`"


class Verdict(StrEnum):
    """What becomes of a feedback."""

    FILE = "file"
    """It has a group: a known one, or a new one."""
    HOLD = "hold"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a feedback, by which keys it finds its group, and why."""

    verdict: Verdict
    alike: bool = False
    """Whether it may be the same problem as another feedback; else it is its own issue."""
    reason: str


def decide(route: Route | None, diagnosis: Diagnosis | None) -> Decision:
    """Decide by the route and, for a crash with a readable log, by what it says.

    A screenshot, and a crash whose log is missing or unreadable, is a group of its own.
    """
    if route is None:
        return Decision(verdict=Verdict.HOLD, reason=UNTAKEN)
    if route.action is Action.IGNORE:
        return Decision(verdict=Verdict.IGNORE, reason="the route says ignore")
    if route.action is Action.HOLD:
        return Decision(verdict=Verdict.HOLD, reason="the route says hold, until `retry`")
    if diagnosis is None:
        return Decision(verdict=Verdict.FILE, reason="nothing to compare it by: its own issue")
    if diagnosis.cause.id == "userquit":
        return Decision(verdict=Verdict.IGNORE, reason="the user quit the app: not a crash")
    return Decision(verdict=Verdict.FILE, alike=True, reason="grouped by fingerprint")
