"""What all trackers promise, kept by the Jira tracker on Cloud and on Data Center."""

from collections.abc import Mapping

import pytest

from bridge.errors import BadCredentials, RateLimited
from tests.trackers import contract
from tests.trackers.contract import draft
from tests.trackers.jira.harness import JiraHarness


class TestFiling(contract.Filing): ...


class TestLostAnswers(contract.LostAnswers): ...


class TestEditing(contract.Editing): ...


class TestAttaching(contract.Attaching): ...


class TestAttachmentRefusals(contract.AttachmentRefusals): ...


class TestCommenting(contract.Commenting): ...


class TestRemarks(contract.Remarks): ...


class TestLabelling(contract.Labelling): ...


class TestWatching(contract.Watching): ...


class TestClosing(contract.Closing): ...


class TestRefusals(contract.Refusals): ...


class TestStatuses(contract.Statuses): ...


class TestWaiting:
    """Limits, theirs and ours."""

    async def test_writes_keep_to_the_budget(self, harness: JiraHarness) -> None:
        tracker = harness.open(writes={"per_minute": 2, "gap": 1.0})
        await tracker.create(draft(harness, "g1"))
        await tracker.create(draft(harness, "g2"))

        with pytest.raises(RateLimited):
            await tracker.create(draft(harness, "g3"))
        await tracker.aclose()

        assert harness.clock.slept == [1.0]
        assert len(await harness.issues()) == 2

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "Tue, 24 Nov 2026 10:32:00 GMT"}, 1800.0),
            ({"X-RateLimit-Reset": "2026-11-24T10:03Z"}, 60.0),
            ({"Retry-After": "soon"}, None),
            ({}, None),
        ],
    )
    async def test_the_wait_is_read_however_it_is_told(
        self, harness: JiraHarness, headers: Mapping[str, str], seconds: float | None
    ) -> None:
        await harness.answer_all(429, headers)

        with pytest.raises(RateLimited) as caught:
            await harness.tracker.fence(harness.fields)

        assert caught.value.retry_after == seconds

    async def test_a_captcha_is_told_from_a_wrong_token(self, harness: JiraHarness) -> None:
        await harness.answer_all(403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"})

        with pytest.raises(BadCredentials, match="CAPTCHA"):
            await harness.tracker.fence(harness.fields)
