import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.intake import EVENT_TYPES, EventType, NotAnEvent, read_event
from bridge.model import Delivery
from tests.clock import START

CRASH = {"type": "betaFeedbackCrashSubmissions", "id": "AK7UjG-qL5QxXf3gIOGjbpQ"}


def event(**data: Any) -> dict[str, Any]:
    whole = {
        "type": "betaFeedbackCrashSubmissionCreated",
        "id": "a4319bc8-ed16-460b-8de6-ba9734b55631",
        "version": 1,
        "attributes": {"timestamp": "2025-05-16T20:53:20.729Z"},
        "relationships": {"instance": {"data": CRASH}},
    }
    return {"data": whole | data}


def read(body: bytes | dict[str, Any]) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_event(raw, app="sunrise", received_at=START)


def test_an_event_says_what_happened_to_what_and_when() -> None:
    body = json.dumps(event()).encode()

    assert read(body) == Delivery(
        app="sunrise",
        id="a4319bc8-ed16-460b-8de6-ba9734b55631",
        type="betaFeedbackCrashSubmissionCreated",
        instance_type="betaFeedbackCrashSubmissions",
        instance_id="AK7UjG-qL5QxXf3gIOGjbpQ",
        occurred_at=datetime(2025, 5, 16, 20, 53, 20, 729000, tzinfo=UTC),
        received_at=START,
        body=body,
    )


def test_every_sample_is_recognised() -> None:
    if "SPECS_DIR" not in os.environ:
        pytest.skip("SPECS_DIR is not set")
    folder = Path(os.environ["SPECS_DIR"]) / "app-store-connect/samples/webhooks"
    seen = set()
    for file in folder.glob("*.json"):
        found = read(file.read_bytes())
        seen.add(found.type)
        if found.type in set(EventType):
            assert file.stem.startswith(found.type)
            assert found.instance_type == EVENT_TYPES[EventType(found.type)]
            assert (found.instance_id is None) == (found.instance_type is None)
        else:
            assert (file.stem, found.type) == ("ping-alternative-webhookPings", "webhookPings")
    assert seen >= set(EventType)


def test_there_are_twelve_events_and_a_ping() -> None:
    assert len(EVENT_TYPES) == 13
    assert set(EVENT_TYPES) == set(EventType)


@pytest.mark.parametrize(
    "instance",
    [
        {"data": CRASH},
        {"data": CRASH, "links": {"self": "https://example.com/elsewhere"}},
        CRASH,
        {**CRASH, "links": {"self": None}},
    ],
)
def test_both_shapes_of_an_instance_are_read(instance: dict[str, Any]) -> None:
    found = read(event(relationships={"instance": instance}))

    assert (found.instance_type, found.instance_id) == (CRASH["type"], CRASH["id"])


@pytest.mark.parametrize(
    "relationships",
    [
        None,
        {},
        [],
        "x",
        {"instance": None},
        {"instance": []},
        {"instance": {"data": None}},
        {"instance": {"data": {"type": "apps", "id": None}}},
        {"instance": {"data": {"type": None, "id": "1"}}},
        {"instance": {"data": {"type": "apps", "id": 1}}},
        {"instance": {"data": {"type": "apps", "id": "../../v1/apps"}}},
        {"instance": {"data": {"type": "apps", "id": "a" * 129}}},
        {"instance": {"data": {"type": "apps", "id": "a\n"}}},
        {"instance": {"data": {"type": "apps", "id": "١"}}},
        {"instance": {"data": {"type": "apps", "id": "\ud800"}}},
        {"instance": {"data": {"type": "apps?include=x", "id": "1"}}},
        {"marketplaceApp": {"data": {"type": "apps", "id": "1"}}},
    ],
)
def test_an_instance_that_is_not_named_well_is_none(relationships: object) -> None:
    found = read(event(relationships=relationships))

    assert (found.instance_type, found.instance_id) == (None, None)


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("2025-05-16T20:53:20Z", 0),
        ("2025-05-16T20:53:20.7Z", 700000),
        ("2025-05-16T20:53:20.16Z", 160000),
        ("2025-05-16T20:53:20.541411Z", 541411),
        ("2025-05-16T20:53:20.123456789Z", 123456),
        ("2025-05-16T12:53:20.5-08:00", 500000),
    ],
)
def test_a_timestamp_has_any_number_of_digits(written: str, microseconds: int) -> None:
    found = read(event(attributes={"timestamp": written}))

    assert found.occurred_at is not None
    assert found.occurred_at == datetime(2025, 5, 16, 20, 53, 20, microseconds, tzinfo=UTC)
    assert found.occurred_at.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [None, "", "yesterday", 1747428800, "2025-05-16", "2025-05-16T20:53:20", "2025-W20-5T20:53:20Z",
     "2025-13-40T99:99:99Z", "0001-01-01T00:00:00+23:59", "2025-05-16T20:53:20.1234567890Z",
     "٢٠٢٥-05-16T20:53:20Z", [], {}],
)  # fmt: skip
def test_a_timestamp_that_makes_no_sense_is_none(written: object) -> None:
    assert read(event(attributes={"timestamp": written})).occurred_at is None


