from dataclasses import replace

import pytest

from bridge.crash import understand
from bridge.model import Fingerprint
from tests.crash.samples import CART, Crash, Line, ips_report, text_report

BODY = (
    Line("libswiftCore.dylib", "_assertionFailure(_:_:file:line:flags:)", 0x3A0, 156),
    Line("Sunrise", "specialized Array._checkSubscript(_:wasNativeTypeChecked:)", 0x9100, 40),
    Line("Sunrise", "CartView.total.getter", 0xC3A0, 120, "CartView.swift", 88, inlined=True),
    Line("Sunrise", "CartView.body.getter", 0xC3A0, 64, "CartView.swift", 41),
    Line("Sunrise", "CartModel.remove(_:)", 0xD000, 32, "CartModel.swift", 112),
    *CART[6:],
)


def bare(lines: tuple[Line, ...], keep: frozenset[str] = frozenset()) -> tuple[Line, ...]:
    """The lines as they were before symbolication: own names and inlined frames are not there."""
    own = {"Sunrise", "SunriseKit"}
    return tuple(
        replace(line, symbol=None, file=None) if line.image in own - keep else line
        for line in lines
        if not line.inlined
    )


def of(crash: Crash, *, ips: bool = False) -> Fingerprint:
    diagnosis = understand((ips_report(crash) if ips else text_report(crash)).encode())
    assert diagnosis is not None
    return diagnosis.fingerprint


def place(found: Fingerprint) -> str | None:
    return next((key for key in found.aliases if key.startswith("at1:")), None)


@pytest.mark.parametrize("ips", [False, True])
def test_a_report_joins_itself_after_symbolication(ips: bool) -> None:
    before, after = of(Crash(stack=bare(BODY)), ips=ips), of(Crash(stack=BODY))

    assert before.key != after.key
    assert place(before)
    assert place(before) == place(after)
    assert set(before.asked) & set(after.owned)
    assert set(after.asked) & set(before.owned)


def test_an_exported_name_nearby_changes_no_place() -> None:
    exported = tuple(
        replace(line, symbol="SomebodyElse.exported()", symbol_offset=99)
        if not line.symbol
        else line
        for line in bare(BODY)
    )

    assert place(of(Crash(stack=exported))) == place(of(Crash(stack=BODY)))


def test_another_build_exception_or_place_is_another() -> None:
    crash = Crash(stack=BODY)
    images = tuple(replace(i, uuid="ee" * 16) if i.name == "Sunrise" else i for i in crash.images)
    moved = (*BODY[:3], replace(BODY[3], offset=0xC3A4), *BODY[4:])
    others = {
        place(of(crash.but(images=images))),
        place(of(crash.but(exception="EXC_BAD_ACCESS", signal="SIGSEGV"))),
        place(of(crash.but(stack=moved))),
        place(of(crash.but(bundle="com.example.sunset"))),
    }

    assert len(others) == 4
    assert place(of(crash)) not in others


def test_two_aborts_below_uikit_share_no_place_for_their_main() -> None:
    """Joining all aborts below UIKit is the mistake to avoid."""
    main = (Line("UIKitCore", "UIApplicationMain", 0xF800), Line("Sunrise", None, 0x4000))
    start = Line("libsystem_kernel.dylib", "start", 0x20)
    images = tuple(
        replace(image, name="dyld", path="/usr/lib/dyld")
        if image.name == "libsystem_kernel.dylib"
        else image
        for image in Crash().images
    )
    start = replace(start, image="dyld")
    crash = Crash(stack=(CART[6], *main, start), images=images, idle=0)

    assert place(of(crash)) is None


def test_few_places_are_told_apart_by_what_they_called() -> None:
    tap = Line("Sunrise", None, 0x100)
    through_uikit = Crash(stack=(Line("UIKitCore", "-[A b]", 0x10), tap))
    through_swift = Crash(stack=(Line("libsystem_kernel.dylib", "kevent", 0x10), tap))

    assert place(of(through_uikit)) != place(of(through_swift))


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("8E7C1C0F-30CF-4C3B-9D0E-4B7F3A2A9B11", "incident:8e7c1c0f-30cf-4c3b-9d0e-4b7f3a2a9b11"),
        ("00000000-0000-0000-0000-000000000000", None),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", None),
        ("[TODO]", None),
        ("XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", None),
        ("", None),
    ],
)
def test_an_incident_is_a_key_where_it_is_an_identifier(id_: str, expected: str | None) -> None:
    keys = [key for key in of(Crash(incident=id_)).aliases if key.startswith("incident:")]

    assert keys == ([expected] if expected else [])


def test_one_incident_in_two_forms_is_one_crash() -> None:
    text, ips = of(Crash(stack=bare(CART[:3]))), of(Crash(stack=CART), ips=True)

    assert text.asked[0] == ips.asked[0]
    assert text.asked[0].startswith("incident:")
