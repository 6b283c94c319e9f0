"""A GitHub tracker on the simulated GitHub, over HTTP."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.model import CloseReason, IssueRef
from bridge.settings import Secret
from bridge.simulators.github import GitHubSimulator
from bridge.simulators.github.state import Issue, Repository
from bridge.simulators.server import Simulator
from bridge.trackers.base import Opening
from bridge.trackers.github import GITHUB, GitHubSettings
from tests.clock import FakeClock
from tests.trackers import contract
from tests.trackers.contract import Held

REPOSITORY = "example/sunrise"
FILES = "example/sunrise-feedback"


class GitHubHarness(contract.Harness):
    """A GitHub tracker opened on the simulator."""

    def __init__(self, simulator: Simulator, folder: Path, **settings: Any) -> None:
        super().__init__(folder)
        self.simulator = simulator
        self.github: GitHubSimulator = simulator.github
        self.clock = FakeClock()
        self.secret = self.github.token
        self.fields = {"labels": ["testflight"]}
        self.refused_fields = [
            ({"assignees": ["nobody"]}, "nobody"),
            ({"milestone": "2.5"}, "2.5"),
            ({"labels": ["x" * 51]}, "label"),
        ]
        self.misspelt = ({"lables": ["testflight"]}, "labels")
        self.home: Repository = self.github.world.repositories[REPOSITORY]
        self.settings = GitHubSettings.model_validate(
            {
                "repository": REPOSITORY,
                "base_url": f"{simulator.origin}/github",
                "token": Secret(self.secret, source="test"),
                "attachments": {"repository": FILES},
                "writes": {"per_minute": None, "per_hour": None, "gap": "0s"},
                "timeout": "60s",  # a machine under load is slow; tests of time-outs set their own
                **settings,
            }
        )
        self.tracker = GITHUB.open(
            Opening(name="github", settings=self.settings, path_of=self.path_of, clock=self.clock)
        )

    async def issues(self) -> Sequence[Held]:
        return [
            Held(
                key=f"#{issue['number']}",
                title=issue["title"],
                body=issue["body"],
                open=issue["state"] == "open",
                labels=issue["labels"],
                comments=issue["comments"],
                files={file["name"]: file["sha256"] for file in issue["attachments"]},
            )
            for issue in self.github.snapshot()["issues"]
        ]

    async def lose_next_create(self, *, done: bool) -> None:
        when = "after" if done else "before"
        rule = {"match": "POST /github/repos/*/*/issues", "action": "reset", "when": when}
        self.simulator.faults.replace([{**rule, "times": 1}])

    async def write_below(self, issue: IssueRef, text: str) -> None:
        self.at(issue).body = f"{self.at(issue).body}\n{text}\n"

    async def rename(self, issue: IssueRef, title: str) -> None:
        self.at(issue).title = title

    async def take_block_out(self, issue: IssueRef) -> None:
        self.at(issue).body = "Mine."

    async def delete(self, issue: IssueRef) -> None:
        self.at(issue).deleted = True

    async def refuse_attachments(self) -> None:
        del self.github.access.permissions["contents"]

    async def close(
        self,
        issue: IssueRef,
        reason: CloseReason = CloseReason.COMPLETED,
        *,
        of: IssueRef | None = None,
    ) -> None:
        self.github.world.close(
            self.home,
            int(issue.id),
            reason.value.replace(" ", "_"),
            duplicate_of=int(of.id) if of else None,
        )

    async def label(self, issue: IssueRef, label: str) -> None:
        self.github.world.label(self.home, int(issue.id), label)

    async def lose_next_comment(self) -> None:
        rule = {"match": "POST /github/repos/*/*/issues/*/comments", "action": "reset"}
        self.simulator.faults.replace([{**rule, "when": "after", "times": 1}])

    async def answer_all(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        paths = ["/github/repos/*/*", "/github/repos/*/*/*", "/github/repos/*/*/*/*"]
        rule = {"action": "status", "status": status, "headers": dict(headers or {})}
        self.simulator.faults.replace([{**rule, "match": f"* {path}"} for path in paths])

    async def recover(self) -> None:
        self.simulator.faults.replace([])

    def at(self, issue: IssueRef) -> Issue:
        """Return the issue as the simulator holds it, for people to change."""
        return self.home.issues[int(issue.id)]