@pytest.mark.parametrize("attributes", [None, {}, [], "x", {"timestamp": None, "newValue": None}])
def test_nulls_and_oddities_in_attributes_do_not_matter(attributes: object) -> None:
    found = read(event(attributes=attributes))

    assert (found.occurred_at, found.instance_id) == (None, CRASH["id"])


def test_a_type_nobody_has_heard_of_is_read() -> None:
    found = read(event(type="customerReviewCreated", relationships={"instance": {"x": 1}}))

    assert (found.type, found.instance_type) == ("customerReviewCreated", None)


def test_a_ping_without_id_is_known_by_its_bytes() -> None:
    body = b'{"data":{"type":"webhookPings","relationships":{"webhook":{"data":{"id":"1"}}}}}'

    found = read(body)

    assert (found.type, found.id) == ("webhookPings", f"sha256:{hashlib.sha256(body).hexdigest()}")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(event()).encode()).instance_id == CRASH["id"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"1",
        b'"data"',
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": {}}',
        b'{"data": {"type": null}}',
        b'{"data": {"type": 1, "id": "a"}}',
        b'{"data": {"type": "", "id": "a"}}',
        b'{"data": {"type": "a b", "id": "a"}}',
        b'{"data": {"type": "\\ud800", "id": "a"}}',
        b'{"data": {"type": "x", "id": 1}}',
        b'{"data": {"type": "x", "id": ""}}',
        b'{"data": {"type": "x", "id": "malformed:1"}}',
        b'{"data": {"type": "x", "id": "a\\u0000"}}',
        b'{"data": {"type": "x", "id": "' + b"a" * 129 + b'"}}',
        b'{"data": {"type": "x", "id": "a"}',
        b'{"data": {"type": "x", "id": "a"}} trailing',
        b'{"data": {"type": "x", "id": "a", "id": "b"}}',
        b'{"data": {"type": "x", "id": "a"}, "data": {"type": "y", "id": "a"}}',
        b'{"data": {"type": "x", "id": "a", "n": NaN}}',
        b'{"data": {"type": "x", "id": "a", "n": -Infinity}}',
        b'{"data": {"type": "x", "id": "a", "n": ' + b"9" * 100_000 + b"}}",
        b'{"data": {"type": "x\xff", "id": "a"}}',
        json.dumps(event()).encode("utf-16"),
        b"[" * 500_000,
        b'{"data":' * 100_000,
        b'{"data": {"type": "x", "id": "a", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
        b"--boundary\r\nContent-Disposition: form-data",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_a_body_that_is_no_webhook_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(NotAnEvent, match=r"^(the body|data)"):
        read(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_not(body: bytes) -> None:
    try:
        read(body)
    except NotAnEvent:
        return


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    id_=JSON,
    type_=JSON,
    attributes=JSON,
    instance=JSON | st.fixed_dictionaries({"data": st.fixed_dictionaries({"type": JSON})}),
)
def test_any_values_are_an_event_or_not(
    id_: object, type_: object, attributes: object, instance: object
) -> None:
    data = {
        "id": id_,
        "type": type_,
        "attributes": attributes,
        "relationships": {"instance": instance},
    }
    try:
        found = read({"data": data})
    except NotAnEvent:
        return
    assert (found.instance_type is None) == (found.instance_id is None)
    assert found.id.isascii()
    assert found.type.isascii()
