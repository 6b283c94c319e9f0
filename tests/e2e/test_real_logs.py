"""Real crash reports as the simulator's logs: every one becomes or joins an issue."""

import os
from pathlib import Path

import pytest

from tests.e2e.rig import rig

pytestmark = pytest.mark.e2e

LEFT_OUT = {".csv", ".md", ".json"}


@pytest.fixture
def reports() -> Path:
    folder = os.environ.get("CRASH_CORPUS_DIR")
    if not folder:
        pytest.skip("CRASH_CORPUS_DIR is not set")
    return Path(folder) / "dev"


async def test_every_real_report_becomes_or_joins_an_issue(tmp_path: Path, reports: Path) -> None:
    files = [f for f in reports.iterdir() if f.is_file() and f.suffix not in LEFT_OUT]
    async with rig(tmp_path, "--crash-logs", str(reports)) as it:
        await it.serve()
        await it.send("sunrise-local", "--kind", "crash", "--count", str(len(files)))
        rows = await it.settled(len(files))
        assert len(rows) == len(files)
        assert {row["state"] for row in rows} <= {"filed", "added"}, rows
        issues = it.folder_issues()
        assert {row["issue"]["key"] for row in rows} == {issue["key"] for issue in issues}
        assert all(issue["attachments"] for issue in issues)
