"""A route's fields, filled in by app."""

from typing import Any

import pytest

from bridge.errors import Misconfigured
from bridge.model import Kind
from bridge.render import FieldContext, Renderer
from tests.render.contexts import APP

CONTEXT = FieldContext(app=APP, kind=Kind.CRASH, build="143", version="2.4.1")


def fields(**values: Any) -> dict[str, Any]:
    return Renderer().fields(values, CONTEXT)


def test_texts_are_filled_in_wherever_they_stand() -> None:
    assert fields(
        project="{{ app.vars.project }}",
        components=["{{ app.vars.component }}", "Cart"],
        custom={"value": " {{ version }} ({{ build }}) ", "deep": [{"kind": "{{ kind }}"}]},
    ) == {
        "project": "SUN",
        "components": ["Sunrise", "Cart"],
        "custom": {"value": "2.4.1 (143)", "deep": [{"kind": "crash"}]},
    }


def test_other_values_stay_as_they_are() -> None:
    assert fields(points=3, flag=True, nothing=None, label=" x ") == {
        "points": 3, "flag": True, "nothing": None, "label": "x",
    }  # fmt: skip


def test_values_are_not_escaped() -> None:
    assert fields(label="a_b*{{ app.bundle_id }}") == {"label": "a_b*com.example.sunrise"}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("{{ app.vars.team }}", "fields.x: '{{ app.vars.team }}'"),
        (["ok", "{{ nobody }}"], "fields.x[1]:"),
        ({"a": {"b": "{{ feedback.comment }}"}}, "fields.x.a.b:"),
        ("{% if %}", "fields.x:"),
        ("{{ ''.__class__.__mro__ }}", "fields.x:"),
    ],
)
def test_what_can_not_be_filled_in_is_named(value: Any, where: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        fields(x=value)

    assert str(caught.value).startswith(where)
    assert "sunrise" in str(caught.value)
