"""Finding tracker types by their entry points."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from bridge.errors import Misconfigured
from bridge.trackers import registry
from bridge.trackers.folder import FOLDER
from bridge.trackers.registry import tracker_type, tracker_types


def test_ours_are_found_like_anybodys() -> None:
    assert {"folder", "github", "jira"} <= set(tracker_types())
    assert tracker_type("folder") is FOLDER


def test_a_wrong_name_is_told_with_the_right_ones() -> None:
    with pytest.raises(Misconfigured) as caught:
        tracker_type("githb")

    assert str(caught.value).startswith("no tracker is called githb, did you mean github?")
    assert "folder, github, jira" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("bridge.nowhere:X", "the tracker odd can't be loaded"),
        ("bridge.trackers.base:NOTHING", "the tracker odd can't be loaded"),
        ("bridge.trackers.base:Limits", "names no TrackerType"),
    ],
)
def test_a_broken_plug_in_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str, message: str
) -> None:
    odd = EntryPoint(name="odd", value=value, group=registry.GROUP)
    found = EntryPoints([odd])
    monkeypatch.setattr(registry, "entry_points", found.select)

    with pytest.raises(Misconfigured, match=message):
        tracker_type("odd")


def test_a_tracker_that_is_not_configured_is_not_imported() -> None:
    code = (
        "import sys; from bridge.trackers.registry import tracker_type; tracker_type('folder'); "
        "print({'github', 'jira', 'bridge.trackers.github', 'bridge.trackers.jira'} "
        "& set(sys.modules))"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert shown.stdout.strip() == "set()"
