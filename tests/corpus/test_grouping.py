"""How well fingerprints alone group real reports, by the corpus's own scorer."""

import csv
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from bridge.crash import understand
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


def test_no_group_crosses_apps(predictions: Path) -> None:
    apps: dict[str, set[str]] = {}
    with predictions.open(newline="", encoding="utf-8") as file:
        keys = {line["file"]: line["fingerprint"] for line in csv.DictReader(file)}
    for row in rows():
        if row["bundle_id"]:
            apps.setdefault(keys[row["file"]], set()).add(row["bundle_id"])

    assert [found for found in apps.values() if len(found) > 1] == []
