"""What every tracker promises about a backend that says no."""

import pytest

from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    Misconfigured,
    Permanent,
    RateLimited,
    Transient,
)
from bridge.trackers.base import Level
from tests.trackers.harness import Harness, draft


class Refusals:
    """Fields that a backend won't have."""

    async def test_what_was_refused_is_left_out_and_told(self, harness: Harness) -> None:
        assert harness.refused_fields
        for n, (fields, word) in enumerate(harness.refused_fields):
            asked = {**harness.fields, **fields}
            issue = await harness.tracker.create(draft(harness, f"g{n}", fields=asked))

            assert len(await harness.issues()) == n + 1
            assert any(word in note for note in issue.notes), (fields, issue.notes)

    async def test_a_misspelt_field_is_named_with_the_right_one(self, harness: Harness) -> None:
        fields, right = harness.misspelt
        (wrong,) = fields
        asked = {**harness.fields, **fields}

        with pytest.raises(Misconfigured) as caught:
            await harness.tracker.create(draft(harness, fields=asked))
        findings = await harness.tracker.check(asked)

        assert wrong in str(caught.value)
        assert right in str(caught.value)
        assert any(f.level is Level.ERROR and wrong in f.text for f in findings)
        assert await harness.issues() == []


class Statuses:
    """HTTP's answers, told apart by what a caller can do about them."""

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, BadCredentials),
            (403, Forbidden),
            (404, Permanent),
            (500, Transient),
            (502, Transient),
            (503, Transient),
        ],
    )
    async def test_a_refused_read_is_the_right_error(
        self, harness: Harness, status: int, kind: type[BridgeError]
    ) -> None:
        await harness.answer_all(status)

        with pytest.raises(kind) as caught:
            await harness.tracker.fence(harness.fields)

        assert harness.secret not in f"{caught.value!s} {caught.value!r}"

    @pytest.mark.parametrize("status", [401, 403, 404, 429])
    async def test_a_refused_create_is_definite(self, harness: Harness, status: int) -> None:
        await harness.answer_all(status, {"Retry-After": "7"} if status == 429 else None)

        with pytest.raises((Permanent, RateLimited)):
            await harness.tracker.create(draft(harness))

        await harness.recover()
        assert await harness.issues() == []

    async def test_a_wait_that_was_asked_for_is_told(self, harness: Harness) -> None:
        await harness.answer_all(429, {"Retry-After": "1800"})

        with pytest.raises(RateLimited) as caught:
            await harness.tracker.fence(harness.fields)

        assert caught.value.retry_after is not None
        assert 1799 <= caught.value.retry_after <= 1801
