import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash.demangle import available, demangled, is_mangled
from bridge.crash.symbol import normal


@pytest.mark.parametrize(
    ("mangled", "written"),
    [
        ("$s7Sunrise8CartViewV5totalSivg", "CartView.total.getter"),
        ("_$s7Sunrise8CartViewV5totalSivg", "CartView.total.getter"),
        ("$s7Sunrise9CartModelC6removeyyAA4ItemVFyyYbcfU_TA", "closure #1 in CartModel.remove(_:)"),
        ("$s7Sunrise8CartViewV4loadyyYaFTQ0_", "CartView.load()"),
        ("$s7Sunrise4CartC4load_2inySi_AA5StoreCtFTo", "@objc Cart.load(_:in:)"),
        ("$s7Sunrise3AppV5$mainyyFZ", "static App.$main()"),
        # A package's module that was linked into the app.
        ("$s7CartKit4CartC4loadyyF", "Cart.load()"),
        ("_ZN4shop4cart4loadE", "shop::cart::load"),
        ("_ZN4shop4cart4load17h9b2b3a0e5b4d1b31E", "shop::cart::load"),
    ],
)
def test_a_mangled_name_is_the_one_that_apple_writes(mangled: str, written: str) -> None:
    assert available()
    assert normal(mangled, "Sunrise") == normal(written, "Sunrise")


def test_without_the_extra_a_mangled_name_stays_as_it_is() -> None:
    """In a process of its own: what reads names is looked for once."""
    program = (
        "import sys; sys.modules['multi_demangle'] = None\n"
        "from bridge.crash.demangle import available, demangled\n"
        "print(available(), demangled('$s7CartKit4CartC4loadyyF'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "$s7CartKit4CartC4loadyyF"]


def test_a_thunk_between_calling_conventions_has_no_name() -> None:
    assert normal("$sIeg_IeyB_TR", "Sunrise") is None


def test_a_plain_reading_leaves_a_mangled_name_as_it_is() -> None:
    name = "$s7Sunrise8CartViewV4loadyyYaFTQ0_"

    assert normal(name, "Sunrise", plain=True) == "$s7Sunrise8CartViewV4loadyyYaF"


@pytest.mark.parametrize("name", ["CartView.total.getter", "-[Cart load]", "main", "_R", "$", ""])
def test_names_that_people_wrote_are_left_alone(name: str) -> None:
    assert not is_mangled(name)
    assert demangled(name) == name


def test_a_name_is_without_modules_and_types_as_apple_writes_it() -> None:
    assert demangled("$s7CartKit4CartC4loadyySiF") == "Cart.load(_:)"
    assert demangled("$s4CartAAC4loadyyF") == "Cart.load()"


@given(st.text(max_size=200), st.sampled_from(["$s", "_$s7Sunrise", "_Z", "_ZN", "_RNv", "_T0"]))
def test_whatever_looks_mangled_raises_nothing(rest: str, start: str) -> None:
    assert isinstance(demangled(start + rest), str)


@pytest.mark.parametrize("unit", ["1a", "A", "y", "S_", "I", "xG", "T_", "7Sunrise", "Yb"])
def test_no_mangled_name_takes_long(unit: str) -> None:
    """Longer ones are left as they are."""
    for start in ("$s", "_ZN", "_RNv"):
        demangled(start + unit * (1000 // len(unit)))
