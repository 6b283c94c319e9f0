"""Real crash reports from outside the project, in the folder that CRASH_CORPUS_DIR names."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "CRASH_CORPUS_DIR"


def corpus() -> Path:
    """The corpus's folder; skips where there is none to be had, fails where it is missing."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"{VARIABLE} names no folder of real crash reports")
    folder = Path(named)
    assert folder.is_dir(), f"{VARIABLE} names {folder}, which is not there"
    return folder


def rows() -> list[dict[str, str]]:
    """The manifest of the development half."""
    with (corpus() / "dev" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def reports() -> Iterator[tuple[dict[str, str], bytes]]:
    """Each row with its file's bytes."""
    for row in rows():
        yield row, (corpus() / "dev" / row["file"]).read_bytes()
