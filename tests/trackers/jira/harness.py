"""The Jira tracker, opened on the simulated site, for all tests here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from bridge.clock import Clock
from bridge.model import CloseReason, IssueRef
from bridge.settings import Secret
from bridge.simulators.jira.site import Issue
from bridge.simulators.server import Simulator
from bridge.trackers.base import Opening
from bridge.trackers.jira import JIRA, JiraSettings
from bridge.trackers.jira.tracker import JiraTracker
from tests.clock import FakeClock
from tests.trackers import contract

CREATE = "POST /jira/rest/api/2/issue"
RESOLUTIONS = {
    CloseReason.COMPLETED: "Done",
    CloseReason.NOT_PLANNED: "Won't Do",
    CloseReason.DUPLICATE: "Duplicate",
}


class JiraHarness(contract.Harness):
    """The tracker, and the simulated site behind it."""

    fields: Mapping[str, Any] = {"project": "SUN", "issue_type": "Bug", "labels": ["testflight"]}
    refused_fields: Sequence[tuple[Mapping[str, Any], str]] = (
        ({"components": ["Moonrise"]}, "Moonrise"),
        ({"priority": "Blocker"}, "priority"),
        ({"assignee": "nobody"}, "assignee"),
        ({"affects_versions": ["9.9"], "fix_versions": ["2.4.1"]}, "9.9"),
        ({"customfield_10099": "x"}, "customfield_10099"),
        ({"custom": {"customfield_10098": {"value": "x"}}}, "customfield_10098"),
    )
    typed_label = "testflight:not-the-same"
    misspelt = ({"compnents": ["Sunrise"]}, "components")

    def __init__(
        self, folder: Path, simulator: Simulator, deployment: Literal["Cloud", "Server"]
    ) -> None:
        super().__init__(folder)
        self.simulator = simulator
        self.jira = simulator.jira
        self.site = simulator.jira.site
        self.site.deployment = deployment
        self.secret = self.jira.token
        self.clock = FakeClock()
        self.tracker = self.open()

    def open(self, clock: Clock | None = None, **changes: Any) -> JiraTracker:
        """Open a tracker with settings of its own."""
        cloud = self.site.deployment == "Cloud"
        settings = {
            "url": f"{self.simulator.origin}/jira",
            "email": self.jira.email if cloud else None,
            "token": Secret(self.jira.token, source="test"),
            "writes": {"per_minute": None, "gap": 0},
            "timeout": "60s",  # a machine under load is slow; tests of time-outs set their own
        }
        opening = Opening(
            name="jira",
            settings=JiraSettings(**{**settings, **changes}),
            path_of=self.path_of,
            clock=clock or self.clock,
        )
        tracker = JIRA.open(opening)
        assert isinstance(tracker, JiraTracker)
        return tracker

    def issue(self, ref: IssueRef) -> Issue:
        """Return the site's own record of an issue."""
        return self.site.issues[ref.id]

    async def issues(self) -> Sequence[contract.Held]:
        return [
            contract.Held(
                key=row["key"],
                title=row["title"],
                body=row["body"],
                open=row["state"] == "open",
                labels=row["labels"],
                comments=row["comments"],
                files={file["name"]: file["sha256"] for file in row["attachments"]},
            )
            for row in self.jira.snapshot()["issues"]
        ]

    async def lose_next_create(self, *, done: bool) -> None:
        when = "after" if done else "before"
        self.fault(match=CREATE, when=when, action="reset", times=1)

    async def write_below(self, issue: IssueRef, text: str) -> None:
        self.issue(issue).description += f"\n\n{text}"

    async def rename(self, issue: IssueRef, title: str) -> None:
        self.issue(issue).fields["summary"] = title

    async def take_block_out(self, issue: IssueRef) -> None:
        self.issue(issue).description = "Mine."

    async def delete(self, issue: IssueRef) -> None:
        self.site.remove(self.issue(issue))

    async def refuse_attachments(self) -> None:
        self.site.denied.add("CREATE_ATTACHMENTS")

    async def close(
        self,
        issue: IssueRef,
        reason: CloseReason = CloseReason.COMPLETED,
        *,
        of: IssueRef | None = None,
    ) -> None:
        other = self.issue(of) if of else None
        self.site.close(self.issue(issue), RESOLUTIONS[reason], duplicate_of=other)

    async def label(self, issue: IssueRef, label: str) -> None:
        self.site.label(self.issue(issue), label)

    async def lose_next_comment(self) -> None:
        match = "POST /jira/rest/api/2/issue/*/comment"
        self.fault(match=match, when="after", action="reset", times=1)

    async def answer_all(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        rules = [
            {"match": f"* /jira/rest/api/2{rest}", "status": status, "headers": headers or {}}
            for rest in ("/*", "/*/*", "/*/*/*")
        ]
        self.simulator.faults.replace(rules)

    async def recover(self) -> None:
        self.simulator.faults.replace([])
        self.site.denied.clear()

    def fault(self, **rule: Any) -> None:
        """Let the site misbehave by one rule."""
        self.simulator.faults.replace([rule])

    def asked(self, what: str) -> int:
        """Return how many requests so far match a method and a path template."""
        return self.simulator.requests[what]
