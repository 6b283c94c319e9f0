"""The first frames of a crash as text."""

from bridge.render.stack import first_frames
from tests.render.contexts import FRAMES, diagnosis, frame


def test_a_long_name_without_a_place_does_not_push_the_places_away() -> None:
    witness = frame(4, "protocol witness for View.body.getter in conformance CartView")
    shown = first_frames(diagnosis((*FRAMES[:4], witness))).splitlines()

    assert shown == [
        "▶ 1 CartView.total                     CartView.swift:88",
        "  2 CartView.body                      CartView.swift:41",
        "  3 closure #1 in CartModel.remove(_:) CartModel.swift:112",
        "  4 protocol witness for View.body.getter in conformance CartView",
    ]


def test_frames_without_any_place_are_their_names() -> None:
    assert first_frames(diagnosis((frame(0, "one"), frame(1, "another")))) == "  0 one\n▶ 1 another"
