"""What `check` finds, and what it advises."""

from typing import Any

import pytest

from bridge.settings import Secret
from bridge.simulators.jira import CustomField
from bridge.trackers.base import Finding, Level
from tests.trackers.jira.harness import JiraHarness


class TestChecking:
    """What `check` finds, and that it is told with what to do."""

    async def found(self, harness: JiraHarness, **changes: Any) -> list[Finding]:
        fields = {**harness.fields, **changes}
        return [f for f in await harness.tracker.check(fields) if f.level is not Level.OK]

    async def test_all_is_well(self, harness: JiraHarness) -> None:
        fields = {"components": ["Sunrise"], "priority": "High", "affects_versions": ["2.4.1"]}

        assert await self.found(harness, **fields) == []

    async def test_a_wrong_token(self, harness: JiraHarness) -> None:
        tracker = harness.open(token=Secret("wrong-token", source="test"))

        (finding,) = await tracker.check(harness.fields)
        await tracker.aclose()

        assert finding.level is Level.ERROR
        assert "`token`" in finding.text
        assert "wrong-token" not in finding.text

    @pytest.mark.parametrize(
        ("permission", "level"),
        [
            ("CREATE_ISSUES", Level.ERROR),
            ("EDIT_ISSUES", Level.WARNING),
            ("CREATE_ATTACHMENTS", Level.WARNING),
            ("ADMINISTER_PROJECTS", Level.WARNING),
        ],
    )
    async def test_a_missing_permission(
        self, harness: JiraHarness, permission: str, level: Level
    ) -> None:
        harness.site.denied.add(permission)

        (finding,) = await self.found(harness)

        assert finding.level is level
        assert permission in (finding.advice or "")

    async def test_an_unknown_project(self, harness: JiraHarness) -> None:
        (finding,) = await self.found(harness, project="MOON")

        assert finding.level is Level.ERROR
        assert "MOON" in finding.text

    async def test_an_unknown_issue_type(self, harness: JiraHarness) -> None:
        (finding,) = await self.found(harness, issue_type="Crash")

        assert finding.level is Level.ERROR
        assert "Story, Task, Bug" in (finding.advice or "")

    async def test_a_required_field_that_the_route_lacks(self, harness: JiraHarness) -> None:
        team = CustomField(id="customfield_10011", name="Team", required=True, options=("Cart",))
        harness.site.projects["SUN"].custom_fields.append(team)

        (finding,) = await self.found(harness)
        given = await self.found(harness, custom={"customfield_10011": {"value": "Cart"}})

        assert finding.level is Level.ERROR
        assert "Team" in finding.text
        assert "customfield_10011" in (finding.advice or "")
        assert given == []

    async def test_values_and_fields_that_will_be_left_out(self, harness: JiraHarness) -> None:
        findings = await self.found(
            harness, components=["Sunrise", "Moonrise"], customfield_10099="x"
        )

        assert [f.level for f in findings] == [Level.WARNING, Level.WARNING]
        assert "Moonrise" in findings[0].text
        assert "Sunrise" in (findings[0].advice or "")
        assert "customfield_10099" in findings[1].text

    async def test_attachments_that_are_off(self, harness: JiraHarness) -> None:
        harness.site.attachments_enabled = False

        (finding,) = await self.found(harness)

        assert "turned off" in finding.text
