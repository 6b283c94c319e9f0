"""What reading a whole crash report costs, against `pycrashreport` and the crashed thread alone.

Both read the same report in turns, in time of the processor, so that other work on the machine
doesn't count; only the ratio of the medians means anything. The report is made here: 27 threads,
506 frames, 141 images and 28 registers, 60 KB as text. Then 10 and 20 MB of text, for memory and
for time that grows with the size.

Of `pycrashreport` it is the crashed thread's frames, registers, number and exception, and nothing
more: once as attributes, once with the text that its command makes of them. The bar is 1.9 times
the attributes, about what one pass of plain patterns over the same lines takes. It is not reached:
text takes 2.5 to 3 times, .ips 2.2 to 2.6 times. So the exit code asks no more than that reading
doesn't get slower than `SLOWEST`; each line says whether it is within the bar.

    python bench/reading.py [--rounds 200]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pycrashreport.crash_report import UserModeCrashReport, get_crash_report_from_buf

sys.path.insert(0, str(Path(__file__).parents[1]))

from bridge.crash.read import read

THREADS = 27
FRAMES = 18
FRAMES_CRASHED = 38  # 506 frames in all
IMAGES = 141
MEGABYTE = 1 << 20
BASE = 0x180000000
STEP = 0x1000000
BAR = 1.9
SLOWEST = 3.5


def depth(thread: int) -> int:
    return FRAMES if thread else FRAMES_CRASHED


def frame(thread: int, index: int) -> tuple[int, int, str]:
    """An image's place, an offset in it, and a symbol: mostly other ones on each thread."""
    image = 0 if (thread + index) % 5 == 0 else 1 + (thread * 7 + index * 3) % (IMAGES - 1)
    if index >= depth(thread) - 2:  # each thread starts the same way
        return 1, 0x1200 + index, ("thread_start", "_pthread_start")[index % 2]
    # Without spaces, since `pycrashreport` reads the last word as the name.
    symbol = f"Store.Part{thread}.Section{index}.reload(rows:)"
    return image, 0x4000 + thread * 512 + index * 8, symbol


def image_name(place: int) -> str:
    return "Sunrise" if place == 0 else f"Framework{place}"


def image_path(place: int) -> str:
    if place == 0:
        return "/private/var/containers/Bundle/Application/0B54A1E7/Sunrise.app/Sunrise"
    return f"/System/Library/Frameworks/Framework{place}.framework/Framework{place}"


def header() -> str:
    return json.dumps(
        {
            "app_name": "Sunrise", "timestamp": "2026-11-24 10:02:12.00 +0000",
            "app_version": "2.4.1", "build_version": "143", "bundleID": "com.example.sunrise",
            "platform": 2, "bug_type": "309", "os_version": "iPhone OS 26.1 (23B85)",
            "incident_id": "8E7C1C0F-30CF-4C3B-9D0E-4B7F3A2A9B11", "name": "Sunrise",
        }
    )  # fmt: skip


def text_report(threads: int = THREADS) -> str:
    """The report as text below an .ips header, the form of it that both of the two read."""
    lines = [
        header(),
        "Incident Identifier: 8E7C1C0F-30CF-4C3B-9D0E-4B7F3A2A9B11",
        "Hardware Model:      iPhone17,1",
        "Process:             Sunrise [1390]",
        f"Path:                {image_path(0)}",
        "Identifier:          com.example.sunrise",
        "Version:             2.4.1 (143)",
        "OS Version:          iPhone OS 26.1 (23B85)",
        "",
        "Exception Type:  EXC_BREAKPOINT (SIGTRAP)",
        "Exception Codes: 0x0000000000000001, 0x000000018aa003a0",
        "Termination Reason: SIGNAL 5 Trace/BPT trap: 5",
        "",
        "Triggered by Thread:  0",
        "",
    ]
    for thread in range(threads):
        lines.append(f"Thread {thread}{' Crashed' * (thread == 0)}:")
        for index in range(depth(thread)):
            place, offset, symbol = frame(thread, index)
            address = BASE + place * STEP + offset
            lines.append(f"{index:<4}{image_name(place):<14}\t0x{address:x} {symbol} + 120")
        lines.append("")
    lines.append("Thread 0 crashed with ARM Thread State (64-bit):")
    lines += [" ".join(f"x{n + m}: 0x{n * m:016x}" for m in range(4)) for n in range(0, 28, 4)]
    lines += ["", "Binary Images:"]
    for place in range(IMAGES):
        start = BASE + place * STEP
        lines.append(
            f"       0x{start:x} -        0x{start + STEP - 1:x} {image_name(place)} arm64  "
            f"<{place:032x}> {image_path(place)}"
        )
    return "\n".join([*lines, "", "EOF", ""])


