from itertools import chain, combinations

import pytest

from bridge.crash.rules import ANYWHERE, IN_APP, NAMELESS, SYSTEM, WRAPPER_IMAGES, Role, Rule
from bridge.crash.symbol import classify
from bridge.model import Frame


def written(rule: Rule) -> str:
    """A symbol as a report has it, that the rule is there for."""
    if not rule.name.endswith("*"):
        return rule.name
    stem = rule.name[:-1]
    if stem[:2] in {"-[", "+["}:
        return f"{stem}{'x]' if ' ' in stem else 'Thing do:]'}"
    return f"{stem}x"


CASES = [
    *((rule, True) for rule in (*IN_APP, *ANYWHERE, *NAMELESS)),
    *((rule, False) for rule in (*ANYWHERE, *SYSTEM, *NAMELESS)),
]


@pytest.mark.parametrize(("rule", "in_app"), CASES, ids=lambda value: getattr(value, "name", value))
def test_each_rule_decides_the_frames_it_is_there_for(rule: Rule, in_app: bool) -> None:
    frame = Frame(
        index=2,
        image="Sunrise" if in_app else "libsystem_c.dylib",
        symbol=written(rule),
        symbol_offset=8,
        in_app=in_app,
    )

    role, why, _ = classify(frame)

    assert role is rule.role
    assert why
    if role is not Role.UNKNOWN:
        assert why == rule.why


@pytest.mark.parametrize("image", WRAPPER_IMAGES)
def test_each_wrapper_image_is_one(image: str) -> None:
    frame = Frame(index=0, image=image, symbol="x", in_app=True)

    assert classify(frame)[:2] == (Role.WRAPPER, WRAPPER_IMAGES[image])


def test_no_rule_is_hidden_by_another() -> None:
    for rules in ((*IN_APP, *ANYWHERE), (*ANYWHERE, *SYSTEM), NAMELESS):
        for first, second in combinations(rules, 2):
            name = second.name.removesuffix("*")
            assert not first.matches(name), (first, second)


def test_every_rule_says_why() -> None:
    assert all(rule.why for rule in chain(ANYWHERE, SYSTEM, IN_APP, NAMELESS))
