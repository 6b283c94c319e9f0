"""Signing in to the simulated site, what it tells of itself, and its limits."""

from typing import Any

import aiohttp
import pytest

from bridge.simulators.server import Simulator
from tests.simulators.jira.caller import Caller


class TestSigningIn:
    async def test_a_wrong_token_is_refused(self, caller: Caller) -> None:
        wrong = aiohttp.encode_basic_auth(caller.jira.email, "wrong")

        answer = await caller.call("GET", "myself", headers={"Authorization": wrong})

        assert answer.status == 401
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"

    @pytest.mark.parametrize("header", ["", "Basic !!!", "Basic /w==", "Bearer", "Digest x"])
    async def test_what_is_no_sign_in_is_refused(self, caller: Caller, header: str) -> None:
        answer = await caller.call("GET", "myself", headers={"Authorization": header})

        assert answer.status == 401

    async def test_each_deployment_has_its_own_way(self, caller: Caller) -> None:
        on_cloud = caller.auth()
        assert (await caller.call("GET", "myself")).body["accountId"]
        caller.site.deployment = "Server"

        assert (await caller.call("GET", "myself")).body["name"] == "feedback-bridge"
        assert (await caller.call("GET", "myself", headers=on_cloud)).status == 401

    async def test_anybody_may_ask_what_it_is(self, caller: Caller, simulator: Simulator) -> None:
        url = f"{simulator.origin}/jira/rest/api/2/serverInfo"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert (await answer.json())["deploymentType"] == "Cloud"


class TestTelling:
    async def test_what_a_create_needs(self, caller: Caller) -> None:
        path = "issue/createmeta/SUN/issuetypes"
        types = (await caller.call("GET", path)).body["issueTypes"]
        bug = next(row["id"] for row in types if row["name"] == "Bug")
        page = (await caller.call("GET", f"{path}/{bug}?maxResults=2&startAt=1")).body

        assert page["total"] == 11
        assert [row["fieldId"] for row in page["fields"]] == ["issuetype", "summary"]

    async def test_permissions_are_told_one_by_one(self, caller: Caller) -> None:
        caller.site.denied.add("EDIT_ISSUES")
        path = "mypermissions?projectKey=SUN&permissions="

        asked = await caller.call("GET", f"{path}CREATE_ISSUES,EDIT_ISSUES")
        unasked = await caller.call("GET", "mypermissions")

        found = asked.body["permissions"]
        assert found["CREATE_ISSUES"]["havePermission"] is True
        assert found["EDIT_ISSUES"]["havePermission"] is False
        assert unasked.status == 400

    async def test_a_project_and_its_parts(self, caller: Caller) -> None:
        project = await caller.call("GET", "project/SUN")
        components = await caller.call("GET", "project/SUN/components")
        versions = await caller.call("GET", "project/SUN/versions")
        priorities = await caller.call("GET", "priority")

        assert project.body["name"] == "Sunrise"
        assert [row["name"] for row in components.body] == ["Sunrise"]
        assert "2.4.1" in [row["name"] for row in versions.body]
        assert "High" in [row["name"] for row in priorities.body]
        assert (await caller.call("GET", "project/MOON")).status == 404

    async def test_without_the_right_to_browse_there_is_nothing(self, caller: Caller) -> None:
        key = await caller.create()
        caller.site.denied.add("BROWSE_PROJECTS")

        assert (await caller.call("GET", f"issue/{key}")).status == 404
        assert (await caller.call("GET", "project/SUN")).status == 404
        query = {"jql": "project = SUN"}
        assert (await caller.call("POST", "search/jql", query)).status == 400


class TestLimits:
    @pytest.fixture
    def simulator_options(self) -> dict[str, Any]:
        return {"real_limits": True}

    async def test_writes_to_one_issue_are_limited(self, caller: Caller) -> None:
        one, other = await caller.create(), await caller.create()
        caller.site.monotonic = lambda: 10.0
        answers = [
            await caller.call("POST", f"issue/{one}/comment", {"body": "x"}) for _ in range(21)
        ]

        assert [a.status for a in answers] == [201] * 20 + [429]
        assert answers[-1].headers["RateLimit-Reason"] == "jira-per-issue-on-write"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert (await caller.call("GET", f"issue/{one}")).status == 200
        assert (await caller.call("POST", f"issue/{other}/comment", {"body": "x"})).status == 201

    async def test_bursts_to_one_endpoint_are_limited(self, caller: Caller) -> None:
        caller.site.monotonic = lambda: 10.0
        statuses = [(await caller.call("GET", "myself")).status for _ in range(101)]
        caller.site.monotonic = lambda: 11.5

        assert statuses == [200] * 100 + [429]
        assert (await caller.call("GET", "myself")).status == 200
