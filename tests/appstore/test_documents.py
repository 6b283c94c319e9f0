"""Apple's answers are read with nulls anywhere, and refused by the path of what is wrong."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.appstore import documents
from bridge.errors import Unreadable

AT = "data.attributes"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "read", [documents.text, documents.whole, documents.flag, documents.moment]
)
@pytest.mark.parametrize("owner", [{}, {"a": None}])
def test_what_is_missing_or_null_is_none(read, owner: dict[str, object]) -> None:
    assert read(owner, "a", at=AT) is None


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (documents.text, 3, "another number at data.attributes.a, not a text"),
        (documents.text, {"x": 1}, "an object at data.attributes.a, not a text"),
        (documents.whole, "many", "another text at data.attributes.a, not a whole number"),
        (documents.whole, 1.5, "another number at data.attributes.a, not a whole number"),
        (documents.whole, True, "true or false at data.attributes.a, not a whole number"),
        (documents.whole, 2**63, "another number at data.attributes.a, not a whole number"),
        (documents.whole, "9" * 5000, "another text at data.attributes.a, not a whole number"),
        (documents.flag, "yes", "another text at data.attributes.a, not true or false"),
        (documents.moment, "yesterday", "another text at data.attributes.a, not a time"),
        (documents.moment, 1756080000, "another number at data.attributes.a, not a text"),
        (documents.moment, "0001-01-01T00:00:00+14:00", "at data.attributes.a, not a time"),
        (documents.items, "x", "another text at data.attributes.a, not a list"),
        (documents.table, [], "a list at data.attributes.a, not an object"),
    ],
)
def test_what_is_of_the_wrong_type_is_named_by_its_path(read, value, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read({"a": value}, "a", at=AT)
    assert sentence in str(caught.value)


def test_a_message_does_not_quote_the_value() -> None:
    with pytest.raises(Unreadable) as caught:
        documents.whole({"a": "tester@example.com"}, "a", at=AT)
    assert "tester@example.com" not in str(caught.value)


@pytest.mark.parametrize("value", [7, 7.0, "7"])
def test_a_whole_number_may_be_written_in_three_ways(value: object) -> None:
    assert documents.whole({"a": value}, "a", at=AT) == 7


@given(
    at=st.datetimes().filter(lambda at: 1 < at.year < 9999),
    digits=st.integers(0, 9),
    offset=st.sampled_from(["Z", "+00:00", "-07:00", "-0800", "+05:30", ""]),
)
def test_a_time_may_have_any_offset_and_nought_to_nine_digits(
    at: datetime, digits: int, offset: str
) -> None:
    fraction = f"{at.microsecond:06d}000"[:digits]
    written = at.replace(microsecond=0).isoformat() + (f".{fraction}" if fraction else "") + offset
    found = documents.moment({"a": written}, "a", at=AT)
    hours = {"-07:00": -7, "-0800": -8, "+05:30": 5.5}.get(offset, 0)
    kept = int(f"{fraction:0<6}"[:6]) if fraction else 0
    zone = timezone(timedelta(hours=hours))
    assert found == at.replace(microsecond=kept, tzinfo=zone)
    assert found.tzinfo is UTC


@given(st.text(alphabet=st.characters(codec=None, categories=None)))
def test_any_text_can_be_kept_in_any_encoding_afterwards(value: str) -> None:
    found = documents.text({"a": value}, "a", at=AT)
    assert found is not None
    assert len(found) == len(value)
    assert "\0" not in found
    found.encode("utf-8")


def test_lone_surrogates_and_nuls_become_the_replacement_character() -> None:
    assert documents.text({"a": "a\ud800b\0c😀"}, "a", at=AT) == "a\ufffdb\ufffdc😀"


def test_a_log_keeps_its_nuls() -> None:
    assert documents.raw_text({"a": "a\0\udfff"}, "a", at=AT) == "a\0\ufffd"


@pytest.mark.parametrize("name", ["../apps/1", "", "a b", "a/b", "é", "x" * 129, "a\n", "%2e"])
def test_an_id_that_would_change_a_path_is_refused(name: str) -> None:
    with pytest.raises(Unreadable, match="is no id of feedback"):
        documents.identifier(name, what="feedback")


def test_an_id_of_apples_is_taken() -> None:
    assert documents.identifier("AK7UjG-qL5QxXf3gIOGjbpQ", what="feedback")
    assert documents.identifier("x" * 128, what="feedback")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({}, "has no data"),
        ({"data": None}, "has no data"),
        ({"data": []}, "a list at data, not an object"),
        ({"data": {"type": "apps", "id": "1"}}, "another text at data.type, not 'builds'"),
        ({"data": {"type": "builds"}}, "has no data.id"),
        ({"data": {"type": "builds", "id": 1}}, "another number at data.id, not a text"),
    ],
)
def test_a_document_must_have_the_resource_that_was_asked_for(
    document: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        documents.resource(document, "builds")
    assert sentence in str(caught.value)


@given(document=st.dictionaries(st.sampled_from(["data", "included", "links"]), JSON))
def test_any_json_is_read_or_unreadable(document: dict[str, object]) -> None:
    for read in (
        lambda: documents.resource(document, "builds"),
        lambda: documents.resources(document, "builds"),
        lambda: documents.included(document, "builds", "1"),
        lambda: documents.next_link(document),
    ):
        with contextlib.suppress(Unreadable):
            read()


def test_a_relationship_without_data_points_at_nothing() -> None:
    for relationships in (None, {}, {"build": None}, {"build": {"data": None}}, {"build": {}}):
        data = {"type": "builds", "id": "1", "relationships": relationships}
        assert documents.resource({"data": data}, "builds").related("build") is None
