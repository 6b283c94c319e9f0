"""The simulator as a whole: its state, its counts, and making feedback."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bridge.simulators import estate
from bridge.simulators.server import Simulator, running
from bridge.simulators.supply import NoSuchSample

APP = estate.APPS[0].name


async def call(simulator: Simulator, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, simulator.origin + path, **more) as answer,
    ):
        if answer.content_type == "application/json":
            return answer.status, await answer.json()
        return answer.status, await answer.read()


async def make(simulator: Simulator, **wanted: Any) -> list[dict[str, Any]]:
    status, answer = await call(simulator, "POST", "/_feedback", json={"app": APP, **wanted})
    assert status == 200, answer
    assert answer["ids"] == [each["id"] for each in answer["submissions"]]
    return answer["submissions"]


async def test_the_state_is_there_at_once(simulator: Simulator) -> None:
    status, state = await call(simulator, "GET", "/_state")
    assert status == 200
    assert state["appstore"]["submissions"] == []
    assert state["jira"]["issues"] == []
    assert state["requests"] == {}


@pytest.mark.off_contract("an unknown path is asked for on purpose")
async def test_requests_are_counted_by_method_and_path_template(simulator: Simulator) -> None:
    for number in (1, 2):
        await call(simulator, "GET", f"/appstore/v1/builds/{number}")
    await call(simulator, "GET", "/nowhere/at/all")
    await call(simulator, "GET", "/_state")
    _, state = await call(simulator, "GET", "/_state")
    assert state["requests"] == {
        "GET (no such path)": 1,
        "GET /appstore/v1/builds/{id}": 2,
    }


async def test_a_fault_is_counted_and_not_held_against_the_documents(simulator: Simulator) -> None:
    rule = {"match": "GET /appstore/v1/builds/*", "action": "status", "status": 418}
    assert (await call(simulator, "PUT", "/_faults", json=[rule]))[0] == 204
    assert (await call(simulator, "GET", "/appstore/v1/builds/1"))[0] == 418
    assert simulator.requests["GET /appstore/v1/builds/{id}"] == 1


@pytest.mark.parametrize("body", ["nonsense", '{"match": 1}', '[{"match": "GET /x"}]'])
async def test_a_bad_fault_is_400_and_says_why(simulator: Simulator, body: str) -> None:
    status, answer = await call(simulator, "PUT", "/_faults", data=body)
    assert status == 400
    assert answer["error"]


async def test_feedback_shows_in_the_state_with_its_bug_and_files(simulator: Simulator) -> None:
    made = await make(simulator, kind="both", count=4)
    assert [each["kind"] for each in made] == ["screenshot", "crash", "crash", "crash"]
    _, state = await call(simulator, "GET", "/_state")
    shown = state["appstore"]["submissions"]
    for submission, each in zip(shown, made, strict=True):
        kept = ("id", "app", "kind", "build", "bug", "delivery_id")
        assert {k: submission[k] for k in kept} == {k: each[k] for k in kept}
        assert all(file["size"] > 0 and len(file["sha256"]) == 64 for file in submission["files"])


async def test_the_event_is_the_delivery_of_the_submission(simulator: Simulator) -> None:
    (made,) = await make(simulator, kind="crash", count=1)
    data = made["event"]["data"]
    assert data["id"] == made["delivery_id"]
    assert data["type"] == "betaFeedbackCrashSubmissionCreated"
    instance = data["relationships"]["instance"]["data"]
    assert instance == {"type": made["instance_type"], "id": made["id"]}


async def test_crashes_are_all_different_and_of_twelve_bugs(simulator: Simulator) -> None:
    first = await make(simulator, kind="crash", count=12)
    then = await make(simulator, kind="crash", count=24)
    assert len({each["bug"] for each in [*first, *then]}) == 12
    _, state = await call(simulator, "GET", "/_state")
    files = [f["sha256"] for each in state["appstore"]["submissions"] for f in each["files"]]
    assert len(set(files)) == 36
    again = await make(simulator, kind="crash", count=1)
    assert again[0]["bug"] == first[0]["bug"]


async def test_ten_screenshots_are_ten_bugs(simulator: Simulator) -> None:
    made = await make(simulator, kind="screenshot", count=10)
    assert len({each["bug"] for each in made}) == 10


async def test_build_and_bug_can_be_asked_for(simulator: Simulator) -> None:
    made = await make(simulator, kind="crash", count=3, build="150", bug="money-overflow")
    assert {(each["build"], each["bug"]) for each in made} == {("150", "money-overflow")}


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ([], "the body is an object"),
        ({"kind": "crash"}, "app is text"),
        ({"app": "nobody"}, "there is no app 'nobody'"),
        ({"app": APP, "kind": "jam"}, "kind is one of crash, screenshot, both"),
        ({"app": APP, "count": 0}, "count is a whole number from 1"),
        ({"app": APP, "count": "2"}, "count is a whole number from 1"),
        ({"app": APP, "build": 143}, "build is text"),
        ({"app": APP, "colour": "red"}, "colour is not known"),
        ({"app": APP, "kind": "crash", "bug": "none-such"}, "no crash is about 'none-such'"),
        ({"app": APP, "kind": "both", "bug": "none-such"}, "no crash is about 'none-such'"),
    ],
)
async def test_feedback_that_cannot_be_made_is_400_and_says_why(
    simulator: Simulator, wanted: object, complaint: str
) -> None:
    status, answer = await call(simulator, "POST", "/_feedback", json=wanted)
    assert status == 400
    assert complaint in answer["error"]
    assert simulator.state()["appstore"]["submissions"] == []


async def test_a_hanging_request_does_not_keep_the_simulator_from_ending() -> None:
    async with aiohttp.ClientSession() as session:
        async with running(Simulator()) as simulator:
            simulator.faults.replace([{"match": "GET /appstore/v1/apps", "action": "hang"}])
            hanging = asyncio.create_task(session.get(f"{simulator.origin}/appstore/v1/apps"))
            while not simulator.requests:
                await asyncio.sleep(0.005)
        with pytest.raises(aiohttp.ClientConnectionError):
            await asyncio.wait_for(hanging, timeout=2)


async def test_latency_is_added_to_the_services_alone() -> None:
    loop = asyncio.get_running_loop()
    async with running(Simulator(latency_ms=80)) as simulator:
        started = loop.time()
        await call(simulator, "GET", "/_state")
        between = loop.time()
        await call(simulator, "GET", "/appstore/v1/apps")
        assert between - started < 0.07 <= loop.time() - between


async def test_crash_logs_come_from_a_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    logs = {"b.ips": b"second\r\n", "a.crash": b"first \xff", "c": b"third"}
    for name, data in {**logs, "x.csv": b"-", "README.md": b"-", "m.json": b"-"}.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    simulator = Simulator(crash_logs=tmp_path)
    made = simulator.make_feedback(APP, "crash", 2)
    made += simulator.make_feedback(estate.APPS[1].name, "crash", 2)
    assert [each["bug"] for each in made] == ["a.crash", "b.ips", "c", "a.crash"]
    shown = simulator.state()["appstore"]["submissions"]
    assert shown[0]["files"][0]["sha256"] == hashlib.sha256("first \ufffd".encode()).hexdigest()
    assert shown[1]["files"][0]["sha256"] == hashlib.sha256(b"second\r\n").hexdigest()
    assert simulator.make_feedback(APP, "crash", 1, bug="c")[0]["bug"] == "c"


def test_a_folder_without_crash_logs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("-")
    with pytest.raises(NoSuchSample, match="there is no crash log in"):
        Simulator(crash_logs=tmp_path)
