"""Input that was made to break a reader, or might as well have been."""

import json
import time
from collections.abc import Callable, Iterable
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.crash import read, understand
from bridge.crash.draft import FRAMES_KEPT, FRAMES_KEPT_IN_ALL
from bridge.model import CrashReport
from tests.crash.samples import (
    APP,
    CART,
    Crash,
    ips_body,
    ips_header,
    ips_report,
    text_report,
    translated_report,
)

CRASH = Crash(last_exception=CART[1:4], information=("Fatal error: Index out of range",))
LAYOUTS = {"text": text_report, "ips": ips_report, "translated": translated_report}


def understood(data: bytes) -> CrashReport | None:
    """The report, after making sure that no mistake of ours was caught on the way."""
    diagnosis = understand(data)
    if diagnosis is None:
        return None
    assert not any("mistake" in warning for warning in diagnosis.report.warnings)
    return diagnosis.report


def read_whole(data: bytes | str) -> CrashReport:
    report = understood(data.encode() if isinstance(data, str) else data)
    assert report is not None
    return report


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_cut_at_every_line_what_was_before_the_cut_is_kept(
    layout: Callable[[Crash], str],
) -> None:
    whole = layout(CRASH)
    full = read_whole(whole)
    lines = whole.splitlines(keepends=True)
    frames = -1
    for cut in range(len(lines) + 1):
        report = understood("".join(lines[:cut]).encode())
        if report is None:
            assert cut < 20
            continue
        for field in ("process", "bundle_id", "exception_type", "incident_id"):
            assert getattr(full, field).startswith(getattr(report, field) or "")
        stack = report.crashed.n_frames if report.crashed else 0
        # What is there once doesn't go again.
        assert stack >= frames
        frames = stack
    assert frames == len(CART)


@given(st.sampled_from(sorted(LAYOUTS)), st.integers(0, 20_000))
def test_cut_at_any_byte_nothing_is_raised(layout: str, cut: int) -> None:
    understood(LAYOUTS[layout](CRASH).encode()[:cut])


@given(st.binary(max_size=400), st.sampled_from([b"", b"Incident Identifier: ", b"Thread 0:\n"]))
@example(b"\xff\xfe\x00\xd8", b"")
def test_rubbish_is_no_report_or_a_poor_one(data: bytes, start: bytes) -> None:
    understood(start + data)
    understood(b'{"bug_type":"309"}\n' + data)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=12), st.sampled_from(sorted(LAYOUTS)))
