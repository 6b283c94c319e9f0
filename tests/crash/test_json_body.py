import json

from hypothesis import given
from hypothesis import strategies as st

from bridge.crash.json_body import read_object

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4)


@given(objects, st.text(max_size=10))
def test_a_whole_object_is_read_whatever_follows(value: dict[str, object], tail: str) -> None:
    text = json.dumps(value)

    assert read_object(f"{text}\n{tail}") == (value, len(text))


@given(objects, st.data())
def test_a_cut_object_is_read_up_to_the_cut(value: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = data.draw(st.integers(1, len(text) - 1))

    found, end = read_object(text[:cut])

    assert end == 0
    assert found is not None
    # All members but the last one are as they were.
    keys = list(found)
    assert keys == list(value)[: len(keys)]
    assert all(found[key] == value[key] for key in keys[:-1])


def test_what_is_no_object_is_none() -> None:
    for text in ("", "[1]", "null", "]", '"', "{]", "7" * 5000):
        assert read_object(text)[0] in (None, {})


def test_nesting_without_end_is_no_error() -> None:
    assert read_object("[" * 100_000) == (None, 0)
    found, end = read_object('{"a":' * 100_000)
    assert end == 0
    assert found is None or "a" in found


def test_numbers_that_python_will_not_read_leave_the_rest_as_it_is() -> None:
    text = f'{{"a": {"7" * 5000}, "b": 1e400, "c": -1e308, "d": NaN, "e": 3}}'

    found, end = read_object(text)

    assert end == len(text)
    assert found is not None
    assert (found["a"], found["e"]) == (None, 3)
