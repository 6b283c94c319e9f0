"""What a create sends, and what becomes of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from bridge.errors import LostAnswer, Misconfigured, Transient
from bridge.simulators.jira import CustomField
from bridge.simulators.jira.site import DEVELOPER
from tests.trackers.contract import draft, marker
from tests.trackers.jira.harness import CREATE, JiraHarness


class TestCreating:
    """What a create sends, and what becomes of it."""

    async def test_it_is_sent_once_even_if_its_connection_drops(self, harness: JiraHarness) -> None:
        harness.fault(match=CREATE, when="after", action="reset")

        with pytest.raises(LostAnswer):
            await harness.tracker.create(draft(harness))

        assert harness.asked(CREATE) == 1
        assert len(await harness.issues()) == 1

    @pytest.mark.parametrize(
        "fault",
        [
            {"action": "hang"},
            {"action": "truncate", "when": "after"},
            {"status": 502, "when": "after"},
            {"status": 503, "headers": {"Retry-After": "7"}, "when": "after"},
            {"status": 200, "when": "after"},
        ],
        ids=lambda fault: str(fault.get("status") or fault["action"]),
    )
    async def test_whatever_leaves_its_outcome_open_is_a_lost_answer(
        self, harness: JiraHarness, fault: Mapping[str, Any]
    ) -> None:
        tracker = harness.open(timeout="3s" if fault.get("action") == "hang" else "60s")
        harness.fault(match=CREATE, **fault)

        with pytest.raises(LostAnswer) as caught:
            await tracker.create(draft(harness))
        await tracker.aclose()

        assert harness.asked(CREATE) == 1
        assert caught.value.retry_after == (7.0 if fault.get("status") == 503 else None)

    async def test_a_server_that_isnt_there_is_no_lost_answer(self, harness: JiraHarness) -> None:
        tracker = harness.open(url="http://127.0.0.1:9")

        with pytest.raises(Transient) as caught:
            await tracker.create(draft(harness))
        await tracker.aclose()

        assert not isinstance(caught.value, LostAnswer)

    async def test_the_marker_is_a_property_and_the_last_line(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness))

        issue = harness.issue(ref)
        assert issue.properties["feedback-bridge"]["marker"] == marker().text
        assert marker().text in issue.description.splitlines()[-1]

    async def test_a_site_that_takes_no_properties_gets_none(self, harness: JiraHarness) -> None:
        harness.site.accepts_properties = False
        fence = await harness.tracker.fence(harness.fields)

        ref = await harness.tracker.create(draft(harness))

        found = await harness.tracker.find(marker(), fence)
        assert ref.notes == ()
        assert found is not None
        assert found.key == ref.key

    async def test_fields_arrive_as_the_route_says(self, harness: JiraHarness) -> None:
        harness.site.projects["SUN"].custom_fields += [
            CustomField(id="customfield_10010", name="Source"),
            CustomField(id="customfield_10011", name="Team", options=("Cart", "Search")),
        ]
        who = DEVELOPER.account_id if harness.site.cloud else DEVELOPER.name
        fields = {
            "project": "SUN",
            "issue_type": "Story",
            "priority": "High",
            "components": ["Sunrise", ""],
            "labels": ["testflight", "from tester", "testflight"],
            "assignee": who,
            "affects_versions": "2.4.1",
            "fix_versions": [],
            "customfield_10010": "TestFlight",
            "custom": {"customfield_10011": {"value": "Cart"}},
        }

        ref = await harness.tracker.create(draft(harness, fields=fields))

        stored = harness.issue(ref).fields
        assert ref.notes == ()
        assert harness.issue(ref).issue_type == "10001"
        assert stored["priority"] == "2"
        assert stored["components"] == ["Sunrise"]
        assert stored["labels"] == ["testflight", "from-tester"]
        assert stored["assignee"] == DEVELOPER.account_id
        assert stored["versions"] == ["2.4.1"]
        assert "fixVersions" not in stored
        assert stored["customfield_10010"] == "TestFlight"
        assert stored["customfield_10011"] == {"value": "Cart"}

    async def test_only_the_refused_one_of_several_values_is_left_out(
        self, harness: JiraHarness
    ) -> None:
        fields = {**harness.fields, "components": ["Sunrise", "Moonrise"], "priority": "Blocker"}

        ref = await harness.tracker.create(draft(harness, fields=fields))

        assert harness.issue(ref).fields["components"] == ["Sunrise"]
        assert ref.notes == (
            "Left out: components Moonrise. Jira: Component name 'Moonrise' is not valid",
            "Left out: priority Blocker. Jira: Priority name 'Blocker' is not valid",
        )

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"issue_type": "Bug"}, "`project` is missing"),
            ({"project": "SUN"}, "`issue_type` is missing"),
            ({"project": "MOON", "issue_type": "Bug"}, "project MOON"),
            ({"project": "Sunrise app", "issue_type": "Bug"}, "a project's key"),
            ({"project": "SUN", "issue_type": "Crash"}, "`issue_type`"),
            ({"project": "SUN", "issue_type": "Bug", "summary": "x"}, "from the template"),
            ({"project": "SUN", "issue_type": "Bug", "custom": {"summary": "x"}}, "the template"),
            ({"project": "SUN", "issue_type": "Bug", "custom": "x"}, "must be a table"),
        ],
    )
    async def test_a_route_that_cant_work_is_named(
        self, harness: JiraHarness, fields: Mapping[str, Any], words: str
    ) -> None:
        with pytest.raises(Misconfigured, match=words):
            await harness.tracker.create(draft(harness, fields=fields))

        assert await harness.issues() == []

    async def test_a_required_field_that_the_route_lacks_is_named(
        self, harness: JiraHarness
    ) -> None:
        team = CustomField(id="customfield_10011", name="Team", required=True)
        harness.site.projects["SUN"].custom_fields.append(team)

        with pytest.raises(Misconfigured, match="`customfield_10011`"):
            await harness.tracker.create(draft(harness))

    async def test_titles_are_one_line_and_short_enough(self, harness: JiraHarness) -> None:
        ref = await harness.tracker.create(draft(harness, title="a\r\nb\x00" + "😀" * 300))

        title = harness.issue(ref).fields["summary"]
        assert title.startswith("a b 😀")
        assert title.endswith("…")
        assert len(title.encode("utf-16-le")) // 2 <= 254

    async def test_a_redirect_is_not_followed(self, harness: JiraHarness) -> None:
        harness.fault(
            match=CREATE, status=302, headers={"Location": f"{harness.simulator.origin}/_state"}
        )

        with pytest.raises(Misconfigured, match="redirect"):
            await harness.tracker.create(draft(harness))

        assert harness.asked("GET /_state") == 0
