"""How well fingerprints alone group real reports, by the corpus's own scorer."""

import csv
import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.crash import diagnosed, understand
from bridge.model import CrashReport, Diagnosis, Frame
from tests.corpus.corpus import corpus, reports, rows


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grouping") / "predictions.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "fingerprint"])
        for row, data in reports():
            diagnosis = understand(data)
            assert diagnosis is not None
            writer.writerow([row["file"], diagnosis.fingerprint.key])
    return path


def scored(predictions: Path, **options: bool) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("scorer", corpus() / "score_grouping.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    result: dict[str, Any] = scorer.score(rows(), scorer.read(predictions), **options)
    return result


def test_groups_of_high_confidence_are_pure_and_whole(predictions: Path) -> None:
    result = scored(predictions, high_only=True)

    assert result["missing"] == []
    assert result["precision"] == 1.0
    assert result["violated"] == []
    assert result["evidence_recall"] == 1.0


def test_the_less_certain_groups_are_pure_too(predictions: Path) -> None:
    result = scored(predictions)

    assert result["precision"] == 1.0
    assert result["violated"] == []
    # What is missing: one app under two bundle ids, one under two executable names, and two
    # ways into one constructor.
    assert result["evidence_recall"] > 0.84


def stripped(report: CrashReport) -> CrashReport:
    """The report as it was before symbolication: without own names and inlined frames."""

    def bare(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        kept = [frame for frame in frames if not frame.inlined]
        places = [(frame.image, frame.offset) for frame in kept]
        outer = [f for n, f in enumerate(kept) if places[n] not in places[n + 1 : n + 2]]
        return tuple(
            replace(frame, symbol=None, symbol_offset=None, file=None, line=None)
            if frame.in_app
            else frame
            for frame in outer
        )

    return replace(
        report,
        threads=tuple(replace(t, frames=bare(t.frames)) for t in report.threads),
        last_exception=bare(report.last_exception) if report.last_exception else None,
        other_backtrace=bare(report.other_backtrace),
    )


def joined(one: Diagnosis, other: Diagnosis) -> bool:
    return bool(set(one.fingerprint.asked) & set(other.fingerprint.owned))


def test_a_report_before_symbolication_joins_the_same_after_it() -> None:
    """By its places; the incident, which alone would do, is taken away."""
    tried = 0
    for row, data in reports():
        diagnosis = understand(data)
        assert diagnosis is not None
        report = replace(diagnosis.report, incident_id=None)
        own = any(f.in_app and f.image_uuid and f.symbol for f in report.stack or ())
        if not own or not any(key.startswith("at1:") for key in diagnosis.fingerprint.aliases):
            continue
        tried += 1
        before, after = diagnosed(stripped(report)), diagnosed(report)
        assert joined(before, after), row["file"]
        assert joined(after, before), row["file"]
    assert tried > 20


def test_one_incident_is_one_crash_whatever_is_left_of_it() -> None:
    for row, data in reports():
        whole, part = understand(data), understand(data[: len(data) // 3])
        assert whole is not None
        keys = [key for key in whole.fingerprint.aliases if key.startswith("incident:")]
        if part is None or not keys or part.report.incident_id is None:
            continue
        assert keys[0] in part.fingerprint.asked, row["file"]


def test_no_place_joins_what_people_keep_apart() -> None:
    """Nor does an incident: keys beside the main one obey the labels too."""
    owners: dict[str, set[str]] = {}
    for row, data in reports():
        diagnosis = understand(data)
        assert diagnosis is not None
        for key in diagnosis.fingerprint.owned if diagnosis.report.stack else ():
            owners.setdefault(key, set()).add(row["group_label"] or row["file"])

    assert [found for found in owners.values() if len(found) > 1] == []


def test_no_group_crosses_apps(predictions: Path) -> None:
    apps: dict[str, set[str]] = {}
    with predictions.open(newline="", encoding="utf-8") as file:
        keys = {line["file"]: line["fingerprint"] for line in csv.DictReader(file)}
    for row in rows():
        if row["bundle_id"]:
            apps.setdefault(keys[row["file"]], set()).add(row["bundle_id"])

    assert [found for found in apps.values() if len(found) > 1] == []
