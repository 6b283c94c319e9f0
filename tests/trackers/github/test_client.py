"""How requests are sent: once, paced, with limits kept and secrets too."""

import asyncio
import logging
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bridge.errors import BadCredentials, Gone, RateLimited, Refused, Transient
from bridge.settings import Secret
from bridge.trackers.base import Level
from bridge.trackers.github.client import THREADS
from bridge.upstream import READS
from tests.trackers.contract import draft, marker
from tests.trackers.github.conftest import Make
from tests.trackers.github.harness import GitHubHarness

INSTALLATION = 4711
TOKENS = "POST /github/app/installations/{id}/access_tokens"


def pem_pair() -> tuple[str, str]:
    """Return a new private and public key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


KEYS = pem_pair()


def app(private_key: str = KEYS[0], **changes: Any) -> dict[str, Any]:
    table = {
        "id": 12,
        "private_key": Secret(private_key, source="file secrets/app.pem"),
        "installation_id": INSTALLATION,
    }
    return {"token": None, "app": {**table, **changes}}


async def test_a_wrong_token_is_told_and_not_shown(make: Make) -> None:
    harness = make(token=Secret("github_pat_wr0ng", source="env GITHUB_TOKEN"))

    with pytest.raises(BadCredentials) as caught:
        await harness.tracker.fence({})

    assert "doesn't accept the token" in str(caught.value)
    assert "wr0ng" not in repr(caught.value)


async def test_while_a_limit_lasts_nothing_is_sent(harness: GitHubHarness) -> None:
    await harness.answer_all(429, {"Retry-After": "120"})
    with pytest.raises(RateLimited):
        await harness.tracker.fence({})
    await harness.recover()
    before = harness.simulator.requests.total()

    harness.clock.advance(119)
    with pytest.raises(RateLimited, match="lasts another 1 s") as caught:
        await harness.tracker.fence({})
    assert harness.simulator.requests.total() == before
    assert caught.value.retry_after == pytest.approx(1)

    harness.clock.advance(1)
    assert (await harness.tracker.fence({})).number == 0


async def test_githubs_secondary_limit_is_kept(harness: GitHubHarness) -> None:
    harness.github.access.real_limits = True
    for n in range(80):
        await harness.tracker.create(draft(harness, f"g{n}", fields={}))

    with pytest.raises(RateLimited) as caught:
        await harness.tracker.create(draft(harness, "g80", fields={}))

    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 61
    assert len(await harness.issues()) == 80


async def test_writes_are_paced_and_reads_are_not(make: Make) -> None:
    harness = make(writes={"per_minute": 80, "per_hour": 500, "gap": "1s"})
    for n in range(3):
        await harness.tracker.create(draft(harness, f"g{n}", fields={}))
        await harness.tracker.fence({})

    assert harness.clock.slept == [1.0, 1.0]


async def test_a_used_up_budget_frees_the_worker(make: Make) -> None:
    harness = make(writes={"per_minute": 2, "per_hour": None, "gap": "0s"})
    for n in range(2):
        await harness.tracker.create(draft(harness, f"g{n}", fields={}))

    with pytest.raises(RateLimited) as caught:
        await harness.tracker.create(draft(harness, "g2", fields={}))

    assert caught.value.retry_after == pytest.approx(60)
    assert len(await harness.issues()) == 2


async def test_a_wait_can_be_cancelled(harness: GitHubHarness) -> None:
    harness.simulator.faults.replace([{"match": "GET /github/repos/*/*", "action": "hang"}])
    asked = asyncio.create_task(harness.tracker.fence({}))
    while not harness.simulator.requests:
        await asyncio.sleep(0.01)
    asked.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asked
    await harness.recover()


@pytest.mark.parametrize("action", ["reset", "truncate", "hang"])
async def test_a_read_without_an_answer_is_transient(make: Make, action: str) -> None:
    harness = make(timeout="3s" if action == "hang" else "60s")
    rule = {"match": "GET /github/repos/*/*", "action": action, "when": "after"}
    harness.simulator.faults.replace([rule])

    with pytest.raises(Transient, match="the repository example/sunrise"):
        await harness.tracker.fence({})
    await harness.recover()


async def test_a_read_that_fails_now_and_then_is_no_failure(harness: GitHubHarness) -> None:
    rule = {"match": "GET /github/repos/*/*/issues", "status": 503, "times": READS - 1}
    harness.simulator.faults.replace([rule])

    await harness.tracker.fence(harness.fields)

    assert harness.simulator.requests["GET /github/repos/{owner}/{repo}/issues"] == READS


async def test_a_page_that_leads_elsewhere_is_not_followed(harness: GitHubHarness) -> None:
    fence = await harness.tracker.fence({})
    for n in range(101):
        harness.github.world.add_issue(harness.home, f"People's {n}", None)
    harness.simulator.origin = "http://example.com"  # which its links now name

    with pytest.raises(Refused, match=r"goes on at another host \(example\.com\)"):
        await harness.tracker.find(marker(), fence)


async def test_a_redirect_to_another_host_is_not_followed(harness: GitHubHarness) -> None:
    elsewhere = {"Location": "http://example.com/github/repos/example/sunrise"}
    rule = {"match": "GET /github/repos/*/*", "status": 301, "headers": elsewhere}
    harness.simulator.faults.replace([rule])

    with pytest.raises(Refused, match="check base_url"):
        await harness.tracker.fence({})


async def test_an_app_works_with_tokens_of_its_installation(make: Make) -> None:
    harness = make(**app())
    harness.github.add_installation(INSTALLATION, app_id="12", public_key=KEYS[1])

    issue = await harness.tracker.create(draft(harness))
    await harness.tracker.attach(None, [harness.keep(b"picture")])

    assert issue.notes == ()
    assert 1 <= harness.simulator.requests[TOKENS] <= THREADS


async def test_a_token_that_was_withdrawn_is_replaced(make: Make) -> None:
    harness = make(**app())
    harness.github.add_installation(INSTALLATION, app_id="12", public_key=KEYS[1])
    await harness.tracker.create(draft(harness))
    harness.github.access.forget_tokens()

    await harness.tracker.create(draft(harness, "g2"))

    assert len(await harness.issues()) == 2


async def test_an_app_whose_key_is_wrong_is_told(make: Make) -> None:
    harness = make(**app(pem_pair()[0]))
    harness.github.add_installation(INSTALLATION, app_id="12", public_key=KEYS[1])

    with pytest.raises(BadCredentials, match="a token of the App's installation 4711"):
        await harness.tracker.create(draft(harness))


async def test_an_app_whose_key_is_no_key_is_told_where_it_came_from(make: Make) -> None:
    harness = make(**app("not a key"))

    with pytest.raises(BadCredentials, match=r"file secrets/app\.pem") as caught:
        await harness.tracker.fence({})

    assert "not a key" not in str(caught.value)


async def test_an_installation_that_is_not_the_apps_is_told(make: Make) -> None:
    harness = make(**app(installation_id=1))
    harness.github.add_installation(INSTALLATION, app_id="12", public_key=KEYS[1])

    with pytest.raises(Gone, match="the App's installation 1"):
        await harness.tracker.fence({})


async def test_an_unreachable_github_while_renewing_loses_no_answer(make: Make) -> None:
    harness = make(**app())
    harness.github.add_installation(INSTALLATION, app_id="12", public_key=KEYS[1])
    rule = {"match": "POST /github/app/installations/*/access_tokens", "action": "reset"}
    harness.simulator.faults.replace([rule])

    with pytest.raises(Transient) as caught:
        await harness.tracker.create(draft(harness))

    assert type(caught.value) is Transient


async def test_an_apps_rights_are_checked(make: Make) -> None:
    harness = make(**app())
    harness.github.add_installation(INSTALLATION, app_id="12", public_key=KEYS[1])
    fine = await harness.tracker.check({})
    harness.github.access.permissions["contents"] = "read"
    lacking = await harness.tracker.check({})

    assert [f for f in fine if f.level is Level.ERROR] == []
    assert any(f.text == "the App may not write contents" for f in lacking)


async def test_the_library_logs_no_texts_or_tokens(
    harness: GitHubHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await harness.tracker.create(draft(harness, block="what a tester wrote"))

    assert "what a tester wrote" not in caplog.text
    assert harness.secret not in caplog.text


async def test_a_closed_tracker_can_be_closed_again(harness: GitHubHarness) -> None:
    await harness.tracker.fence({})
    await harness.tracker.aclose()
    await harness.tracker.aclose()
