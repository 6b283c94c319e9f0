from dataclasses import replace
from typing import Any

import pytest

from bridge.crash import understand
from bridge.grouping.shelf import Shelf
from bridge.model import Diagnosis
from tests.crash.samples import APP, IMAGES, KIT, Crash, Line, text_report

ABORT: dict[str, Any] = {"exception": "EXC_CRASH", "signal": "SIGABRT", "codes": "0x0, 0x0"}
MEMORY: dict[str, Any] = {"exception": "EXC_BAD_ACCESS", "signal": "SIGSEGV", "codes": "0x1, 0x9"}

SHOWN = (
    Line("UIKitCore", "-[NSException raise]", 0x10),
    Line("SunriseKit", "-[Store open:]", 0x1200, 160, "Store.m", 7),
    Line("Sunrise", "Cart.load()", 0x9100, 40, "Cart.swift", 12),
    Line("Sunrise", "CartModel.init()", 0xD000, 32, "CartModel.swift", 3),
    Line("UIKitCore", "UIApplicationMain", 0xF800, 336),
    Line("Sunrise", "main", 0x4000, 64),
)
NEXT_BUILD = tuple(
    replace(i, uuid="7" * 32) if i in {APP, KIT} else i for i in IMAGES
)  # fmt: skip


def of(stack: tuple[Line, ...], incident: str = "1", **changes: Any) -> Diagnosis:
    id_ = f"8E7C1C0F-30CF-4C3B-9D0E-4B7F3A2A9B{incident:0>2}"
    report = text_report(Crash(stack=stack, incident=id_).but(**(ABORT | changes)))
    found = understand(report.encode())
    assert found is not None
    return found


def together(*found: Diagnosis) -> bool:
    shelf = Shelf()
    return len({shelf.place(one, name=str(n)).id for n, one in enumerate(found)}) == 1


def unnamed(stack: tuple[Line, ...], image: str, moved: int = 0) -> tuple[Line, ...]:
    return tuple(
        replace(line, symbol=None, file=None, offset=line.offset + moved)
        if line.image == image
        else line
        for line in stack
    )


def test_two_builds_are_one_where_only_a_framework_has_names() -> None:
    one = of(unnamed(SHOWN, "Sunrise"), "1")
    other = of(unnamed(SHOWN, "Sunrise", 0x440), "2", images=NEXT_BUILD)

    assert one.fingerprint.key != other.fingerprint.key
    assert together(one, other)


@pytest.mark.parametrize("first", [True, False])
def test_a_report_with_all_names_joins_one_with_some(first: bool) -> None:
    less = of(unnamed(SHOWN, "Sunrise", 0x440), "1", images=NEXT_BUILD)
    more = of(SHOWN, "2")

    assert together(*((less, more) if first else (more, less)))


@pytest.mark.parametrize("first", [True, False])
def test_a_report_without_the_systems_names_joins_one_with_them(first: bool) -> None:
    stack = (SHOWN[0], Line("UIKitCore", "-[UITableView reloadData]", 0x20), *SHOWN[2:3])
    less, more = of(unnamed(stack, "UIKitCore"), "1"), of(stack, "2", images=NEXT_BUILD)

    assert less.fingerprint.key != more.fingerprint.key
    assert together(*((less, more) if first else (more, less)))


def test_reports_with_all_names_are_not_joined_by_one_they_have_in_common() -> None:
    other = (*SHOWN[:2], Line("Sunrise", "Search.run()", 0x8100, 4, "Search.swift", 2), *SHOWN[3:])

    assert not together(of(SHOWN, "1"), of(other, "2"))


def test_what_the_system_was_asked_parts_a_lone_name() -> None:
    one = (Line("UIKitCore", "-[UITableView reloadData]", 0x20), SHOWN[2])
    other = (Line("UIKitCore", "-[UIView addSubview:]", 0x30), replace(SHOWN[2], offset=0x9200))

    assert not together(of(one, "1"), of(other, "2"))


def test_a_lone_name_says_too_little_of_a_bad_memory_access() -> None:
    one = of(unnamed(SHOWN[1:], "Sunrise"), "1", **MEMORY)
    other = of(unnamed(SHOWN[1:], "Sunrise", 0x440), "2", images=NEXT_BUILD, **MEMORY)

    assert not together(one, other)


def test_nothing_but_main_is_told_apart_by_the_systems_places() -> None:
    below = SHOWN[-2:]
    one = (Line("UIKitCore", None, 0x100), Line("UIKitCore", None, 0x200), *below)
    other = (Line("UIKitCore", None, 0x300), Line("UIKitCore", None, 0x400), *below)

    assert together(of(one, "1"), of(one, "2", images=NEXT_BUILD))
    assert not together(of(one, "1"), of(other, "2", images=NEXT_BUILD))


def test_a_request_that_the_system_refused_is_its_askers_whoever_called_it() -> None:
    refused = (
        Line("UIKitCore", "+[NSException raise:format:]", 0x10),
        Line("UIKitCore", "-[UITableView _endCellAnimations]", 0x20),
        Line("Sunrise", "Cart.load()", 0x9100, 40, "Cart.swift", 12),
    )
    one = of((*refused, *SHOWN[3:]), "1")
    other = of((*refused, Line("Sunrise", "Search.run()", 0x8100, 4), *SHOWN[4:]), "2")
    asked = replace(refused[1], symbol="-[UITableView scrollToRowAtIndexPath:]")

    assert one.fingerprint.key != other.fingerprint.key
    assert together(one, other)
    assert not together(one, of((refused[0], asked, *other_callers(refused)), "3"))


def test_a_function_that_ends_the_process_for_others_joins_none_of_them() -> None:
    ends = (
        Line("libswiftCore.dylib", "_assertionFailure(_:_:file:line:flags:)", 0x3A0, 156),
        Line("Sunrise", "crash(_:)", 0x9100, 40, "Crash.swift", 12),
    )
    trap = {"exception": "EXC_BREAKPOINT", "signal": "SIGTRAP", "codes": "0x1, 0x9"}

    one = of((*ends, *SHOWN[2:]), "1", **trap)
    other = of((*ends, Line("Sunrise", "Search.run()", 0x8100, 4), *SHOWN[3:]), "2", **trap)

    assert not together(one, other)


def other_callers(refused: tuple[Line, ...]) -> tuple[Line, ...]:
    return (replace(refused[2], offset=0x9300), Line("Sunrise", "Search.run()", 0x8100, 4))