def test_bytes_may_be_overwritten_anywhere(at: int, noise: bytes, layout: str) -> None:
    data = LAYOUTS[layout](CRASH).encode()
    understood(data[:at] + noise + data[at + len(noise) :])


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from([10**400, -(10**30), "\ud800", "\0", "x" * 9000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)  # fmt: skip
BODY = ips_body(CRASH) | {"threads": ips_body(CRASH)["threads"][:2]}


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where there are values in a document; of a list, the first two."""
    found = [path] if path else []
    items: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
    elif isinstance(value, list):
        items = enumerate(cast("list[object]", value)[:2])
    for key, inner in items:
        found += paths(inner, (*path, key))
    return found


@given(st.sampled_from(paths(BODY)), odd)
def test_any_value_of_a_body_may_be_another(path: tuple[str | int, ...], value: object) -> None:
    body = json.loads(json.dumps(BODY))
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value

    read_whole(f"{json.dumps(ips_header(CRASH))}\n{json.dumps(body)}")


@given(st.sampled_from(sorted(ips_header(CRASH))), odd)
def test_any_value_of_a_header_may_be_another(key: str, value: object) -> None:
    understood(f"{json.dumps(ips_header(CRASH) | {key: value})}\n{json.dumps(BODY)}".encode())


@pytest.mark.parametrize("number", ["1e308", "-1e400", "9" * 5000, "NaN", "1" + "0" * 300])
def test_odd_numbers_are_read_over(number: str) -> None:
    text = ips_report(CRASH).replace('"imageOffset": 50080', f'"imageOffset": {number}')
    text = text.replace('"faultingThread": 0', f'"faultingThread": {number}')

    report = read_whole(text)

    assert report.crashed_thread == 0
    assert report.n_stack == 3


def test_lone_surrogates_become_marks() -> None:
    text = ips_report(CRASH).replace("CartView.total.getter", "\\ud800total")

    symbols = [frame.symbol for frame in read_whole(text).stack or ()]

    assert symbols[1] == "?total"


def test_five_thousand_threads_are_read_and_the_crashed_one_kept() -> None:
    report = read_whole(text_report(Crash(idle=5000, crashed=4321)))

    assert report.crashed_thread == 4321
    assert report.n_stack == len(CART)
    assert report.warnings == ("Of 5001 threads 1025 were kept.",)


@pytest.mark.parametrize("layout", ["text", "ips"])
def test_a_million_frames_of_recursion_are_counted_and_not_kept(layout: str) -> None:
    deep = 1_000_000 if layout == "text" else 100_000
    whole = LAYOUTS[layout](Crash(stack=(CART[2], CART[3])))
    if layout == "text":
        line = next(row for row in whole.splitlines() if row.startswith("1   Sunrise"))
        whole = whole.replace(line, "\n".join([line] * (deep - 1)))
    else:
        header, _, written = whole.partition("\n")
        body = json.loads(written)
        frames = body["threads"][0]["frames"]
        frames.extend(frames[-1:] * (deep - 2))
        whole = f"{header}\n{json.dumps(body)}"

    report = read_whole(whole)

    assert report.n_stack == deep
    assert len(report.stack or ()) == FRAMES_KEPT


def test_of_too_many_frames_in_all_the_crashed_threads_are_kept() -> None:
    rows = FRAMES_KEPT_IN_ALL // FRAMES_KEPT + 4
    block = "\n".join(f"{n:<4}Sunrise  0x{APP.base + n:x} f + {n}" for n in range(FRAMES_KEPT))
    threads = "\n\n".join(f"Thread {n}:\n{block}" for n in range(1, rows))
    text = text_report(Crash(crashed=0)).replace("Thread 1 name:", f"{threads}\n\nThread 1 name:")
    text += f"\n\nThread {rows} Crashed:\n{block}\n"

    report = read_whole(text.replace("Thread 0 Crashed", "Thread 0", 1).replace(
        "Triggered by Thread:  0", f"Triggered by Thread:  {rows}"))  # fmt: skip

    assert sum(len(thread.frames) for thread in report.threads) <= FRAMES_KEPT_IN_ALL + 1024
    assert any("too many frames" in warning for warning in report.warnings)


def test_names_of_a_megabyte_are_cut() -> None:
    long = "A" * (1 << 20)
    for text in (text_report(), ips_report()):
        report = read_whole(text.replace("CartView.total.getter", long).replace(
            "/Store", f"/{long}"))  # fmt: skip
        assert max(len(frame.symbol or "") for frame in report.stack or ()) <= 8192


HOSTILE = {
    "spaces": " ",
    "spaces before a frame": "0   A  ",
    "plus signs": "0   A 0x1 a + ",
    "brackets": "0 A 0x1 (" + ":1)(",
    "addresses": "0x1 ",
    "images": "0x1 - 0x2 arm64 <",
    "uuids": "0x1 - 0x2 A arm64 <00000000000000000000000000000000> ",
    "slashes": "0x1 - 0x2 A arm64 <00000000000000000000000000000000> /a/",
    "braces": "{",
    "quotes": '{"a":"',
    "tags": "<br",
    "entities": "&lt;",
    "equals": "=\n",
    "marks": "> > ",
    "keys": "a:",
    "thread": "Thread 0 ",
    "heavy": "  1  a (b + 1) ",
    "registers": "x0: 0x1 ",
    "backslashes": "\\n",
    "blank lines": "\n",
    "headers": '{"bug_type"',
    "words": "0 a b c d ",
}
PLACES = ("Incident Identifier: 1\n", "Thread 0 Crashed:\n", "Binary Images:\n", "")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_twice_the_input_takes_about_twice_the_time(piece: str, place: str) -> None:
    """Best of several; what grows with the square would take four times as long."""
    small = _best(piece, place, 100_000)
    assert small < 2
    if small > 0.02:  # below, the clock and the neighbours say more than the reader
        assert _best(piece, place, 200_000) < 3.2 * small + 0.05


def _best(piece: str, place: str, size: int) -> float:
    text = f"Exception Type: EXC_CRASH\n{place}{piece * (size // len(piece))}"
    data = text.encode()
    return min(_timed(lambda: read(data)) for _ in range(3))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
