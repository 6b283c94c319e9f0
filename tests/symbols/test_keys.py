"""A crash that got names is found by what it was known by without them, and proves no more."""

import time

import pytest

from bridge.crash import SHIPPED, CrashRules, RuleBook, understand
from bridge.model import Diagnosis
from bridge.symbols import Symbols
from bridge.understanding import Rules, understood
from tests.symbols import sunrise

NAMED = (
    sunrise.text()
    .replace(f"{sunrise.BASE:#x} + {sunrise.TRAP}\n", "CartView.checkout(items:) + 76\n")
    .replace(f"{sunrise.BASE:#x} + {sunrise.CLOSURE}\n", "closure #1 in CartView.pay() + 12\n")
    .replace(f"{sunrise.BASE:#x} + {sunrise.OPEN}\n", "+[Store open:] + 16\n")
    .replace(f"{sunrise.BASE:#x} + {sunrise.MAIN}\n", "main + 44\n")
)


@pytest.fixture(scope="module")
def symbols() -> Symbols:
    return Symbols([sunrise.FIXTURE], monotonic=time.monotonic)


def read(log: str, symbols: Symbols | None = None, rules: Rules | None = None) -> Diagnosis:
    found = understood(log.encode(), symbols=symbols, rules=rules)
    assert found is not None
    return found


def test_unnamed_places_prove_the_same_problem(symbols: Symbols) -> None:
    plain, named = read(sunrise.text()).fingerprint, read(sunrise.text(), symbols).fingerprint
    assert plain.key != named.key
    assert plain.key in named.owned
    assert named.asked.index(named.key) < named.asked.index(plain.key)


def test_names_without_inlined_functions_are_asked_for_but_not_owned(symbols: Symbols) -> None:
    plain, named = read(NAMED).fingerprint, read(NAMED, symbols).fingerprint
    assert plain.used[0] == "Sunrise!CartView.checkout(items:)"
    assert named.used[0] == "Sunrise!Cart.price(at:)"
    assert plain.key in named.asked
    assert plain.key not in named.owned


def test_a_log_with_apples_names_and_one_without_have_one_key_with_the_dsym(
    symbols: Symbols,
) -> None:
    assert read(NAMED, symbols).fingerprint.key == read(sunrise.text(), symbols).fingerprint.key


def test_no_key_is_there_twice_and_its_own_stand_apart(symbols: Symbols) -> None:
    for log in (NAMED, sunrise.text()):
        found = read(log, symbols).fingerprint
        assert len(set(found.asked)) == len(found.asked)
        assert found.key not in (*found.older, *found.aliases)


def test_earlier_rules_see_the_report_as_it_was(symbols: Symbols) -> None:
    """What today's rules call the app's own was the system's before."""
    trap = f"0   Sunrise                       \t{sunrise.BASE + sunrise.TRAP:#018x}"
    engine = f"0   dyld                          \t{0x1C8A2E000 + 64:#018x}"
    log = sunrise.text().replace(f"{trap} {sunrise.BASE:#x} + {sunrise.TRAP}", f"{engine} run + 8")
    today = RuleBook.of(CrashRules(in_app=("dyld",)))
    alone = read(log, symbols, Rules()).fingerprint
    both = read(log, symbols, Rules(now=today, earlier=(SHIPPED,))).fingerprint
    assert both.used[0] == "dyld!run"
    assert alone.used[0] != "dyld!run"
    assert alone.key in both.older


def test_a_mistake_in_naming_loses_no_feedback() -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("by a mistake of ours")

    found = understand(sunrise.text().encode(), named=broken)
    assert found is not None
    assert "by a mistake of ours" in found.report.warnings[0]
