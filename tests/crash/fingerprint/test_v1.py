from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash import understand
from bridge.model import Fingerprint
from tests.crash.samples import CART, Crash, Image, Line, ips_report, text_report

ABORT = {"exception": "EXC_CRASH", "signal": "SIGABRT", "codes": "0x0, 0x0"}


def key_of(crash: Crash, *, ips: bool = False) -> Fingerprint:
    diagnosis = understand((ips_report(crash) if ips else text_report(crash)).encode())
    assert diagnosis is not None
    return diagnosis.fingerprint


def test_keys_stay_what_they_were_when_v1_was_released() -> None:
    """A change here files every known crash again: make a v2 instead."""
    assert key_of(Crash()).key == "v1:d98fddb71ef5926c"
    assert key_of(Crash(**ABORT, stack=CART[5:])).key == "v1:8bbaa2ae638d83fa"
    assert key_of(Crash(stack=CART[6:8])).key == "v1:f43afc90a2762294"


def test_the_key_is_of_the_first_three_app_frames_and_says_what_it_passed_over() -> None:
    found = key_of(Crash())

    assert found.version == "v1"
    assert len(found.key) == len("v1:") + 16
    assert found.used == (
        "Sunrise!CartView.total.getter",
        "Sunrise!CartView.body.getter",
        "Sunrise!CartModel.remove(_:) {closure}",
    )
    assert [(s.frame.index, s.reason) for s in found.skipped] == [
        (0, "Swift's own library"),
        (1, "standard library code, compiled into the app"),
    ]
    assert found.confident


@st.composite
def variations(draw: st.DrawFn) -> Crash:
    """The same bug in another build, on another system, in another process."""
    random = draw(st.randoms(use_true_random=False))
    images = list(Crash().images)
    random.shuffle(images)
    moved = [
        Image(i.name, 0x100000000 + 0x1000000 * n * random.randint(1, 3) + n * 0x40000000,
              f"{random.getrandbits(128):032x}", i.path)
        for n, i in enumerate(images)
    ]  # fmt: skip
    deeper = tuple(
        Line("UIKitCore", f"-[Thing{random.randint(0, 99)} run]", random.randint(1, 5000))
        for _ in range(random.randint(0, 5))
    )
    stack = tuple(
        Line(c.image, c.symbol, random.randint(0, 0x300000), random.randint(1, 900), c.file,
             random.randint(1, 999))
        for c in CART[:5]
    )  # fmt: skip
    idle = random.randint(1, 6)
    return Crash(
        stack=stack + deeper,
        images=tuple(moved),
        idle=idle,
        crashed=random.randint(0, idle),
        build=str(random.randint(1, 999)),
        version=f"2.{random.randint(0, 9)}",
        system=draw(st.sampled_from(["iPhone OS 18.6 (22G86)", "iPhone OS 26.2 (23C55)"])),
        hardware=draw(st.sampled_from(["iPhone14,7", "iPad16,3"])),
        codes=f"0x0000000000000001, 0x{random.getrandbits(40):016x}",
        incident=f"{random.getrandbits(128):032X}",
    )


@given(variations(), st.booleans())
def test_the_key_is_free_of_build_addresses_order_system_lines_and_depth(
    crash: Crash, ips: bool
) -> None:
    assert key_of(crash, ips=ips).key == key_of(Crash()).key


@pytest.mark.parametrize(
    "changes",
    [
        {"bundle": "com.example.sunset"},
        {"stack": (CART[0], *CART[3:])},
        {"stack": (*CART[:3], *CART[5:])},
        {"exception": "EXC_BAD_ACCESS", "signal": "SIGSEGV"},
        {"exception": "EXC_CRASH", "signal": "SIGABRT"},
        {
            "exception": "EXC_CRASH",
            "signal": "SIGKILL",
            "termination": ("FRONTBOARD", 0x8BADF00D, ""),
        },
    ],
)
def test_another_app_place_or_cause_is_another_problem(changes: dict[str, Any]) -> None:
    assert key_of(Crash(**changes)).key != key_of(Crash()).key


def test_a_message_or_its_lack_changes_nothing() -> None:
    said = Crash(information=("Sunrise/CartView.swift:88: Fatal error: Index out of range",))

    assert key_of(said).key == key_of(Crash()).key


def test_intel_and_arm_traps_are_one_problem() -> None:
    intel = Crash(exception="EXC_BAD_INSTRUCTION", signal="SIGILL")

    assert key_of(intel).key == key_of(Crash()).key


def test_thunks_inlining_marks_and_closure_numbers_change_nothing() -> None:
    other = (
        Line("Sunrise", "Swift runtime failure: Index out of range", 0x9000, inlined=True),
        Line("Sunrise", "@objc CartView.total.getter", 0x1),
        Line("Sunrise", "CartView.total.getter", 0x2),
        Line("Sunrise", "<deduplicated_symbol>", 0x3),
        Line("Sunrise", "thunk for @escaping @callee_guaranteed () -> ()", 0x4),
        Line("Sunrise", "specialized CartView.body.getter", 0x5),
        Line("Sunrise", "partial apply for closure #7 in CartModel.remove(_:)", 0x6),
    )

    assert key_of(Crash(stack=other)).key == key_of(Crash()).key


