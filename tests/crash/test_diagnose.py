"""Laws that hold whatever the bytes."""

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.crash import inspection, understand
from bridge.model import CrashReport
from tests.crash.samples import CART, Crash, ips_report, text_report, translated_report

INFORMATION = ("Sunrise/CartView.swift:88: Fatal error: Index out of range",)
FULL = Crash(information=INFORMATION, last_exception=CART[2:5], subtype="KERN at 0x1")
WRITTEN = {
    "text": text_report(FULL),
    "ips": ips_report(FULL),
    "translated": translated_report(FULL),
}


def sound(data: bytes) -> CrashReport | None:
    """The report in `data`, once it is sure that all that is made of it can be used."""
    diagnosis = understand(data)
    printed = inspection("f", diagnosis)
    json.dumps(printed, allow_nan=False).encode()
    if diagnosis is None:
        return None
    json.dumps(printed, ensure_ascii=False).encode()
    assert not any("mistake" in warning for warning in diagnosis.report.warnings)
    assert diagnosis.fingerprint.key.startswith("v1:")
    return diagnosis.report


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_cut_at_any_line_what_was_before_the_cut_is_kept(written: str) -> None:
    lines = written.splitlines()
    whole = sound(written.encode())
    assert whole is not None
    before: CrashReport | None = None

    for count in range(len(lines) + 1):
        report = sound("\n".join(lines[:count]).encode())
        if before is not None:
            assert report is not None
            assert_grown(before, report)
        before = report

    assert before is not None
    assert before.stack == whole.stack


KEPT = ("incident_id", "hardware", "process", "bundle_id", "app_version", "build", "os_version",
        "exception_type", "exception_codes", "termination", "captured_at")  # fmt: skip


def assert_grown(before: CrashReport, after: CrashReport) -> None:
    for name in KEPT:
        known = getattr(before, name)
        # A cut may go through a value; JSON's own are whole or not there.
        assert known is None or getattr(after, name) is not None, name
    assert len(after.threads) >= len(before.threads)
    assert len(after.images) >= len(before.images)
    assert after.n_last_exception >= before.n_last_exception
    for old, new in zip(before.threads, after.threads, strict=False):
        # The last frame of a JSON cut may be there without its symbol.
        pairs = zip(old.frames, new.frames, strict=False)
        assert all(a.symbol is None or a.symbol == b.symbol for a, b in pairs)
        assert len(new.frames) >= len(old.frames)


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_cut_or_overwritten_anywhere_nothing_is_raised(written: str, data: st.DataObject) -> None:
    raw = bytearray(written.encode())
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    sound(bytes(raw[: data.draw(st.integers(0, len(raw)))]))


@given(st.binary(max_size=2000))
def test_rubbish_raises_nothing(data: bytes) -> None:
    sound(data)
    sound(b"Incident Identifier: 1\nThread 0 Crashed:\n0   A 0x1 " + data)
    sound(b'{"bug_type":"309"}\n{"procName":"' + data)


def test_lone_surrogates_are_made_printable() -> None:
    threads = '[{"frames":[{"symbol":"\\udc00f"}]}]'
    body = f'{{"procName":"\\ud800Sun","threads":{threads},"faultingThread":0}}'

    report = sound(f'{{"bug_type":"309"}}\n{body}'.encode())

    assert report is not None
    assert report.process == "?Sun"


def test_a_name_of_a_megabyte_is_cut() -> None:
    text = text_report().replace("CartView.total.getter", "C" * 1_000_000)

    report = sound(text.encode())

    assert report is not None
    symbol = (report.stack or ())[2].symbol
    assert symbol is not None
    assert len(symbol) < 10_000
    assert (report.stack or ())[3].symbol == CART[3].symbol


HEAD = "Incident Identifier: 1\nProcess: Sunrise [1]\nException Type: EXC_BAD_ACCESS (SIGSEGV)\n"
FRAME = "{0}   Sunrise   \t0x0000000102b4c3a0 CartView.total(_:) + 12 (Cart.swift:{0})\n"
HOSTILE: dict[str, Any] = {
    "one line of spaces": lambda n: HEAD + " " * n,
    "a frame of spaces": lambda n: f"{HEAD}Thread 0 Crashed:\n0   " + " " * n,
    "a frame of addresses": lambda n: f"{HEAD}Thread 0 Crashed:\n0   A" + " 0x1x" * (n // 5),
    "a frame of brackets": lambda n: f"{HEAD}Thread 0 Crashed:\n0   A 0x1 " + "(" * n + ")",
    "frames": lambda n: HEAD + "Thread 0 Crashed:\n" + FRAME.format(7) * (n // 80),
    "threads": lambda n: (
        HEAD + "".join(f"Thread {i}:\n{FRAME.format(i)}\n" for i in range(n // 95))
    ),
    "images": lambda n: HEAD + "Binary Images:\n" + "0x1 - 0x2 A arm64 <> /A\n" * (n // 24),
    "quoted lines": lambda n: "> \n" * (n // 3),
    "blank lines": lambda n: "\n" * n,
    "open objects": lambda n: '{"bug_type":"309"}\n' + '{"a":[' * (n // 6),
    "an open string": lambda n: '{"bug_type":"309"}\n{"a":"' + '\\"' * (n // 2),
    "objects in lines": lambda n: '{"bug_type": 1}\n' * (n // 16),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_no_faster_than_the_file(make: Any) -> None:
    """Eight times the size takes about eight times as long; a pattern that runs away, 64 times."""

    def seconds(size: int) -> float:
        data = make(size).encode()
        taken: list[float] = []
        for _ in range(2):
            start = time.process_time()
            sound(data)
            taken.append(time.process_time() - start)
        return min(taken)

    small, large = seconds(50_000), seconds(400_000)

    assert large < 24 * max(small, 0.002)


def test_memory_stays_below_five_times_the_file() -> None:
    data = (HEAD + "Thread 0 Crashed:\n" + FRAME.format(7) * 8_000).encode()
    tracemalloc.start()
    try:
        report = sound(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert report is not None
    assert report.n_stack == 8_000
    assert peak < 5 * len(data)
