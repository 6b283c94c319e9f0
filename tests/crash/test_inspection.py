import json

import pytest

from bridge.crash import inspection, understand
from tests.crash.samples import APP, CART, Crash, Line, ips_report, text_report, translated_report

FIELDS = [
    "file", "format", "bug_type", "process", "bundle_id", "app_version", "build", "os_name",
    "os_version", "device", "hardware", "incident_id", "exception_type", "exception_codes",
    "signal", "termination", "crashed_thread", "frames", "n_frames_crashed", "app_image",
    "top_inapp_symbol", "cause", "title", "fingerprint", "fingerprint_version", "warnings",
]  # fmt: skip


@pytest.mark.parametrize("written", [text_report(), ips_report(), translated_report()])
def test_the_object_has_the_promised_fields_and_is_json(written: str) -> None:
    found = inspection("a.crash", understand(written.encode()))

    assert list(found) == FIELDS
    assert json.loads(json.dumps(found)) == found
    assert (found["file"], found["device"]) == ("a.crash", "iPhone 16 Pro")
    assert (found["os_name"], found["fingerprint_version"]) == ("iOS", "v1")
    assert found["n_frames_crashed"] == len(CART)
    assert found["top_inapp_symbol"] == "specialized Array._checkSubscript(_:wasNativeTypeChecked:)"
    assert found["cause"] == "swift"
    assert found["frames"][2] == {
        "image": "Sunrise",
        "symbol": "CartView.total.getter",
        "file": "CartView.swift",
        "line": 88,
        "address": f"0x{APP.base + 0xC3A0:x}",
        "offset": 0xC3A0,
        "in_app": True,
    }


def test_without_a_symbol_the_top_frame_is_image_and_decimal_offset() -> None:
    crash = Crash(stack=(CART[0], Line("Sunrise", None, 0x100)))

    assert inspection("f", understand(text_report(crash).encode()))["top_inapp_symbol"] == (
        "Sunrise+256"
    )


def test_what_a_report_does_not_have_is_null() -> None:
    found = inspection("f", understand(b'{"bug_type":"298"}\n{"largestProcess":"Sunrise"}'))

    assert found["process"] == "Sunrise"
    assert [found[key] for key in ("frames", "n_frames_crashed", "crashed_thread", "device")] == (
        [None] * 4
    )


def test_a_file_that_is_no_report_is_an_error() -> None:
    found = inspection("notes.txt", None)

    assert found["file"] == "notes.txt"
    assert "not an Apple" in found["error"]
