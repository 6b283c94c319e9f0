"""Jira's errors as ours: what the status, the headers and the body say, in a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    Gone,
    LostAnswer,
    Misconfigured,
    RateLimited,
    Refused,
    Transient,
)
from bridge.trackers.jira.answers import table, text
from bridge.upstream import retry_after

_LONGEST = 300  # characters of Jira's own words in a message of ours
_ADDRESS = re.compile(r"[^\s'\"<>,;:]+@[^\s'\"<>,;:]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of Jira that is not a success."""

    status: int
    headers: Mapping[str, str]
    """Finds names in any case."""
    body: object = None
    """The JSON, or None if it was something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a refusal says: sentences, and sentences by field id."""

    messages: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def sentence(self) -> str:
        """Everything it says, on one line, without addresses."""
        said = [*self.messages, *(f"{name}: {why}" for name, why in self.errors.items())]
        return quotable(" ".join(said)) or "Jira gave no reason."


class JiraRefused(Refused):
    """Jira read the request and won't have it; `complaint` says which fields are at fault."""

    def __init__(self, message: str, *, status: int, complaint: Complaint) -> None:
        super().__init__(message)
        self.status = status
        self.complaint = complaint


class Conflict(Transient):
    """Somebody changed the issue at the same moment (409): read it again and repeat."""


def quotable(words: str) -> str:
    """Return somebody else's words on one line, cut, and without e-mail addresses."""
    line = _ADDRESS.sub("(address)", " ".join(words.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def complaint(body: object) -> Complaint:
    """Read Jira's `{"errorMessages": [], "errors": {}}`, or the gateway's `{"message": ""}`."""
    found = table(body)
    listed: object = found.get("errorMessages")
    messages = [text(found.get(name)) for name in ("message", "errorMessage")]
    if isinstance(listed, list):
        messages += [text(item) for item in listed]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    errors = {name: text(why) for name, why in table(found.get("errors")).items()}
    return Complaint(messages=tuple(filter(None, messages)), errors=errors)


def translate(answer: Answer, *, doing: str, once: bool, now: datetime) -> BridgeError:
    """Return the error that this answer is.

    `doing` completes "Jira did not …". With `once` the request may have had its effect when the
    server failed (5xx), which is then a `LostAnswer`.
    """
    wait = _wait(answer.headers, now=now)
    match answer.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            reason = quotable(answer.headers.get("RateLimit-Reason") or "no reason named")
            error = RateLimited(f"Jira asks us to wait ({reason}).", retry_after=wait)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            kind = LostAnswer if once else Transient
            error = kind(f"Jira failed ({status}) when asked to {doing}.", retry_after=wait)
        case HTTPStatus.CONFLICT:
            error = Conflict(f"The issue was changed by somebody else as we wanted to {doing}.")
        case status if status < HTTPStatus.BAD_REQUEST:
            error = Misconfigured(redirected(doing))
        case _:
            error = _refusal(answer, doing)
    return error


def redirected(doing: str) -> str:
    """Return what to say when Jira's address leads elsewhere."""
    return (
        f"Jira's address answered with a redirect when asked to {doing}. Set the tracker's `url` "
        "to the final address; a redirect to a login page means that the site is behind one."
    )


def _refusal(answer: Answer, doing: str) -> BridgeError:
    said = complaint(answer.body)
    match answer.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return _not_allowed(answer, said, doing)
        case HTTPStatus.NOT_FOUND:
            return Gone(f"Jira can't {doing}: {said.sentence}")
        case status:
            return JiraRefused(
                f"Jira would not {doing} ({status}): {said.sentence}",
                status=status,
                complaint=said,
            )


def _not_allowed(answer: Answer, said: Complaint, doing: str) -> BridgeError:
    login = answer.headers.get("X-Seraph-LoginReason") or ""
    if "AUTHENTICATION_DENIED" in login or answer.headers.get("X-Authentication-Denied-Reason"):
        return BadCredentials(
            "Jira asks this account for a CAPTCHA after failed logins: log in once with a browser, "
            "then check the tracker's `email` and `token`."
        )
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return BadCredentials(
            "Jira does not accept the tracker's `email` and `token`; tokens end after a year at "
            "most. Make a new one and put it where `token` points."
        )
    return Forbidden(f"Jira does not let this account {doing}: {said.sentence}")


def _wait(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds to wait: `Retry-After`, else `X-RateLimit-Reset` (ISO 8601).

    Source: developer.atlassian.com, Jira Cloud platform, "Rate limiting".
    """
    if (named := retry_after(headers, now=now)) is not None:
        return named
    try:
        at = datetime.fromisoformat((headers.get("X-RateLimit-Reset") or "").strip())
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
