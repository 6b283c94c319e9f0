import json
from typing import Any

import pytest

from bridge.crash import understand
from tests.crash.samples import CART, Crash, Line, ips_report, text_report

KILLED: dict[str, Any] = {
    "exception": "EXC_CRASH",
    "signal": "SIGKILL",
    "termination": ("FRONTBOARD", 0x8BADF00D, ""),
}
WAIT = "Elapsed application CPU time (seconds): {}, 3% CPU"


def facts(text: str) -> tuple[str, ...]:
    diagnosis = understand(text.encode())
    assert diagnosis is not None
    return diagnosis.facts


@pytest.mark.parametrize(
    ("started", "said"),
    [
        ("2026-11-24 10:02:09.9394 +0000", "It ended 2.0 s after its start."),
        ("2026-11-24 12:02:11.8394 +0200", "It ended 0.1 s after its start."),
        ("2026-11-24 10:02:06.0 +0000", None),
        ("2026-11-24 10:02:12.0 +0000", None),
        ("yesterday", None),
    ],
)
def test_a_crash_within_five_seconds_of_the_start_is_told(started: str, said: str | None) -> None:
    text = text_report().replace("2026-11-24 10:01:17.1236 +0000", started)

    early = [fact for fact in facts(text) if fact.startswith("It ended")]

    assert early == ([said] if said else [])


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("__psynch_mutexwait", "The main thread waited for a lock."),
        ("_dispatch_sync_f_slow", "The main thread waited for another queue."),
        ("semaphore_wait_trap", "The main thread waited for a semaphore."),
        ("__semwait_signal", "The main thread was asleep."),
        ("mach_msg2_trap", None),
        ("readable", None),
    ],
)
def test_a_waiting_main_thread_is_told_for_a_watchdog_and_beside_a_crash(
    top: str, said: str | None
) -> None:
    stack = (Line("libsystem_kernel.dylib", top, 8), *CART[2:])
    watchdog = facts(text_report(Crash(**KILLED, stack=stack)))
    crash = Crash(crashed=1)
    lines = text_report(crash).replace("mach_msg2_trap + 8", f"{top} + 8")

    for found in (watchdog, facts(lines)):
        assert (said in found) if said else not any("main thread wa" in fact for fact in found)


def test_a_main_thread_that_crashed_does_not_wait() -> None:
    stack = (Line("libsystem_kernel.dylib", "__psynch_mutexwait", 8), *CART[2:])

    found = facts(text_report(Crash(stack=stack)))

    assert found == ()


@pytest.mark.parametrize(
    ("used", "said"), [("0.367", "waiting rather than busy"), ("15.290", "it was busy")]
)
def test_a_watchdogs_arithmetic_is_done(used: str, said: str) -> None:
    details = ("exhausted real (wall clock) time allowance of 19.97 seconds", WAIT.format(used))

    found = facts(text_report(Crash(**KILLED, details=details)))

    assert any(said in fact and f"{used} s" in fact and "19 s" in fact for fact in found)


def test_where_it_crashed_is_told_by_queue_or_thread() -> None:
    body = ips_report(Crash(crashed=1)).replace(
        '"triggered": true', '"triggered": true, "queue": "com.example.sunrise.db"'
    )

    assert "It crashed on the queue com.example.sunrise.db." in facts(body)
    named = body.replace('"queue"', '"name"')
    assert "It crashed on the thread com.example.sunrise.db." in facts(named)
    assert not any("crashed on" in fact for fact in facts(ips_report(Crash(crashed=1))))


def test_what_the_report_says_of_the_device_is_told() -> None:
    header, _, rest = ips_report().partition("\n")
    body = json.loads(rest) | {"wasUnlockedSinceBoot": 0, "procRole": "Background"}
    body["asi"] = {"Sunrise": ["Received memory warning."]}

    found = facts(f"{header}\n{json.dumps(body)}")

    assert (
        "The device had not been unlocked since it started, so protected files were closed."
        in found
    )
    assert "The app was not on the screen (role Background)." in found
    assert "The report speaks of low memory." in found


def test_many_threads_are_counted() -> None:
    assert "The process had 81 threads." in facts(text_report(Crash(idle=80)))
    assert not any("threads" in fact for fact in facts(text_report()))


def test_a_report_without_any_of_it_has_no_facts() -> None:
    assert facts("Incident Identifier: 1\nException Type: EXC_CRASH (SIGABRT)\n") == ()
