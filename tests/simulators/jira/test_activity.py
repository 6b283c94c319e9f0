"""Comments, transitions, links and the page for people on the simulated site."""

import aiohttp

from bridge.simulators.jira.site import STATUSES
from tests.simulators.jira.caller import PNG, Caller


class TestLiving:
    async def test_comments_are_paged_newest_first_if_asked(self, caller: Caller) -> None:
        key = await caller.create()
        for n in range(3):
            await caller.call("POST", f"issue/{key}/comment", {"body": f"Number {n}"})

        path = f"issue/{key}/comment?orderBy=-created&maxResults=2&startAt=1"
        page = (await caller.call("GET", path)).body

        assert page["total"] == 3
        assert [comment["body"] for comment in page["comments"]] == ["Number 1", "Number 0"]

    async def test_an_empty_comment_is_refused(self, caller: Caller) -> None:
        key = await caller.create()

        assert (await caller.call("POST", f"issue/{key}/comment", {"body": " "})).status == 400

    async def test_an_issue_goes_through_the_workflow(self, caller: Caller) -> None:
        key = await caller.create()
        path = f"issue/{key}/transitions"
        offered = (await caller.call("GET", f"{path}?expand=transitions.fields")).body
        done = next(t for t in offered["transitions"] if t["name"] == "Done")
        body = {"transition": {"id": done["id"]}, "fields": {"resolution": {"name": "Won't Do"}}}

        await caller.call("POST", path, body)

        fields = (await caller.call("GET", f"issue/{key}")).body["fields"]
        assert fields["status"]["statusCategory"]["key"] == "done"
        assert fields["resolution"]["name"] == "Won't Do"
        assert fields["resolutiondate"]
        assert (await caller.call("POST", path, body)).status == 400
        assert caller.jira.snapshot()["issues"][0]["state"] == "closed"

    async def test_leaving_done_takes_the_resolution_away(self, caller: Caller) -> None:
        issue = caller.issue(await caller.create())
        caller.site.pass_to(issue, STATUSES[2])
        caller.site.pass_to(issue, STATUSES[0])

        fields = (await caller.call("GET", f"issue/{issue.key}")).body["fields"]
        assert not fields["resolution"]

    async def test_labels_are_added_and_removed_by_themselves(self, caller: Caller) -> None:
        key = await caller.create(labels=["a", "b"])
        before = caller.issue(key).updated
        operations = [{"add": "testflight:mute"}, {"remove": "a"}, {"remove": "gone"}]

        answer = await caller.call("PUT", f"issue/{key}", {"update": {"labels": operations}})

        fields = (await caller.call("GET", f"issue/{key}")).body["fields"]
        assert answer.status == 204
        assert fields["labels"] == ["b", "testflight:mute"]
        assert caller.issue(key).updated > before

    async def test_an_operation_on_labels_keeps_to_their_rules(self, caller: Caller) -> None:
        key = await caller.create(labels=["a"])
        for operations, fields in (
            ([{"add": "two words"}], {}),
            ([{"edit": "a"}], {}),
            ([{"add": "b"}], {"labels": ["c"]}),
        ):
            body = {"update": {"labels": operations}, "fields": fields}
            answer = await caller.call("PUT", f"issue/{key}", body)
            assert (answer.status, list(answer.body["errors"])) == (400, ["labels"])
        assert caller.issue(key).fields["labels"] == ["a"]

    async def test_a_done_issue_stays_where_the_workflow_says_so(self, caller: Caller) -> None:
        key = await caller.create()
        caller.site.close(caller.issue(key), "Won't Do")
        caller.site.done_is_final = True

        offered = (await caller.call("GET", f"issue/{key}/transitions")).body

        assert offered["transitions"] == []

    async def test_a_link_is_made_once_and_seen_from_both_ends(self, caller: Caller) -> None:
        kept, extra = await caller.create(), await caller.create()
        body = {
            "type": {"name": "Duplicate"},
            "inwardIssue": {"key": extra},
            "outwardIssue": {"key": kept},
        }
        for _ in range(2):
            assert (await caller.call("POST", "issueLink", body)).status == 201

        (from_extra,) = (await caller.call("GET", f"issue/{extra}")).body["fields"]["issuelinks"]
        (from_kept,) = (await caller.call("GET", f"issue/{kept}")).body["fields"]["issuelinks"]
        types = (await caller.call("GET", "issueLinkType")).body["issueLinkTypes"]
        assert from_extra["outwardIssue"]["key"] == kept
        assert from_kept["inwardIssue"]["key"] == extra
        assert "Duplicate" in [kind["name"] for kind in types]

    async def test_a_page_shows_an_issue_and_runs_nothing(self, caller: Caller) -> None:
        key = await caller.create(summary="<b>bold</b>", description="<script>alert(1)</script>")
        await caller.attach(key, PNG)

        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{caller.url}/browse/{key}") as answer,
        ):
            page = await answer.text()
        assert "&lt;script&gt;" in page
        assert "<script>" not in page
        assert "<b>" not in page
        assert "/jira/secure/attachment/" in page
