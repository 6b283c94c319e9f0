"""Search on the simulated site, and its lagging index."""

from typing import Any

import pytest

from tests.simulators.jira.caller import Caller


class TestSearching:
    NEWEST = 'project = "SUN" ORDER BY key DESC'

    async def test_pages_are_chained_by_tokens_on_cloud(self, caller: Caller) -> None:
        keys = [await caller.create() for _ in range(12)]
        found: list[str] = []
        body: dict[str, Any] = {"jql": self.NEWEST, "maxResults": 5, "fields": ["summary"]}
        while True:
            page = (await caller.call("POST", "search/jql", body)).body
            found += [issue["key"] for issue in page["issues"]]
            if page["isLast"]:
                break
            body["nextPageToken"] = page["nextPageToken"]

        assert found == keys[::-1]

    async def test_pages_are_counted_on_a_server(self, caller: Caller) -> None:
        caller.site.deployment = "Server"
        keys = [await caller.create() for _ in range(3)]
        body = {"jql": "project = SUN ORDER BY created ASC", "startAt": 1, "maxResults": 1}

        page = (await caller.call("POST", "search", body)).body

        assert (page["startAt"], page["total"]) == (1, 3)
        assert [issue["key"] for issue in page["issues"]] == [keys[1]]

    @pytest.mark.off_contract("the old search is documented, and gone")
    async def test_each_deployment_has_one_search(self, caller: Caller) -> None:
        assert (await caller.call("POST", "search", {"jql": self.NEWEST})).status == 410
        caller.site.deployment = "Server"
        assert (await caller.call("POST", "search/jql", {"jql": self.NEWEST})).status == 404
        assert (
            await caller.call("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["SUN-1"]})
        ).status == 404

    async def test_the_index_lags_and_reading_by_key_does_not(self, caller: Caller) -> None:
        caller.site.index_lag = 60.0
        key = await caller.create()

        by_search = await caller.call("POST", "search/jql", {"jql": self.NEWEST})
        by_key = await caller.call(
            "POST", "issue/bulkfetch", {"issueIdsOrKeys": [key, "SUN-9"], "fields": ["summary"]}
        )

        assert by_search.body["issues"] == []
        assert [issue["key"] for issue in by_key.body["issues"]] == [key]

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("project = SUN", 2),
            ('project in ("SUN", SUN) AND updated >= "-2m" ORDER BY updated DESC', 2),
            ('project = "SUN" AND created >= "-10m"', 2),
            ('project = "SUN" and labels = one ORDER BY created DESC', 1),
            ("project = Sunrise AND reporter = currentUser()", 2),
        ],
    )
    async def test_queries_that_it_reads(self, caller: Caller, query: str, count: int) -> None:
        await caller.create(labels=["one"])
        await caller.create()

        answer = await caller.call("GET", "search/jql", params={"jql": query})

        assert len(answer.body["issues"]) == count

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("", "Unbounded"),
            ("ORDER BY key DESC", "Unbounded"),
            ("project = MOON", "does not exist for the field 'project'"),
            ("text ~ marker", "can't be read"),
            ("summary = x", "not supported by the 'summary' field"),
            ('created >= "yesterday"', "is invalid"),
            ("project = SUN ORDER BY rank", "can't be ordered"),
        ],
    )
    async def test_queries_that_it_refuses(self, caller: Caller, query: str, said: str) -> None:
        answer = await caller.call("POST", "search/jql", {"jql": query})

        assert answer.status == 400
        assert said in answer.body["errorMessages"][0]
