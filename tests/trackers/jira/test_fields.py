"""A route's fields in Jira's terms."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Misconfigured
from bridge.trackers.jira.failures import Complaint
from bridge.trackers.jira.fields import TITLE_LIMIT, give_way, read_fields, title_line

LEAST = {"project": "SUN", "issue_type": "Bug"}


@pytest.mark.parametrize(
    ("given", "field_id", "sent"),
    [
        ({"priority": "High"}, "priority", {"name": "High"}),
        ({"priority": "2"}, "priority", {"id": "2"}),
        ({"priority": 2}, "priority", {"id": "2"}),
        ({"components": "Sunrise"}, "components", [{"name": "Sunrise"}]),
        ({"components": [{"id": "7"}, ""]}, "components", [{"id": "7"}]),
        ({"affects_versions": ["2.4.1"]}, "versions", [{"name": "2.4.1"}]),
        ({"fix_versions": ["2.5"]}, "fixVersions", [{"name": "2.5"}]),
        ({"labels": ["a b\tc", "a-b-c", " ", "d"]}, "labels", ["a-b-c", "d"]),
        ({"environment": "iPhone"}, "environment", "iPhone"),
        ({"customfield_10010": [1, 2]}, "customfield_10010", [1, 2]),
        ({"custom": {"customfield_10010": "x"}}, "customfield_10010", "x"),
        ({"custom": {"com.example.field": "x"}}, "com.example.field", "x"),
    ],
)
def test_a_field_is_sent_as_jira_wants_it(given: Any, field_id: str, sent: Any) -> None:
    assert read_fields({**LEAST, **given}, cloud=True).optional == {field_id: sent}


@pytest.mark.parametrize("empty", [None, "", " ", [], {}])
@pytest.mark.parametrize("name", ["priority", "components", "assignee", "customfield_10010"])
def test_an_empty_field_is_not_sent(name: str, empty: Any) -> None:
    assert read_fields({**LEAST, name: empty}, cloud=True).optional == {}


@pytest.mark.parametrize("name", ["components", "labels", "fix_versions"])
def test_a_list_of_nothing_is_not_sent(name: str) -> None:
    assert read_fields({**LEAST, name: ["", None, " "]}, cloud=True).optional == {}


def test_a_person_is_an_account_on_cloud_and_a_name_on_a_server() -> None:
    fields = {**LEAST, "assignee": "712020:1"}

    assert read_fields(fields, cloud=True).optional == {"assignee": {"accountId": "712020:1"}}
    assert read_fields(fields, cloud=False).optional == {"assignee": {"name": "712020:1"}}


def test_an_issue_type_may_be_a_number() -> None:
    wanted = read_fields({"project": "SUN", "issue_type": 10004}, cloud=True)

    assert wanted.fields(title="t", description="d")["issuetype"] == {"id": "10004"}


def test_an_unknown_field_is_named_with_all_that_are_known() -> None:
    with pytest.raises(Misconfigured, match=r"`zzz` is not known\. A Jira tracker knows project"):
        read_fields({**LEAST, "zzz": 1}, cloud=True)


@pytest.mark.parametrize(
    "errors",
    [
        {},
        {"summary": "Summary must be less than 255 characters."},
        {"labels": "bad", "customfield_10011": "Team is required."},
    ],
)
def test_what_an_issue_cant_do_without_gives_no_way(errors: dict[str, str]) -> None:
    wanted = read_fields({**LEAST, "labels": ["a"]}, cloud=True)

    assert give_way(wanted, Complaint(errors=errors)) is None


def test_a_refused_list_goes_as_a_whole_if_no_value_is_named() -> None:
    wanted = read_fields({**LEAST, "labels": ["a", "b"], "priority": "High"}, cloud=True)

    given_way = give_way(wanted, Complaint(errors={"labels": "Not on the screen."}))

    assert given_way is not None
    left, notes = given_way
    assert left.optional == {"priority": {"name": "High"}}
    assert notes == ("Left out: labels a, b. Jira: Not on the screen.",)


@given(st.text(max_size=400))
def test_a_title_is_one_line_that_fits(title: str) -> None:
    line = title_line(title)

    assert len(line.encode("utf-16-le")) // 2 <= TITLE_LIMIT
    assert line.splitlines() in ([], [line])
    assert title_line(line) == line
