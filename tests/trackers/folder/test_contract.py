"""The folder tracker keeps what every tracker promises."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bridge.model import CloseReason, IssueRef
from bridge.trackers.base import Opening
from bridge.trackers.folder import FOLDER, FolderSettings
from tests.clock import FakeClock
from tests.trackers import contract


class FolderHarness(contract.Harness):
    """A tracker on a temporary folder."""

    fields: Mapping[str, Any] = MappingProxyType({"labels": ["testflight"]})
    refused_fields = (({"labels": ["two\nlines", "testflight"]}, "label"),)
    misspelt = ({"lables": ["testflight"]}, "labels")

    def __init__(self, root: Path) -> None:
        store = root / "store"
        store.mkdir()
        super().__init__(store)
        self.root = root / "issues"
        self.tracker = FOLDER.open(
            Opening(
                name="local",
                settings=FolderSettings(path=self.root),
                path_of=self.path_of,
                clock=FakeClock(),
            )
        )

    async def issues(self) -> Sequence[contract.Held]:
        folders = sorted(self.root.glob("FB-*")) if self.root.is_dir() else []
        return [self._held(folder) for folder in folders]

    def _held(self, folder: Path) -> contract.Held:
        record = json.loads((folder / "issue.json").read_text("utf-8"))
        files = [f for f in folder.iterdir() if not f.name.startswith("issue.")]
        return contract.Held(
            key=folder.name,
            title=record["title"],
            body=(folder / "issue.md").read_text("utf-8"),
            open=record["state"] == "open",
            labels=record["labels"],
            comments=[comment["text"] for comment in record["comments"]],
            files={f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files},
        )

    async def write_below(self, issue: IssueRef, text: str) -> None:
        with self.page(issue).open("a", encoding="utf-8") as page:
            page.write(f"\n{text}\n")

    async def rename(self, issue: IssueRef, title: str) -> None:
        self.edit(issue, lambda record: record.update(title=title))

    async def take_block_out(self, issue: IssueRef) -> None:
        self.page(issue).write_text("Mine.", "utf-8")

    async def delete(self, issue: IssueRef) -> None:
        folder = self.root / issue.key
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()

    async def close(
        self,
        issue: IssueRef,
        reason: CloseReason = CloseReason.COMPLETED,
        *,
        of: IssueRef | None = None,
    ) -> None:
        typed = {"state": "closed", "reason": reason.value}
        if of is not None:
            typed["duplicate_of"] = of.key
        self.edit(issue, lambda record: record.update(typed))

    async def label(self, issue: IssueRef, label: str) -> None:
        self.edit(issue, lambda record: record["labels"].append(label))

    def page(self, issue: IssueRef) -> Path:
        return self.root / issue.key / "issue.md"

    def edit(self, issue: IssueRef, change: Callable[[dict[str, Any]], object]) -> None:
        """As a person: change issue.json."""
        file = self.root / issue.key / "issue.json"
        record = json.loads(file.read_text("utf-8"))
        change(record)
        file.write_text(json.dumps(record), "utf-8")


@pytest.fixture
def harness(tmp_path: Path) -> FolderHarness:
    return FolderHarness(tmp_path)


class TestFiling(contract.Filing): ...


class TestEditing(contract.Editing): ...


class TestAttaching(contract.Attaching): ...


class TestCommenting(contract.Commenting): ...


class TestClosing(contract.Closing): ...


class TestLabelling(contract.Labelling): ...


class TestWatching(contract.Watching): ...


class TestRefusals(contract.Refusals): ...
