from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash import understand
from bridge.crash.title import LONGEST
from bridge.model import Diagnosis
from tests.crash.samples import CART, Crash, Line, text_report

BOUNDS = ("Sunrise/CartView.swift:88: Fatal error: Index out of range",)
ABORT = {"exception": "EXC_CRASH", "signal": "SIGABRT"}


def diagnosis_of(crash: Crash) -> Diagnosis:
    diagnosis = understand(text_report(crash).encode())
    assert diagnosis is not None
    return diagnosis


def test_cause_then_place() -> None:
    found = diagnosis_of(Crash(information=BOUNDS))

    assert found.title == "Crash: index out of range in CartView.total"
    assert found.blame is not None
    assert (found.blame.symbol, found.blame.line) == ("CartView.total.getter", 88)


def test_a_launch_that_took_too_long_says_where_it_waits() -> None:
    crash = Crash(
        exception="EXC_CRASH",
        signal="SIGKILL",
        termination=("FRONTBOARD", 0x8BADF00D, ""),
        details=("explanation:scene-create watchdog transgression",),
        stack=(
            Line("UIKitCore", "__psynch_mutexwait", 8),
            Line("Sunrise", "DatabaseQueue.sync(_:)", 8),
        ),
    )

    assert diagnosis_of(crash).title == (
        "Killed at launch: main thread waiting in DatabaseQueue.sync"
    )


@pytest.mark.parametrize(
    ("symbol", "place"),
    [
        ("closure #2 in CartModel.remove(_:)", "CartModel.remove"),
        ("-[Feed load:]", "-[Feed load:]"),
        ("__12-[Feed load:]_block_invoke_2", "-[Feed load:]"),
        ("specialized Sunrise.Cart.add<A>(_: A) -> ()", "Cart.add"),
        ("void shop::cart::Cart::add<int>(int)", "shop::cart::Cart::add"),
        ("CartView.body.getter", "CartView.body"),
    ],
)
def test_a_place_is_named_as_people_say_it(symbol: str, place: str) -> None:
    found = diagnosis_of(Crash(**ABORT, stack=(Line("Sunrise", symbol, 8),)))

    assert found.title == f"Crash: abort in {place}"


def test_a_long_place_keeps_its_end_and_the_title_its_length() -> None:
    deep = ".".join(f"Module{n}" for n in range(30))
    found = diagnosis_of(Crash(**ABORT, stack=(Line("Sunrise", f"{deep}.load()", 8),)))

    assert len(found.title) <= LONGEST
    assert found.title.endswith("Module29.load")

    method = diagnosis_of(Crash(**ABORT, stack=(Line("Sunrise", f"-[Cart {'x' * 900}]", 8),)))
    assert len(method.title) == LONGEST
    assert method.title.endswith("…")


@pytest.mark.parametrize(
    ("symbol", "place"),
    [
        (
            "-[PushToTalkModule initialize:channelName:resolver:rejecter:]",
            "-[PushToTalkModule initialize:channelName:…]",
        ),
        (
            "-[AppDelegate application:didFinishLaunchingWithOptions:andMuchMore:]",
            "-[AppDelegate application:didFinishLaunchingWithOpt…",
        ),
    ],
)
def test_a_long_method_is_cut_between_its_words_where_that_says_enough(
    symbol: str, place: str
) -> None:
    found = diagnosis_of(Crash(stack=(Line("Sunrise", symbol, 8),), exception="EXC_BAD_ACCESS"))

    assert found.title.endswith(f" in {place}")
    assert len(found.title) <= LONGEST


def test_wrappers_and_runtime_are_not_blamed() -> None:
    stack = (Line("Sunrise", "-[SentryHook call]", 4), Line("Sunrise", "std::vector<int>::at", 4))

    found = diagnosis_of(Crash(**ABORT, stack=(*stack, *CART[1:])))

    assert found.title == "Crash: abort in CartView.total"


def test_a_named_frame_stands_before_a_place_without_a_name() -> None:
    stack = (Line("Sunrise", None, 8), Line("Sunrise", "Cart.load()", 8))

    assert diagnosis_of(Crash(**ABORT, stack=stack)).title == "Crash: abort in Cart.load"


def test_main_and_wrappers_are_no_place_but_the_app_is() -> None:
    main = Line("Sunrise", "static SunriseApp.$main()", 8)
    script = Line("Sunrise", "RCTFatal", 8)

    assert diagnosis_of(Crash(**ABORT, stack=(main,))).title == "Crash: abort in Sunrise"
    assert diagnosis_of(Crash(**ABORT, last_exception=(script,))).title == (
        "Crash: fatal JavaScript error in Sunrise"
    )


def test_without_symbols_the_image_is_the_place() -> None:
    found = diagnosis_of(Crash(**ABORT, stack=(Line("Sunrise", None, 8),)))

    assert found.title == "Crash: abort in Sunrise"
    assert found.blame is not None
    assert found.blame.offset == 8


def test_without_any_app_frame_a_named_system_frame_is_the_place() -> None:
    stack = (Line("UIKitCore", "abort", 4), Line("UIKitCore", "-[UITableView reloadData]", 4))

    assert diagnosis_of(Crash(**ABORT, stack=stack)).title == (
        "Crash: abort in -[UITableView reloadData]"
    )


def test_a_refusal_of_the_system_names_the_app_and_none_of_the_systems_functions() -> None:
    marker = Line("UIKitCore", "__TCC_CRASHING_DUE_TO_PRIVACY_VIOLATION__", 8)
    refused = Crash(
        exception="EXC_CRASH", signal="SIGABRT", termination=("TCC", 0, ""), stack=(marker,)
    )

    assert diagnosis_of(refused).title == "Killed: privacy key missing in Sunrise"
    called = replace(refused, stack=(marker, CART[2]))
    assert diagnosis_of(called).title == "Killed: privacy key missing in CartView.total"


def test_a_process_without_a_name_is_no_place() -> None:
    text = text_report(Crash(**ABORT, stack=())).replace(
        "Process:             Sunrise", "Process: ???"
    )

    diagnosis = understand(text.encode())

    assert diagnosis is not None
    assert diagnosis.title == "Crash: abort"


def test_without_a_stack_the_process_is_the_place() -> None:
    found = diagnosis_of(Crash(**ABORT, stack=()))

    assert (found.title, found.blame) == ("Crash: abort in Sunrise", None)


@given(st.text(min_size=1, max_size=400))
def test_a_title_is_one_short_line_whatever_the_symbol(symbol: str) -> None:
    text = text_report(Crash(**ABORT, stack=(Line("Sunrise", symbol, 8),)))

    diagnosis = understand(text.encode("utf-8", "surrogatepass"))

    assert diagnosis is not None
    assert 0 < len(diagnosis.title) <= LONGEST
    assert diagnosis.title.isprintable() or not diagnosis.title.isascii()
    assert "\n" not in diagnosis.title
