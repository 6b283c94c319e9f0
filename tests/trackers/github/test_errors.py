"""What GitHub's refusals mean."""

from typing import Any

import pytest

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
from bridge.trackers.github.errors import Answer, errors, failure, limit_wait, message
from tests.clock import START

NOW = int(START.timestamp())


def failed(status: int, data: Any = None, *, once: bool = False, **headers: str) -> BridgeError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure(Answer(status, named, data), doing="a new issue", now=START, once=once)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Transient),
        (307, Transient),
        (400, Refused),
        (401, BadCredentials),
        (403, Forbidden),
        (404, Gone),
        (408, Transient),
        (409, Refused),
        (410, Gone),
        (413, Refused),
        (422, Refused),
        (429, RateLimited),
        (451, Refused),
        (500, Transient),
        (502, Transient),
        (599, Transient),
    ],
)
def test_each_status_is_the_error_that_says_what_can_be_done(
    status: int, kind: type[BridgeError]
) -> None:
    error = failed(status, {"message": "No."})
    assert type(error) is kind
    assert "a new issue" in str(error)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_request_that_is_sent_once_may_have_been_done(status: int) -> None:
    assert isinstance(failed(status, once=True), LostAnswer)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 429])
def test_a_definite_no_is_none_the_less(status: int) -> None:
    assert not isinstance(failed(status, once=True), LostAnswer)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({"message": "You have exceeded a secondary rate limit. Please wait."}, {}),
        ({"message": "API rate limit exceeded for user ID 1."}, {}),
        ({"message": "You have triggered an abuse detection mechanism."}, {}),
        ({"message": "Slow down"}, {"retry_after": "30"}),
        ({"message": "No"}, {"x_ratelimit_remaining": "0"}),
    ],
)
def test_a_limit_comes_as_403_too(data: Any, headers: dict[str, str]) -> None:
    assert isinstance(failed(403, data, once=False, **headers), RateLimited)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 90)}, 90),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW - 90)}, 1),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 10**6)}, 3600),
        ({"x-ratelimit-remaining": "12", "x-ratelimit-reset": str(NOW + 90)}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 60),
        ({}, 60),
    ],
)
def test_the_wait_is_what_github_asks_for_else_a_minute(
    headers: dict[str, str], wait: float
) -> None:
    assert limit_wait(headers, now=START) == wait


def test_a_5xx_that_names_a_wait_keeps_it() -> None:
    error = failed(503, retry_after="120")
    assert isinstance(error, Transient)
    assert error.retry_after == 120


def test_a_missing_right_is_named() -> None:
    error = failed(
        403,
        {"message": "Resource not accessible by personal access token"},
        x_accepted_github_permissions="issues=write",
    )
    assert str(error).endswith("it needs issues=write")


def test_single_sign_on_is_named_and_its_address_is_not() -> None:
    error = failed(403, {"message": "No"}, x_github_sso="required; url=https://example.com/s3cret")
    assert "single sign-on" in str(error)
    assert "s3cret" not in str(error)


def test_what_github_said_is_one_short_line() -> None:
    said = message({"message": "Validation\r\nFailed", "errors": [{"message": "x" * 999}]})
    assert said.startswith("Validation Failed: xxx")
    assert len(said) == 300
    assert "\n" not in said


@pytest.mark.parametrize("data", [None, [], "no", 1, {}, {"errors": "no"}])
def test_an_error_without_words_is_told_all_the_same(data: Any) -> None:
    assert message(data) == "no reason given"
    assert errors(data) == []


def test_errors_of_either_shape_are_read() -> None:
    assert errors({"errors": ["a", {"code": "b"}]}) == [{"message": "a"}, {"code": "b"}]
    assert message({"message": "Invalid", "errors": [{"field": "title", "code": "missing"}]}) == (
        "Invalid: title missing"
    )
