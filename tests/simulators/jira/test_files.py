"""Attachments on the simulated site."""

import hashlib

import aiohttp

from tests.simulators.jira.caller import PNG, Caller


class TestAttaching:
    async def test_files_come_back_as_they_were(self, caller: Caller) -> None:
        key = await caller.create()

        added = await caller.attach(key, PNG, b"other")
        about = await caller.call("GET", f"attachment/{added.body[0]['id']}")

        (issue,) = caller.jira.snapshot()["issues"]
        assert [row["size"] for row in added.body] == [len(PNG), 5]
        assert about.body["mimeType"] == "image/png"
        assert issue["attachments"][0] == {
            "name": "shot-0.png",
            "size": len(PNG),
            "sha256": hashlib.sha256(PNG).hexdigest(),
        }

    async def test_content_is_led_to(self, caller: Caller) -> None:
        added = await caller.attach(await caller.create(), PNG)
        url = f"{caller.url}/rest/api/2/attachment/content/{added.body[0]['id']}"

        async with (
            aiohttp.ClientSession(headers=caller.auth()) as session,
            session.get(url) as answer,
        ):
            assert await answer.read() == PNG
            assert answer.url.path.startswith("/jira/secure/attachment/")

    async def test_a_request_without_the_header_is_blocked(self, caller: Caller) -> None:
        answer = await caller.attach(await caller.create(), PNG, **{"X-Other": "1"})

        assert answer.status == 403

    async def test_one_file_too_large_keeps_all_of_them_out(self, caller: Caller) -> None:
        caller.site.upload_limit = 100
        key = await caller.create()

        answer = await caller.attach(key, b"small", b"x" * 101)

        assert (await caller.call("GET", "attachment/meta")).body["uploadLimit"] == 100
        assert answer.status == 413
        assert caller.jira.snapshot()["issues"][0]["attachments"] == []

    async def test_sixty_files_are_the_most(self, caller: Caller) -> None:
        key = await caller.create()

        assert (await caller.attach(key, *[b"x"] * 61)).status == 413
        assert (await caller.attach(key, *[b"x"] * 60)).status == 200

    async def test_an_attachment_can_be_taken_back(self, caller: Caller) -> None:
        key = await caller.create()
        added = await caller.attach(key, PNG)

        gone = await caller.call("DELETE", f"attachment/{added.body[0]['id']}")

        assert gone.status == 204
        assert caller.jira.snapshot()["issues"][0]["attachments"] == []
