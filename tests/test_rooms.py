"""The shape of the code: small files, and no drawer for everything."""

import re
from pathlib import Path

import pytest

LONGEST = 350  # lines
DRAWERS = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|stuff)(_|$)")
ROOT = Path(__file__).parents[1]
CODE = sorted(
    path
    for folder in ("bridge", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)


def test_there_is_code_to_look_at() -> None:
    assert ROOT / "bridge" / "errors.py" in CODE


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {
        p: len(p.read_text("utf-8").splitlines()) for p in CODE if ROOT / "bridge" in p.parents
    }
    assert not {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > LONGEST}


def test_no_file_or_folder_is_a_drawer_for_everything() -> None:
    parts = {(p, part) for p in CODE for part in p.relative_to(ROOT).with_suffix("").parts}
    assert not [str(p.relative_to(ROOT)) for p, part in parts if DRAWERS.search(part)]


@pytest.mark.parametrize("name", ["utils", "crash_helpers", "common", "job_manager", "http_util"])
def test_a_drawer_is_known_by_its_name(name: str) -> None:
    assert DRAWERS.search(name)


@pytest.mark.parametrize("name", ["commonmark", "utilisation", "helpful"])
def test_other_names_are_left_alone(name: str) -> None:
    assert not DRAWERS.search(name)
