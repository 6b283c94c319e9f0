"""Jira's errors as ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    Gone,
    LostAnswer,
    Misconfigured,
    RateLimited,
    Transient,
)
from bridge.trackers.jira.failures import (
    Answer,
    Conflict,
    JiraRefused,
    complaint,
    quotable,
    translate,
)
from tests.clock import START

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "errorMessage", "errorMessages", "errors", "x"]), inner
        )
    ),
    max_leaves=8,
)


def error(status: int, *, once: bool = False, body: Any = None, **headers: str) -> BridgeError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer(status=status, headers=named, body=body)
    return translate(answer, doing="create an issue", once=once, now=START)


@pytest.mark.parametrize(
    ("status", "once", "kind"),
    [
        (302, True, Misconfigured),
        (400, True, JiraRefused),
        (401, True, BadCredentials),
        (403, True, Forbidden),
        (404, True, Gone),
        (409, False, Conflict),
        (410, True, JiraRefused),
        (413, True, JiraRefused),
        (422, True, JiraRefused),
        (429, True, RateLimited),
        (500, False, Transient),
        (500, True, LostAnswer),
        (503, True, LostAnswer),
        (504, True, LostAnswer),
    ],
)
def test_each_status_is_its_own_error(status: int, *, once: bool, kind: type[BridgeError]) -> None:
    assert type(error(status, once=once)) is kind


def test_a_refusal_says_which_fields_are_at_fault() -> None:
    body = {"errorMessages": ["No."], "errors": {"components": "Component name 'x' is not valid"}}

    refused = error(400, body=body)

    assert isinstance(refused, JiraRefused)
    assert refused.complaint.errors == {"components": "Component name 'x' is not valid"}
    assert "No. components: Component name 'x' is not valid" in str(refused)


def test_a_gateways_message_is_read_too() -> None:
    assert complaint({"message": "Basic auth is off."}).sentence == "Basic auth is off."


def test_a_wait_is_a_number_of_seconds_first() -> None:
    reset = "2026-11-24T11:02:00Z"

    waiting = error(429, Retry_After="7", X_RateLimit_Reset=reset)
    resetting = error(429, X_RateLimit_Reset=reset)

    assert isinstance(waiting, RateLimited)
    assert waiting.retry_after == 7.0
    assert isinstance(resetting, RateLimited)
    assert resetting.retry_after == 3600.0


@given(body=JSON, status=st.sampled_from([400, 403, 404, 413, 500]))
def test_no_body_is_too_odd(body: Any, status: int) -> None:
    assert str(error(status, body=body))


@given(st.text(max_size=2000))
def test_what_is_quoted_is_short_and_on_one_line(words: str) -> None:
    assert len(quotable(words)) <= 300
    assert len(quotable(words).splitlines()) <= 1


def test_addresses_are_not_quoted() -> None:
    assert quotable("User 'tester@example.com' is unknown.") == "User '(address)' is unknown."
