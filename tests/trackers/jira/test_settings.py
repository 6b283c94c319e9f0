"""The table of a Jira tracker."""

from typing import Any

import pytest
from pydantic import ValidationError

from bridge.settings import Secret
from bridge.trackers.jira import JiraSettings

TOKEN = Secret("a-token", source="test")


def settings(**changes: Any) -> JiraSettings:
    return JiraSettings(**{"url": "https://jira.example.com/jira/", "token": TOKEN, **changes})


def test_an_address_loses_its_last_slash() -> None:
    assert settings().url == "https://jira.example.com/jira"


def test_the_defaults_suit_jira() -> None:
    it = settings()

    assert it.update_gap == 3600.0
    assert it.writes.per_hour is None
    assert it.writes.per_minute == 100
    assert not it.notify


def test_one_write_limit_changed_leaves_the_others() -> None:
    writes = settings(writes={"gap": "1s"}).writes

    assert (writes.per_minute, writes.per_hour, writes.gap) == (100, None, 1.0)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("jira.example.com", "looks like https"),
        ("ftp://jira.example.com", "looks like https"),
        ("https://bot:secret@jira.example.com", "must not hold a password"),
        ("https://jira.example.com/?os_auth=1", "without"),
    ],
)
def test_an_address_that_cant_be_one_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(url=url)


def test_cloud_wants_an_email_beside_the_token() -> None:
    with pytest.raises(ValidationError, match="`email`"):
        settings(url="https://example.atlassian.net")

    assert settings(url="https://example.atlassian.net", email="bot@example.com").email


def test_a_token_in_the_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="not written here"):
        settings(token="a-token")
