"""Real crash reports as the simulator's logs: every one becomes or joins an issue."""

import hashlib
import os
from pathlib import Path

import pytest

from bridge.redact import redact_log
from tests.e2e.rig import APPS, assert_quiet, filed_issues, rig

pytestmark = pytest.mark.e2e

LEFT_OUT = {".csv", ".md", ".json"}


@pytest.fixture
def reports() -> Path:
    folder = os.environ.get("CRASH_CORPUS_DIR")
    if not folder:
        pytest.skip("CRASH_CORPUS_DIR is not set")
    return Path(folder) / "dev"


def as_attached(report: Path) -> str:
    """The digest of a report as an issue holds it: as it came, but for what is redacted."""
    served = report.read_bytes().decode(errors="replace").encode()
    return hashlib.sha256(redact_log(served)).hexdigest()


async def test_every_real_report_becomes_or_joins_an_issue(tmp_path: Path, reports: Path) -> None:
    files = [f for f in reports.iterdir() if f.is_file() and f.suffix not in LEFT_OUT]
    async with rig(tmp_path, "--crash-logs", str(reports)) as it:
        await it.serve()
        for app in APPS:
            await it.send(app, "--kind", "crash", "--count", str(len(files)))
        rows = await it.settled(len(APPS) * len(files))
        state = await it.state()
        for app in APPS:
            mine = [row for row in rows if row["app"] == app]
            assert len(mine) == len(files)
            assert {row["state"] for row in mine} <= {"filed", "added"}, mine
            issues = filed_issues(it, app, state)
            assert {row["issue"]["key"] for row in mine} == set(issues)
            for issue in issues.values():
                assert issue.files
                assert_quiet(issue)
            attached = {digest for issue in issues.values() for digest, _ in issue.files}
            assert attached == {as_attached(file) for file in files}
