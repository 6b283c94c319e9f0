"""What the simulator tells of itself is what it was given."""

import hashlib
from datetime import UTC, datetime

import pytest

from bridge.simulators.appstore import AppStoreSimulator, Sample


def test_the_state_names_every_file_by_its_digest() -> None:
    service = AppStoreSimulator(origin=lambda: "http://127.0.0.1:1", seed=3)
    service.add_app("sunrise", "1", "com.example.sunrise")
    first = service.add_feedback(
        Sample(app="sunrise", kind="screenshot", bug="total", images=[(b"one", 1, 1), (b"", 1, 1)])
    )
    second = service.add_feedback(
        Sample(app="sunrise", kind="crash", bug="bounds", build="7", crash_log='{"é": 1}')
    )
    one, two = service.snapshot()["submissions"]
    assert (one["id"], one["kind"], one["app"], one["bug"]) == (
        first,
        "screenshot",
        "sunrise",
        "total",
    )
    assert [file["name"] for file in one["files"]] == ["screenshot-1.jpg", "screenshot-2.jpg"]
    assert one["files"][0]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert (two["id"], two["build"], two["kind"]) == (second, "7", "crash")
    data = '{"é": 1}'.encode()
    digest = hashlib.sha256(data).hexdigest()
    assert two["files"] == [{"name": "crash.ips", "size": len(data), "sha256": digest}]
    assert service.event(second)["data"]["id"] == two["delivery_id"]


def test_the_event_is_as_apple_publishes_it() -> None:
    service = AppStoreSimulator(origin=lambda: "http://127.0.0.1:1")
    service.add_app("sunrise", "1", "com.example.sunrise")
    at = datetime(2026, 11, 24, 10, 2, 3, 729000, tzinfo=UTC)
    name = service.add_feedback(Sample(app="sunrise", kind="crash", bug="b", created_at=at))
    event = service.event(name)["data"]
    kind = "betaFeedbackCrashSubmissions"
    assert event["type"] == "betaFeedbackCrashSubmissionCreated"
    assert event["attributes"] == {"timestamp": "2026-11-24T10:02:03.729Z"}
    assert event["relationships"]["instance"] == {
        "data": {"type": kind, "id": name},
        "links": {"self": f"http://127.0.0.1:1/appstore/v1/{kind}/{name}"},
    }


def test_the_same_seed_gives_the_same_ids() -> None:
    def made(seed: int) -> list[str]:
        service = AppStoreSimulator(origin=str, seed=seed)
        service.add_app("sunrise", "1", "com.example.sunrise")
        return [
            service.add_feedback(Sample(app="sunrise", kind="crash", bug="b")) for _ in range(3)
        ]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert all(len(name) == 23 and name.startswith("A") for name in made(1))


def test_feedback_for_an_unknown_app_is_a_mistake() -> None:
    service = AppStoreSimulator(origin=str)
    with pytest.raises(KeyError, match="no app called 'x'"):
        service.add_feedback(Sample(app="x", kind="crash", bug="b"))
