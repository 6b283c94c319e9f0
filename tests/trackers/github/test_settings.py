"""The table of a GitHub tracker, and a route's fields for it."""

from typing import Any

import pytest
from pydantic import ValidationError

from bridge.errors import Misconfigured
from bridge.settings import Secret
from bridge.trackers.github import GitHubSettings
from bridge.trackers.github.fields import Fields, read_fields

SECRET = Secret("github_pat_s3cret", source="env GITHUB_TOKEN")
APP = {"id": 12, "private_key": SECRET, "installation_id": 34}
GOOD = {
    "repository": "example/sunrise",
    "token": SECRET,
    "attachments": {"repository": "example/sunrise-feedback"},
}


def read(**changes: Any) -> GitHubSettings:
    table = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    return GitHubSettings.model_validate(table)


def refused(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        read(**changes)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


def test_the_defaults_are_githubs_own_limits() -> None:
    settings = read()
    writes = settings.writes
    assert (writes.per_minute, writes.per_hour, writes.gap) == (80, 500, 1.0)
    assert settings.base_url == "https://api.github.com"
    assert settings.update_gap == 60
    assert not settings.allow_public


def test_one_write_limit_changed_leaves_the_others() -> None:
    writes = read(writes={"gap": "0s"}).writes
    assert (writes.per_minute, writes.per_hour, writes.gap) == (80, 500, 0.0)


def test_where_attachments_go_has_to_be_said_and_the_choices_are_explained() -> None:
    for missing in (..., None):
        words = refused(attachments=missing)
        for choice in ("private repository of its own", "code repository itself", "the word none"):
            assert choice in words


def test_attachments_may_be_switched_off() -> None:
    assert read(attachments="none").attachments == "none"


def test_the_branch_has_a_name_of_its_own() -> None:
    settings = read()
    assert settings.attachments != "none"
    assert settings.attachments.branch == "feedback-assets"


def test_a_token_or_an_app_and_not_both() -> None:
    assert "either token or app" in refused(app=APP)
    assert "either token or app" in refused(token=...)
    assert read(token=..., app=APP).app is not None


def test_a_token_is_never_written_in_the_file() -> None:
    assert "{env: NAME} or {file: PATH}" in refused(token="github_pat_s3cret")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.github.com/", "https://api.github.com"),
        ("https://git.example.com/api/v3/", "https://git.example.com/api/v3"),
        ("http://127.0.0.1:9010/github", "http://127.0.0.1:9010/github"),
    ],
)
def test_an_api_address_loses_its_last_slash(given: str, kept: str) -> None:
    assert read(base_url=given).base_url == kept


@pytest.mark.parametrize(
    "address",
    ["https://github.com", "ftp://example.com", "api.github.com", "https://u:p@example.com", ""],
)
def test_an_address_that_is_no_api_is_refused(address: str) -> None:
    refused(base_url=address)


@pytest.mark.parametrize(
    "name", ["sunrise", "a/b/c", "https://github.com/a/b", "a/b c", "", "a/", "../x"]
)
def test_a_repository_is_owner_and_name(name: str) -> None:
    refused(repository=name)


@pytest.mark.parametrize("branch", ["../x", "-x", "a b", "", "a?b"])
def test_a_branch_is_a_plain_name(branch: str) -> None:
    refused(attachments={"repository": "a/b", "branch": branch})


def test_fields_are_read_as_they_come_from_templates() -> None:
    fields = {"labels": ["a", " A ", "", "b  c", 7], "assignees": "@octo", "milestone": 3}
    assert read_fields(fields) == Fields(
        labels=("a", "b c", "7"), assignees=("octo",), milestone="3"
    )


def test_no_fields_are_fine() -> None:
    assert read_fields({}) == Fields()
    assert read_fields({"labels": None, "assignees": [], "milestone": ""}) == Fields()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"label": ["a"]}, "did you mean labels?"),
        ({"asignees": ["a"]}, "did you mean assignees?"),
        ({"project": "SUN"}, "it knows labels, assignees, milestone"),
        ({"labels": {"a": 1}}, "fields.labels takes text"),
        ({"assignees": True}, "fields.assignees takes text"),
        ({"milestone": ["1", "2"]}, "fields.milestone is one"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words.replace("?", r"\?")):
        read_fields(fields)