def test_a_debug_builds_library_is_the_app() -> None:
    crash = Crash()
    images = tuple(
        Image("Sunrise.debug.dylib", i.base, i.uuid, f"{i.path}.debug.dylib")
        if i.name == "Sunrise"
        else i
        for i in crash.images
    )
    main = Image("Sunrise", 0x90000000, "ee" * 16, crash.image("Sunrise").path)
    stack = tuple(
        Line(line.image.replace("Sunrise", "Sunrise.debug.dylib"), line.symbol, line.offset)
        if line.image == "Sunrise"
        else line
        for line in CART
    )

    debug = crash.but(images=(*images, main), stack=stack)

    assert key_of(debug, ips=True).key == key_of(crash).key


def bare(uuid: str) -> Crash:
    stack = (CART[0], *(Line("Sunrise", None, 0x1000 * n) for n in (3, 2, 1)))
    crash = Crash(stack=stack)
    images = tuple(
        Image(i.name, i.base, uuid, i.path) if i.name == "Sunrise" else i for i in crash.images
    )
    return crash.but(images=images)


def test_frames_without_symbols_are_keyed_by_image_uuid_and_offset() -> None:
    one = key_of(bare("ab" * 16))

    assert one.used[0] == "u:Sunrise!abababab+3000"
    assert not one.confident
    assert key_of(bare("ab" * 16), ips=True).key == one.key
    assert key_of(bare("cd" * 16)).key != one.key


def test_a_lone_app_frame_is_told_apart_by_what_it_called() -> None:
    tap = Line("Sunrise", "AppDelegate.tap()", 0x100)
    first = Line("UIKitCore", "-[UITableView reloadData]", 0x10)
    second = Line("UIKitCore", "-[UIView layoutIfNeeded]", 0x20)
    hidden = Line("UIKitCore", "_UIPrivate", 0x30)

    one = key_of(Crash(**ABORT, stack=(hidden, first, tap)))

    assert one.used == ("UIKitCore!-[UITableView reloadData]", "Sunrise!AppDelegate.tap()")
    assert key_of(Crash(**ABORT, stack=(first, hidden, tap))).key == one.key
    assert key_of(Crash(**ABORT, stack=(second, tap))).key != one.key


def test_a_stack_of_system_frames_alone_is_keyed_by_them_without_confidence() -> None:
    stack = tuple(Line("UIKitCore", f"-[UIThing step{n}]", n) for n in range(1, 8))

    found = key_of(Crash(**ABORT, stack=(*stack, CART[-1])))

    assert found.used == tuple(f"UIKitCore!-[UIThing step{n}]" for n in range(1, 5))
    assert not found.confident


def test_aborts_that_share_the_way_to_abort_alone_stay_apart() -> None:
    """Joining all aborts below UIKit is the mistake to avoid."""
    way = [Line("libsystem_kernel.dylib", None, n) for n in (0x10, 0x20, 0x30, 0x40)]
    one = Crash(**ABORT, stack=(*way, Line("UIKitCore", None, 0x100)))
    other = Crash(**ABORT, stack=(*way, Line("UIKitCore", None, 0x200)))

    assert key_of(one).key != key_of(other).key


def test_crashes_without_a_stack_are_problems_of_their_own() -> None:
    one, other = Crash(stack=(), incident="1" * 32), Crash(stack=(), incident="2" * 32)

    assert key_of(one).key != key_of(other).key
    assert key_of(one).key == key_of(one, ips=True).key
    assert not key_of(one).confident


def test_an_endless_recursion_is_one_problem_wherever_the_stack_was_full() -> None:
    turn = [Line("Sunrise", f"Tree.walk{name}()", 0x100 * n) for n, name in enumerate("abc", 1)]
    access = {"exception": "EXC_BAD_ACCESS", "signal": "SIGSEGV"}
    leaf = Line("libsystem_kernel.dylib", "tiny_malloc", 0x10)

    keys = {
        key_of(Crash(**access, stack=tuple((turn * 100)[start:]))).key for start in range(3)
    } | {key_of(Crash(**access, stack=(leaf, *turn * 150))).key}

    assert len(keys) == 1


def test_a_watchdog_is_about_the_main_thread() -> None:
    killed: dict[str, Any] = {
        "exception": "EXC_CRASH",
        "signal": "SIGKILL",
        "termination": ("FRONTBOARD", 0x8BADF00D, ""),
    }
    waiting = Crash(**killed, stack=CART)
    text = text_report(waiting).replace("Triggered by Thread:  0", "Triggered by Thread:  1")

    diagnosis = understand(text.encode())

    assert diagnosis is not None
    assert diagnosis.fingerprint.key == key_of(waiting).key


def test_shuffled_threads_change_nothing() -> None:
    keys = {key_of(Crash(idle=5, crashed=place)).key for place in range(6)}

    assert keys == {key_of(Crash()).key}
