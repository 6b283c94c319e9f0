"""The jira library, held to one request a call."""

import asyncio
import logging
import traceback

import pytest

from bridge.clock import SystemClock
from bridge.errors import BridgeError, Misconfigured, Transient
from bridge.upstream import READS
from tests.trackers.contract import draft
from tests.trackers.jira.harness import CREATE, JiraHarness

READ = "GET /jira/rest/api/2/serverInfo"


async def test_reads_run_side_by_side(harness: JiraHarness) -> None:
    harness.fault(match="GET /jira/rest/api/2/issue/*", action="pass", delay_ms=300)
    refs = [await harness.tracker.create(draft(harness, f"g{n}")) for n in range(4)]
    loop = asyncio.get_running_loop()
    start = loop.time()

    await asyncio.gather(*(harness.tracker.state(ref) for ref in refs))

    assert loop.time() - start < 0.9


@pytest.mark.parametrize(
    ("fault", "sent"),
    [({"action": "reset"}, READS), ({"status": 429}, 1), ({"status": 503}, READS)],
    ids=["reset", "429", "503"],
)
async def test_a_read_that_fails_is_sent_again_by_us_alone(
    harness: JiraHarness, fault: dict[str, object], sent: int
) -> None:
    harness.fault(match=READ, headers={"Retry-After": "1"}, **fault)

    with pytest.raises(Transient):
        await harness.tracker.fence(harness.fields)

    assert harness.asked(READ) == sent


async def test_a_read_that_fails_slowly_is_sent_once(harness: JiraHarness) -> None:
    tracker = harness.open(SystemClock(), timeout="5.5s")
    harness.fault(match=READ, action="hang")

    with pytest.raises(Transient):
        await tracker.fence(harness.fields)
    await tracker.aclose()

    assert harness.asked(READ) == 1


async def test_a_read_that_fails_now_and_then_is_no_failure(harness: JiraHarness) -> None:
    harness.fault(match=READ, status=503, times=READS - 1)

    await harness.tracker.fence(harness.fields)

    assert harness.asked(READ) == READS


async def test_an_answer_that_is_no_json_is_the_addresss_fault(harness: JiraHarness) -> None:
    harness.fault(match=READ, status=200, headers={"Content-Type": "text/html"}, action="truncate")
    with pytest.raises(Transient):
        await harness.tracker.fence(harness.fields)

    tracker = harness.open(url=f"{harness.simulator.origin}/_state?".rstrip("?"))
    with pytest.raises(Misconfigured):
        await tracker.fence(harness.fields)
    await tracker.aclose()


async def test_the_token_is_in_no_error_and_no_log(
    harness: JiraHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for fault in ({"status": 401}, {"status": 400}, {"status": 500}, {"action": "reset"}):
        harness.fault(match=CREATE, **fault)
        with pytest.raises(BridgeError) as caught:
            await harness.tracker.create(draft(harness))
        shown += traceback.format_exception(caught.value)

    said = "\n".join([*shown, *(record.getMessage() for record in caplog.records)])
    assert harness.secret not in said
    assert harness.jira.email not in said
    assert "Authorization" not in said


async def test_a_closed_tracker_has_no_connection_left(harness: JiraHarness) -> None:
    tracker = harness.open()
    await tracker.fence(harness.fields)

    await tracker.aclose()

    with pytest.raises(RuntimeError):
        await tracker.fence({"project": "SUN"})
