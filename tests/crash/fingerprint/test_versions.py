import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash import SHIPPED, CrashRules, RuleBook, understand
from bridge.crash.fingerprint.versions import VERSIONS
from bridge.crash.rules import FrameRule
from bridge.model import Fingerprint
from tests.crash.samples import CART, Crash, Line, text_report

LOG = Line("Sunrise", "Log.fatal(_:)", 0x77)
DATA = text_report(Crash(stack=(CART[0], LOG, *CART[2:]))).encode()
SKIPS = RuleBook.of(CrashRules(skip=(FrameRule(name="Log.fatal*", why="our logger"),)))


def of(data: bytes, rules: RuleBook = SHIPPED, *earlier: RuleBook) -> Fingerprint:
    diagnosis = understand(data, rules=rules, earlier=earlier)
    assert diagnosis is not None
    return diagnosis.fingerprint


def test_a_skipped_frame_is_passed_over_with_the_teams_reason() -> None:
    found = of(DATA, SKIPS)

    assert found.used == of(text_report().encode()).used
    assert "our logger" in {skipped.reason for skipped in found.skipped}


def test_a_key_by_a_teams_rules_says_so_and_the_earlier_ones_come_with_it() -> None:
    found = of(DATA, SKIPS, SHIPPED)

    assert found.version == f"v1+{SKIPS.key}"
    assert found.older == (of(DATA).key,)
    assert found.asked.index(found.older[0]) < found.asked.index(found.key)
    assert of(DATA).older == ()
    assert of(DATA, SHIPPED, SHIPPED).older == ()
    assert of(DATA, SHIPPED, SKIPS).older == (found.key,)


def test_a_reason_worded_anew_makes_no_other_rules() -> None:
    again = RuleBook.of(CrashRules(skip=(FrameRule(name="Log.fatal*", why="another reason"),)))

    assert again == SKIPS
    assert RuleBook.of(CrashRules()) == SHIPPED
    assert SHIPPED.key == ""


def test_rules_are_the_same_after_a_way_through_json() -> None:
    text = SKIPS.settings.model_dump_json()

    assert RuleBook.of(CrashRules.model_validate_json(text)) == SKIPS


def test_a_wrapper_and_a_sentinel_of_the_teams() -> None:
    wrapper = RuleBook.of(CrashRules(wrapper=(FrameRule(name="Sunrise!Log.*"),)))
    sentinel = RuleBook.of(CrashRules(sentinel=(FrameRule(name="Log.fatal(_:)"),)))

    assert of(DATA, wrapper).used == of(text_report().encode()).used
    assert of(DATA, sentinel).used == of(text_report().encode()).used


def test_a_prefix_comes_with_the_next_frame_and_takes_no_ones_place() -> None:
    prefix = RuleBook.of(CrashRules(prefix=(FrameRule(name="Log.fatal*"),)))

    assert of(DATA, prefix).used == ("Sunrise!Log.fatal(_:)", *of(text_report().encode()).used)


def test_a_team_says_which_images_are_its_own() -> None:
    kit = Crash(stack=(CART[5], *CART[2:4]))
    data = text_report(kit).encode()
    foreign = RuleBook.of(CrashRules(system=("Sunrise*Kit",)))
    own = RuleBook.of(CrashRules(in_app=("UIKit*",)))

    assert of(data).used[0] == "SunriseKit!Store.dispatch(_:)"
    assert of(data, foreign).used == (
        "Sunrise!CartView.total.getter",
        "Sunrise!CartView.body.getter",
    )
    tapped = Crash(stack=(Line("UIKitCore", "-[Mine tap]", 1), *CART[2:]))
    found = understand(text_report(tapped).encode(), rules=own)
    assert found is not None
    assert found.fingerprint.used[0] == "UIKitCore!-[Mine tap]"
    assert found.blame is not None
    assert found.blame.in_app


def test_every_version_has_a_name_of_its_own() -> None:
    assert len({version.NAME for version in VERSIONS}) == len(VERSIONS)


MANGLED = tuple(
    Line("Sunrise", name, 0x100 * n)
    for n, name in enumerate(
        ("$s7Sunrise8CartViewV5totalSivg", "$s7Sunrise8CartViewV4bodySivg"), start=1
    )
)
READABLE = tuple(
    Line("Sunrise", name, 0x100 * n)
    for n, name in enumerate(("CartView.total.getter", "CartView.body.getter"), start=1)
)


def test_a_mangled_report_joins_readable_ones_and_those_of_before_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mangled = text_report(Crash(stack=MANGLED)).encode()
    now = of(mangled)
    monkeypatch.setattr("bridge.crash.demangle._reader", lambda: None)
    from bridge.crash.demangle import demangled
    from bridge.crash.symbol import _normal

    demangled.cache_clear()
    _normal.cache_clear()
    before = of(mangled)
    demangled.cache_clear()
    _normal.cache_clear()

    assert now.key == of(text_report(Crash(stack=READABLE)).encode()).key
    assert before.key != now.key
    assert before.key in now.aliases
    assert not any(key.startswith("v1:") for key in before.aliases)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_whatever_a_team_writes_a_report_is_understood(names: list[str]) -> None:
    listed = tuple(FrameRule(name=name) for name in names if name)
    rules = RuleBook.of(CrashRules(skip=listed, sentinel=listed, in_app=tuple(names)))

    found = of(DATA, rules, SHIPPED)

    assert not any("mistake" in reason for reason in found.used)
    assert found.key
