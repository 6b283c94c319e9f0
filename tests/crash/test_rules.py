from itertools import combinations

import pytest

from bridge.crash.rules import (
    ANYWHERE,
    BARE,
    NAMELESS,
    OWN,
    SENTINELS,
    SYSTEM,
    WRAPPER_IMAGES,
    Role,
    Rule,
)
from bridge.crash.rules.rule import fits
from bridge.crash.sight import classify
from bridge.model import Frame

ALL = (*BARE, *NAMELESS, *SENTINELS, *OWN, *ANYWHERE, *SYSTEM)
CASES = [
    *((rule, True) for rule in (*BARE, *NAMELESS, *SENTINELS, *OWN, *ANYWHERE)),
    *((rule, False) for rule in (*NAMELESS, *SENTINELS, *ANYWHERE, *SYSTEM)),
]


def frame(written: str, *, in_app: bool) -> Frame:
    image, _, symbol = written.rpartition("!")
    return Frame(
        index=2,
        image=image or ("Sunrise" if in_app else "libsystem_c.dylib"),
        symbol=symbol,
        symbol_offset=8,
        in_app=in_app,
    )


@pytest.mark.parametrize(("rule", "in_app"), CASES, ids=lambda value: getattr(value, "name", value))
def test_each_rule_decides_the_frame_it_is_there_for(rule: Rule, in_app: bool) -> None:
    role, why, _ = classify(frame(rule.example, in_app=in_app))

    assert (role, why) == (rule.role, rule.why)


def test_no_rule_lacks_an_example_and_a_reason() -> None:
    assert not [rule for rule in ALL if "*" in rule.example or not rule.why]


@pytest.mark.parametrize("image", WRAPPER_IMAGES)
def test_each_wrapper_image_is_one(image: str) -> None:
    seen = Frame(index=0, image=image, symbol="x", in_app=True)

    assert classify(seen)[:2] == (Role.WRAPPER, WRAPPER_IMAGES[image])


def test_no_rule_is_hidden_by_another() -> None:
    chains = ((*BARE, *NAMELESS), (*SENTINELS, *OWN, *ANYWHERE), (*SENTINELS, *ANYWHERE, *SYSTEM))
    for rules in chains:
        for first, second in combinations(rules, 2):
            image, _, name = second.example.rpartition("!")
            assert not first.matches(name, image), (first.name, second.name)


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("a*", "ab", True),
        ("*b", "ab", True),
        ("a*c*e", "abcde", True),
        ("a*c*e", "acde", True),
        ("a*c*e", "abde", False),
        ("*a", "a", True),
        ("aa*aa", "aaa", False),
        ("-[Cart *]", "-[Cart load]", True),
        ("*", "", True),
    ],
)
def test_a_star_stands_for_anything(pattern: str, text: str, fit: bool) -> None:
    assert fits(pattern, text) is fit


def test_many_stars_take_no_longer_than_the_name_allows() -> None:
    """With backtracking this would take longer than the universe is old."""
    assert not fits("*a" * 200 + "b", "a" * 100_000)
