"""What GitHub's refusals mean for us, in `bridge.errors`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    Gone,
    LostAnswer,
    RateLimited,
    Refused,
    Transient,
)
from bridge.upstream import retry_after

LEAST_WAIT = 60.0
"""Seconds to wait where GitHub names none: GitHub Docs, "Rate limits for the REST API"."""
LONGEST_MESSAGE = 300
LONGEST_RESET = 3600.0
"""Seconds; the primary limit's window is an hour, so a later reset is a wrong clock."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitHub answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    data: Any


def failure(answer: Answer, *, doing: str, now: datetime, once: bool = False) -> BridgeError:
    """Return the error that an answer from 300 up is.

    `doing` goes into the sentence; `once` says that the request must not be sent again before
    its outcome is known, so that a 5xx is a `LostAnswer`.
    """
    status, said = answer.status, message(answer.data)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        kind = LostAnswer if once else Transient
        return kind(f"GitHub answered {status} to {doing}", retry_after=_asked(answer, now))
    if _is_limit(answer):
        wait = limit_wait(answer.headers, now=now)
        return RateLimited(
            f"GitHub's rate limit stopped {doing}: {said}; next try in {wait:.0f} s",
            retry_after=wait,
        )
    return _refusal(answer, doing, said)


def _refusal(answer: Answer, doing: str, said: str) -> BridgeError:
    match answer.status:
        case 401:
            return BadCredentials(
                f"GitHub doesn't accept the token for {doing}: {said}; "
                "make a new one if it has expired or was revoked"
            )
        case 403:
            return Forbidden(f"the token may not do this: {doing}: {said}{_needed(answer)}")
        case 404:
            return Gone(
                f"GitHub finds nothing for {doing}: {said}; it doesn't exist, or the token "
                f"can't see it{_needed(answer)}"
            )
        case 410:
            return Gone(f"this is gone: {doing}: {said}")
        case status if status < HTTPStatus.BAD_REQUEST:
            return Transient(f"GitHub sent {doing} elsewhere ({status}): the repository moved")
        case status:
            return Refused(f"GitHub refused {doing} ({status}): {said}")


def message(data: Any) -> str:
    """Return what GitHub said about an error, in one short line."""
    if not isinstance(data, Mapping):
        return "no reason given"
    table = cast("Mapping[str, Any]", data)
    parts = [str(table.get("message") or "no reason given")]
    for error in errors(table):
        said = error.get("message") or f"{error.get('field', '')} {error.get('code', '')}".strip()
        parts.append(str(said))
    line = re.sub(r"[\s\x00-\x1f\x7f]+", " ", ": ".join(part for part in parts if part))
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def errors(data: Any) -> list[Mapping[str, Any]]:
    """Return the single errors of a 422 as mappings, whichever of its two shapes it has."""
    found = cast("Mapping[str, Any]", data).get("errors") if isinstance(data, Mapping) else None
    if not isinstance(found, list):
        return []
    return [
        cast("Mapping[str, Any]", e) if isinstance(e, Mapping) else {"message": str(e)}
        for e in cast("list[object]", found)
    ]


def limit_wait(headers: Mapping[str, str], *, now: datetime) -> float:
    """Return the seconds until a rate limit ends, by its headers (names in lower case)."""
    asked = retry_after({"Retry-After": headers.get("retry-after", "")}, now=now)
    if asked is not None:
        return asked
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return min(max(float(reset) - now.timestamp(), 1.0), LONGEST_RESET)
    return LEAST_WAIT


def _is_limit(answer: Answer) -> bool:
    """Return whether this is the primary or a secondary limit; both come as 403 or 429."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    return (
        "retry-after" in answer.headers
        or answer.headers.get("x-ratelimit-remaining") == "0"
        or re.search("rate limit|abuse detection", message(answer.data), re.IGNORECASE) is not None
    )


def _asked(answer: Answer, now: datetime) -> float | None:
    return retry_after({"Retry-After": answer.headers.get("retry-after", "")}, now=now)


def _needed(answer: Answer) -> str:
    """Return what GitHub says the token lacks: single sign-on, or named rights."""
    if answer.headers.get("x-github-sso", "").startswith("required"):
        return "; authorise the token for the organisation's single sign-on"
    needed = answer.headers.get("x-accepted-github-permissions", "")
    if re.fullmatch(r"[a-z_=,; ]+", needed):
        return f"; it needs {needed}"
    return ""