def json_report() -> str:
    """The same report as .ips."""
    places = [[frame(thread, index) for index in range(depth(thread))] for thread in range(THREADS)]
    body = {
        "modelCode": "iPhone17,1", "procName": "Sunrise", "procPath": image_path(0),
        "osVersion": {"train": "iPhone OS 26.1", "build": "23B85"},
        "exception": {"type": "EXC_BREAKPOINT", "signal": "SIGTRAP", "codes": "0x1, 0x18aa003a0"},
        "termination": {"namespace": "SIGNAL", "code": 5, "indicator": "Trace/BPT trap: 5"},
        "faultingThread": 0,
        "threads": [
            {
                "id": thread,
                **(CRASHED if thread == 0 else {"queue": f"com.example.{thread}"}),
                "frames": [
                    {"imageOffset": offset, "symbol": symbol, "symbolLocation": 120,
                     "imageIndex": place}
                    for place, offset, symbol in frames
                ],
            }
            for thread, frames in enumerate(places)
        ],
        "usedImages": [
            {"source": "P", "arch": "arm64", "base": BASE + place * STEP, "size": STEP,
             "uuid": f"{place:032x}", "path": image_path(place), "name": image_name(place)}
            for place in range(IMAGES)
        ],
    }  # fmt: skip
    return f"{header()}\n{json.dumps(body)}\n"


CRASHED: dict[str, object] = {
    "triggered": True,
    "threadState": {
        "x": [{"value": n} for n in range(26)],
        "flavor": "ARM_THREAD_STATE64",
        "pc": {"value": 1},
        "lr": {"value": 2},
    },
}


def ours(data: bytes) -> None:
    """All threads, images and registers."""
    report = read(data)
    assert report is not None
    assert len(report.threads) == THREADS
    assert len(report.images) == IMAGES
    assert report.registers


def theirs(data: str) -> None:
    """The crashed thread's frames and registers, its number, and the exception."""
    report = get_crash_report_from_buf(data)
    assert isinstance(report, UserModeCrashReport)
    assert len(report.frames) == FRAMES_CRASHED
    assert report.registers
    assert report.exception_type  # pyright: ignore[reportUnknownMemberType]  # it has no types
    assert report.faulting_thread == 0


def shown(data: str) -> None:
    """The same as text, as its command shows it."""
    text = str(get_crash_report_from_buf(data))
    assert "Section0.reload(rows" in text
    assert "x9 = " in text


def timed(work: Callable[[], None]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def compare(name: str, report: str, rounds: int) -> float:
    """Print the ratios of the medians, rounds interleaved; return the one to the attributes."""
    data = report.encode()
    mine: list[float] = []
    attributes: list[float] = []
    command: list[float] = []
    for _ in range(rounds):
        mine.append(timed(lambda: ours(data)))
        attributes.append(timed(lambda: theirs(report)))
        command.append(timed(lambda: shown(report)))
    whole, read_out, printed = (statistics.median(times) for times in (mine, attributes, command))
    verdict = f"{'within' if whole / read_out <= BAR else 'above'} the bar of {BAR}"
    print(
        f"{name:<6}{len(data) / 1000:7.1f} KB   whole {whole * 1e3:5.2f} ms   "
        f"pycrashreport, crashed thread: attributes {read_out * 1e3:5.2f} ms, "
        f"ratio {whole / read_out:.2f} ({verdict}); as shown {printed * 1e3:5.2f} ms, "
        f"ratio {whole / printed:.2f}"
    )
    return whole / read_out


def large_text(megabytes: int) -> bytes:
    """A report of 5,000 and more threads, as large as that."""
    whole = text_report(threads=200)
    head, mark, rest = whole.partition("Thread 1:")
    threads, end, tail = rest.partition("Thread 0 crashed with")
    repeats = megabytes * MEGABYTE // len(threads)
    return "".join([head, *([mark, threads] * repeats), end, tail]).encode()


def large(path: Path) -> None:
    """Read the file in this process; print seconds, and memory held in all against its size."""
    data = path.read_bytes()
    start = time.perf_counter()
    report = read(data)
    seconds = time.perf_counter() - start
    assert report is not None
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"mb": len(data) / MEGABYTE, "seconds": seconds, "held": held}))


def compare_large() -> None:
    results: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in (0, 10, 20):
            path = Path(folder) / f"{megabytes}.crash"
            path.write_bytes(large_text(megabytes) if megabytes else text_report().encode())
            command = [sys.executable, __file__, "--large", str(path)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # ourselves
            results.append(json.loads(done.stdout))
    nothing, small, big = results
    for found in (small, big):
        times = (found["held"] - nothing["held"]) / (found["mb"] * MEGABYTE)
        print(
            f"text  {found['mb']:7.1f} MB   {found['seconds']:6.2f} s   "
            f"memory {times:.2f} times the text, which is in it"
        )
    growth = big["seconds"] / small["seconds"] / (big["mb"] / small["mb"])
    print(f"time a megabyte, 20 MB against 10 MB: {growth:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--large", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large:
        large(options.large)
        return
    ratios = [
        compare("text", text_report(), options.rounds),
        compare(".ips", json_report(), options.rounds),
    ]
    compare_large()
    if max(ratios) > SLOWEST:
        sys.exit(f"The ratio to the attributes is above {SLOWEST}.")


if __name__ == "__main__":
    main()
