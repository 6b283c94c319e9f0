import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.settings import Duration, Secret, Settings, Size, secret_reference


class Sample(Settings):
    token: Secret | None = None
    wait: Duration = 1.0
    size: Size = 1


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(60, 60), ("60", 60), ("500ms", 0.5), ("10m", 600), ("1.5h", 5400), ("30d", 2592000)],
)
def test_durations_are_read(written: object, seconds: float) -> None:
    assert Sample.model_validate({"wait": written}).wait == seconds


@pytest.mark.parametrize(
    ("written", "size"), [(10, 10), ("25MB", 25_000_000), ("1 MiB", 1048576), ("2kb", 2000)]
)
def test_sizes_are_read(written: object, size: int) -> None:
    assert Sample.model_validate({"size": written}).size == size


@given(st.text() | st.booleans() | st.integers(max_value=-1) | st.none())
def test_anything_else_is_refused_in_words(written: object) -> None:
    for name in ("wait", "size"):
        try:
            value = getattr(Sample.model_validate({name: written}), name)
        except ValidationError as error:
            words = str(error)
        else:
            words = "a number with a unit" if value >= 0 else "negative"
        assert "a number with a unit" in words


def test_a_literal_secret_is_refused_without_showing_it() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"token": "ghp_supersecret"})
    assert "{env: NAME}" in str(caught.value)
    assert "supersecret" not in str(caught.value)


def test_a_secret_shows_only_where_it_came_from() -> None:
    secret = Secret("hunter2", source="env TOKEN")
    settings = Sample(token=secret)
    for text in (repr(secret), str(secret), f"{secret}", repr(settings), str(settings)):
        assert "hunter2" not in text
        assert "env TOKEN" in text
    assert secret.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ({"env": "X"}, ("env", "X")),
        ({"file": "a/b"}, ("file", "a/b")),
        ({"env": "X", "file": "y"}, None),
        ({"env": 3}, None),
        ({}, None),
        ("env", None),
    ],
)
def test_references_are_recognised(value: object, reference: object) -> None:
    assert secret_reference(value) == reference
