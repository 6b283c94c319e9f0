"""Creating and editing issues on the simulated site; every exchange is held to the spec."""

from typing import Any

import pytest

from bridge.simulators.jira import CustomField
from tests.simulators.jira.caller import BUG, Caller


class TestCreating:
    async def test_keys_count_up_and_properties_are_kept(self, caller: Caller) -> None:
        body = {
            "fields": {**BUG, "summary": "Crash", "description": "h6. Device"},
            "properties": [{"key": "feedback-bridge", "value": {"marker": "m"}}],
        }
        first = await caller.call("POST", "issue", body)
        second = await caller.create()

        found = await caller.call("GET", f"issue/{first.body['id']}?properties=feedback-bridge")
        one = await caller.call("GET", "issue/SUN-1/properties/feedback-bridge")
        keys = await caller.call("GET", "issue/SUN-1/properties")
        assert (first.body["key"], second) == ("SUN-1", "SUN-2")
        assert found.body["properties"] == {"feedback-bridge": {"marker": "m"}}
        assert found.body["fields"]["description"] == "h6. Device"
        assert one.body["value"] == {"marker": "m"}
        assert [row["key"] for row in keys.body["keys"]] == ["feedback-bridge"]

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("project", {"key": "NO"}, "Specify a valid project ID or key"),
            ("issuetype", {"name": "Crash"}, "Specify a valid issue type"),
            ("summary", "", "You must specify a summary of the issue."),
            ("summary", "x" * 255, "Summary must be less than 255 characters."),
            ("summary", "a\nb", "The summary is invalid because it contains newline characters."),
            ("description", "x" * 32768, "It exceeds the allowed limit of 32,767 characters."),
            ("components", [{"name": "Moon"}], "Component name 'Moon' is not valid"),
            ("versions", [{"name": "9"}], "Version name '9' is not valid"),
            ("priority", {"name": "Blocker"}, "Priority name 'Blocker' is not valid"),
            ("labels", ["a b"], "The label 'a b' contains spaces which is invalid."),
            ("assignee", {"accountId": "x"}, "User 'x' cannot be assigned issues."),
            ("customfield_1", "x", "It is not on the appropriate screen, or unknown."),
        ],
    )
    async def test_a_field_it_wont_have_is_named(
        self, caller: Caller, field: str, value: Any, said: str
    ) -> None:
        errors = await caller.errors(**{field: value})

        assert set(errors) == {field}
        assert said in errors[field]
        assert caller.jira.snapshot()["issues"] == []

    async def test_the_longest_that_it_takes(self, caller: Caller) -> None:
        assert await caller.create(summary="x" * 254, description="x" * 32767)

    async def test_own_fields_of_a_project(self, caller: Caller) -> None:
        team = CustomField(id="customfield_7", name="Team", required=True, options=("Cart",))
        caller.site.projects["SUN"].custom_fields.append(team)

        assert await caller.errors() == {"customfield_7": "Team is required."}
        assert "customfield_7" in await caller.errors(customfield_7={"value": "Moon"})
        assert await caller.create(customfield_7={"value": "Cart"})

    async def test_version_3_speaks_documents(self, caller: Caller) -> None:
        text = {"type": "text", "text": "Hello"}
        document = {
            "version": 1,
            "type": "doc",
            "content": [{"type": "paragraph", "content": [text]}],
        }
        body = {"fields": {**BUG, "summary": "Crash", "description": document}}

        made = await caller.call("POST", "issue", body, version=3)
        new = await caller.call("GET", f"issue/{made.body['key']}", version=3)
        old = await caller.call("GET", f"issue/{made.body['key']}")

        assert new.body["fields"]["description"] == document
        assert old.body["fields"]["description"] == "Hello"

    @pytest.mark.off_contract("such requests are not in the documents")
    async def test_what_is_no_json_is_refused(self, caller: Caller) -> None:
        headers = {"Content-Type": "application/json"}
        broken = await caller.call("POST", "issue", data=b"{", headers=headers)
        form = await caller.call("POST", "issue", data={"a": "b"})

        assert broken.status == 400
        assert form.status == 415


class TestEditing:
    async def test_an_edit_without_mail_is_for_project_administrators(self, caller: Caller) -> None:
        key = await caller.create()
        edit = {"fields": {"summary": "New"}}

        quiet = await caller.call("PUT", f"issue/{key}?notifyUsers=false", edit)
        caller.site.denied.add("ADMINISTER_PROJECTS")
        refused = await caller.call("PUT", f"issue/{key}?notifyUsers=false", edit)
        loud = await caller.call("PUT", f"issue/{key}", edit)

        assert (quiet.status, refused.status, loud.status) == (204, 403, 204)
        assert caller.site.mails[key] == 1
        assert caller.jira.snapshot()["issues"][0]["title"] == "New"

    async def test_a_field_off_the_edit_screen_is_named(self, caller: Caller) -> None:
        key = await caller.create()
        caller.site.uneditable.add("summary")

        answer = await caller.call("PUT", f"issue/{key}", {"fields": {"summary": "New"}})

        assert answer.status == 400
        assert set(answer.body["errors"]) == {"summary"}

    async def test_a_deleted_issue_is_gone_and_its_number_with_it(self, caller: Caller) -> None:
        key = await caller.create()

        assert (await caller.call("DELETE", f"issue/{key}")).status == 204
        assert (await caller.call("GET", f"issue/{key}")).status == 404
        assert await caller.create() == "SUN-2"

    async def test_a_moved_issue_answers_to_its_old_key(self, caller: Caller) -> None:
        key = await caller.create()
        caller.site.move(caller.issue(key), caller.jira.add_project("OTH", "Other"))

        assert (await caller.call("GET", f"issue/{key}")).body["key"] == "OTH-1"
