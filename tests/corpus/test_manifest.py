"""What we read from real reports is what people who read them wrote down."""

import json
from typing import Any

import pytest

from bridge.crash import inspection, understand
from tests.corpus.corpus import reports

COLUMNS = {
    "format": "format",
    "os": "os_name",
    "bug_type": "bug_type",
    "exception_type": "exception_type",
    "termination": "termination",
    "crashed_thread": "crashed_thread",
    "n_frames_crashed": "n_frames_crashed",
    "app_image": "app_image",
    "top_inapp_symbol": "top_inapp_symbol",
    "os_version": "os_version",
    "hardware": "hardware",
    "app_version": "app_version",
    "build": "build",
    "bundle_id": "bundle_id",
}
"""Columns of the manifest and the fields of an inspection that say the same."""

EXCEPTIONS = {
    # The process is unknown (`???`) and so is every image: no frame can be told to be the app's.
    ("dfu_host", "top_inapp_symbol"),
}
TERMINATION_CUT = 200


def shown(value: object, column: str) -> str:
    text = "" if value is None else str(value)
    return text[:TERMINATION_CUT] if column == "termination" else text


def differences(row: dict[str, str], found: dict[str, Any]) -> list[str]:
    return [
        f"{row['file']}: {column} is {row[column]!r}, read {shown(found[field], column)!r}"
        for column, field in COLUMNS.items()
        if row[column]
        and row[column] != shown(found[field], column)
        and not any(name in row["file"] and column == c for name, c in EXCEPTIONS)
    ]


def test_every_column_of_every_file_is_read_right() -> None:
    wrong = [
        line
        for row, data in reports()
        for line in differences(row, inspection(row["file"], understand(data)))
    ]

    assert wrong == []


def test_each_exception_is_still_one() -> None:
    for name, column in EXCEPTIONS:
        row, data = next((row, data) for row, data in reports() if name in row["file"])
        found = inspection(row["file"], understand(data))
        assert row[column] != shown(found[COLUMNS[column]], column)


def test_both_backtraces_are_counted() -> None:
    for row, data in reports():
        diagnosis = understand(data)
        assert diagnosis is not None
        report = diagnosis.report
        counted = report.crashed.n_frames if report.crashed else 0
        assert (report.n_last_exception, counted) == (
            int(row["n_last_exception"]),
            int(row["n_thread_frames"]),
        ), row["file"]


def test_every_file_is_read_without_a_warning_titled_and_printable() -> None:
    for row, data in reports():
        found = inspection(row["file"], understand(data))
        assert found["warnings"] == [], row["file"]
        assert 0 < len(found["title"]) <= 80
        assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_change_nothing(end: str) -> None:
    for row, data in reports():
        turned = data.replace(b"\r\n", b"\n").replace(b"\n", end.encode())
        assert inspection(row["file"], understand(turned)) == inspection(
            row["file"], understand(data)
        )


def test_cut_anywhere_nothing_is_raised() -> None:
    """Each file at three places; our own reports are cut at every line."""
    for row, data in reports():
        for part in range(1, 4):
            diagnosis = understand(data[: len(data) * part // 4])
            warnings = diagnosis.report.warnings if diagnosis else ()
            assert not any("mistake" in warning for warning in warnings), row["file"]
