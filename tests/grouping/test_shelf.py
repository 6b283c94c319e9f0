"""The grouping's whole decision over logs: what is one problem, and how that was found."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from bridge.crash import understand
from bridge.grouping.near import KEPT
from bridge.grouping.shelf import How, Placement, Shelf
from bridge.model import Diagnosis
from tests.crash.samples import APP, CART, IMAGES, Crash, Image, Line, ips_report, text_report

NUMBERS = count(1)
WRAPPED = (*CART[:3], Line("Sunrise", "Cart.measured(_:)", 0xC700), *CART[3:])
OTHER = tuple(
    replace(line, symbol=f"Other.{number}()") if line.image == "Sunrise" else line
    for number, line in enumerate(CART)
)
NOTHING = (Line("libsystem_kernel.dylib", "__pthread_kill", 0x7000, 8),)


def incident() -> str:
    return f"8E7C1C0F-30CF-4C3B-9D0E-{next(NUMBERS):012X}"


def read(text: str) -> Diagnosis:
    diagnosis = understand(text.encode())
    assert diagnosis is not None
    return diagnosis


def build() -> tuple[Image, ...]:
    """The images of a build that no other report is of."""
    return (replace(APP, uuid=f"{next(NUMBERS):032x}"), *IMAGES[1:])


def crash(**changes: Any) -> Diagnosis:
    """A report of its own incident and, unless other images are given, its own build."""
    values: dict[str, Any] = {"incident": incident(), "images": build(), **changes}
    return read(text_report(Crash(**values)))


def placed(*diagnoses: Diagnosis, shelf: Shelf | None = None) -> Sequence[Placement]:
    on = shelf or Shelf()
    return [on.place(diagnosis, name=f"log {n}") for n, diagnosis in enumerate(diagnoses)]


def hows(places: Sequence[Placement]) -> list[tuple[str, str | None]]:
    return [(place.how.value, place.of) for place in places]


def test_the_first_is_new_and_named_by_its_fingerprint() -> None:
    first = crash()

    [place] = placed(first)

    assert place == Placement(id=first.fingerprint.key, how=How.NEW)


def test_an_equal_fingerprint_is_the_same_problem() -> None:
    places = placed(crash(), crash(stack=OTHER), crash(build="150"))

    assert hows(places) == [("new", None), ("new", None), ("exact", "log 0")]
    assert places[2].id == places[0].id != places[1].id


@pytest.mark.parametrize("wrapped", [False, True])
def test_two_forms_of_one_incident_are_one_group(wrapped: bool) -> None:
    """Even where one of them has not a single symbol."""
    one = Crash(incident=incident())
    bare = one.but(stack=tuple(replace(line, symbol=None, file=None) for line in CART))
    other = read(f"```\n{ips_report(bare)}\n```" if wrapped else ips_report(bare))

    for order in ((read(text_report(one)), other), (other, read(text_report(one)))):
        places = placed(*order)
        assert hows(places) == [("new", None), ("incident", "log 0")]
        assert places[0].id == places[1].id


def test_one_incident_is_one_crash_even_where_one_form_does_not_say_whose() -> None:
    one = Crash(incident=incident())
    cut = "\n".join(
        line
        for line in text_report(one).splitlines()
        if not line.startswith(("Identifier:", "Process:", "Path:"))
    )

    assert hows(placed(read(text_report(one)), read(cut)))[1] == ("incident", "log 0")


def test_an_incident_of_another_app_is_not_the_same() -> None:
    same = incident()
    other = replace(APP, name="Sunset", path="/Applications/Sunset.app/Contents/MacOS/Sunset")
    images = (other, *IMAGES[1:])
    there = crash(
        incident=same,
        process="Sunset",
        bundle="com.example.sunset",
        images=images,
        stack=NOTHING,
    )

    assert hows(placed(crash(incident=same), there)) == [("new", None), ("new", None)]


def test_what_is_nearly_the_same_joins_and_brings_its_own_fingerprint() -> None:
    stack = deep(CART)
    near = deep(WRAPPED)
    assert crash(stack=near).fingerprint.key != crash(stack=stack).fingerprint.key

    places = placed(crash(stack=stack), crash(stack=near), crash(stack=near))

    assert hows(places) == [("new", None), ("near", "log 0"), ("exact", "log 0")]
    assert places[1].score is not None
    assert len({place.id for place in places}) == 1


def test_what_is_possibly_the_same_is_a_group_of_its_own_that_says_so() -> None:
    first = crash(stack=deep(CART))
    top = replace(CART[2], symbol="CartView.discount.getter")

    places = placed(first, crash(stack=deep((*CART[:2], top, *CART[3:]))))

    assert hows(places) == [("new", None), ("new", None)]
    assert [like.group_id for like in places[1].like] == [places[0].id]
    assert "CartView.body.getter" in places[1].like[0].common


def test_another_app_never_joins_whatever_its_stack() -> None:
    places = placed(crash(), crash(bundle="com.example.sunset"), crash(bundle="com.example.sun"))

    assert [place.how for place in places] == [How.NEW] * 3
    assert len({place.id for place in places}) == 3


def test_a_report_without_a_bundle_id_is_its_builds() -> None:
    for order in (("", "Sunrise", ""), ("Sunrise", "", "Sunrise")):
        bundles = (name or "com.example.sunrise" for name in order)
        reports = [crash(bundle=name, images=IMAGES) for name in bundles]
        assert [place.how for place in placed(*reports)] == [How.NEW, How.EXACT, How.EXACT]


def test_an_executables_name_alone_does_not_make_a_report_an_apps() -> None:
    assert hows(placed(crash(), crash(bundle="Sunrise")))[1] == ("new", None)


def test_reports_that_do_not_say_whose_they_are_stand_alone() -> None:
    jetsam = '{"bug_type":"298","timestamp":"2026-11-24 10:02:12.00 +0000"}\n{"reason":"highwater"}'
    panic = '{"bug_type":"210"}\n{"panicString":"panic(cpu 0)"}'

    places = placed(*(read(text) for text in (jetsam, jetsam, panic, panic)))

    assert [place.how for place in places] == [How.NEW] * 4
    assert len({place.id for place in places}) == 4


def test_quitting_is_a_group_of_its_own_kind() -> None:
    quits = {
        "exception": "EXC_CRASH",
        "signal": "SIGKILL",
        "termination": ("FRONTBOARD", 0xDEADFA11, "user quit"),
        "details": ("0xdeadfa11",),
    }

    places = placed(crash(), crash(**quits), crash(**quits))

    assert hows(places) == [("new", None), ("new", None), ("exact", "log 1")]


def test_a_group_keeps_only_a_few_stacks() -> None:
    """Later ones still have their fingerprints there."""
    shelf = Shelf()
    variants = (Line("Sunrise", f"Variant.{number}()", 0xF000) for number in range(9))
    stacks = [(*CART[:5], variant, *CART[5:]) for variant in variants]
    places = placed(*(crash(stack=stack) for stack in stacks), shelf=shelf)

    assert len({place.id for place in places}) == 1
    [group] = shelf._groups.values()  # pyright: ignore[reportPrivateUsage]
    assert len(group.traces) == KEPT


def deep(lines: Sequence[Line]) -> tuple[Line, ...]:
    """A stack with a dozen more frames beneath the given ones."""
    more = (Line("Sunrise", f"Router.step{number}()", 0xE000 + 64 * number) for number in range(12))
    return (*lines[:-3], *more, *lines[-3:])
