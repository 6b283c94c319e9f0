"""What people do to our issues in between, and what becomes of the next feedback then."""

import re
import shutil
from collections.abc import Callable

import pytest

from bridge.model import IssueRef, JobState
from bridge.simulators.estate import REPOSITORY
from bridge.simulators.github.state import Issue as GitHubIssue
from bridge.simulators.jira.site import STATUSES
from bridge.simulators.jira.site import Issue as JiraIssue
from tests.pipeline.conftest import APPS, House
from tests.pipeline.samples import crash, crash_text

GITHUB, JIRA, LOCAL = APPS
LOADS = (0x102A00000, 0x104200000, 0x105600000)
"""Where the program was loaded: the same crash at each, from reports that differ."""


class People:
    """Hands in an app's tracker, beside ours."""

    def __init__(self, house: House, app: str) -> None:
        self.house = house
        self.app = app

    def delete(self, issue: IssueRef) -> None:
        if self.app == GITHUB:
            self._github(issue).deleted = True
        elif self.app == JIRA:
            self.house.simulator.jira.site.remove(self._jira(issue))
        else:
            shutil.rmtree(self.house.folder / "issues" / issue.key)

    def close(self, issue: IssueRef) -> None:
        if self.app == GITHUB:
            found = self._github(issue)
            found.state, found.state_reason = "closed", "completed"
            found.closed_at = self.house.simulator.github.world.now()
        elif self.app == JIRA:
            done = next(status for status in STATUSES if status.category == "done")
            self.house.simulator.jira.site.pass_to(self._jira(issue), done)
        else:
            self._edit(issue, "issue.json", lambda text: text.replace('"open"', '"closed"'))

    def take_block_out(self, issue: IssueRef) -> None:
        if self.app == GITHUB:
            self._github(issue).body = "Mine."
        elif self.app == JIRA:
            self._jira(issue).description = "Mine."
        else:
            self._edit(issue, "issue.md", lambda _: "Mine.\n")

    def rename(self, issue: IssueRef, title: str) -> None:
        if self.app == GITHUB:
            self._github(issue).title = title
        elif self.app == JIRA:
            self._jira(issue).fields["summary"] = title
        else:
            line = f'"title": "{title}",'
            self._edit(issue, "issue.json", lambda text: re.sub(r'"title": .*', line, text))

    def move(self, issue: IssueRef) -> None:
        if self.app == GITHUB:
            world = self.house.simulator.github.world
            target = world.add_repository("example/elsewhere", private=True)
            world.transfer(world.repositories[REPOSITORY], self._github(issue).number, target)
        else:
            jira = self.house.simulator.jira
            jira.add_project("ELSE", "Elsewhere")
            jira.site.move(self._jira(issue), jira.site.projects["ELSE"])

    def _github(self, issue: IssueRef) -> GitHubIssue:
        return self.house.simulator.github.world.repositories[REPOSITORY].issues[int(issue.id)]

    def _jira(self, issue: IssueRef) -> JiraIssue:
        return self.house.simulator.jira.site.issues[issue.id]

    def _edit(self, issue: IssueRef, name: str, change: Callable[[str], str]) -> None:
        file = self.house.folder / "issues" / issue.key / name
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


async def file_one(house: House, app: str) -> IssueRef:
    """Deliver a crash and return its issue."""
    [submission] = await house.deliver(crash(app, crash_text(base=LOADS[0])))
    await house.work()
    return await issue_of(house, submission)


async def issue_of(house: House, submission: str) -> IssueRef:
    issue = (await house.row(submission)).issue
    assert issue is not None
    return issue


async def crash_again(house: House, app: str, n: int) -> JobState:
    """Deliver the same crash from another tester; return what became of it."""
    [submission] = await house.deliver(crash(app, crash_text(base=LOADS[n]), tester=f"again{n}"))
    await house.work()
    return (await house.row(submission)).state


async def dead_letters(house: House) -> int:
    return (await house.bridge.store.jobs.counts())[JobState.DEAD]


@pytest.mark.parametrize("app", APPS)
async def test_a_deleted_issue_is_never_filed_again_only_counted(house: House, app: str) -> None:
    People(house, app).delete(await file_one(house, app))
    assert await crash_again(house, app, 1) is JobState.ADDED
    assert await crash_again(house, app, 2) is JobState.ADDED
    assert house.issues(app) == []
    assert await dead_letters(house) == 0


@pytest.mark.parametrize("app", APPS)
async def test_a_closed_issue_stays_closed_and_counts_on(house: House, app: str) -> None:
    People(house, app).close(await file_one(house, app))
    assert await crash_again(house, app, 1) is JobState.ADDED
    [issue] = house.issues(app)
    assert issue["state"] == "closed"
    assert "2 crashes" in issue["body"]
    assert not issue["comments"]


@pytest.mark.parametrize("app", APPS)
async def test_a_block_that_people_took_out_stays_out(house: House, app: str) -> None:
    People(house, app).take_block_out(await file_one(house, app))
    assert await crash_again(house, app, 1) is JobState.ADDED
    assert await crash_again(house, app, 2) is JobState.ADDED
    [issue] = house.issues(app)
    assert issue["body"].strip() == "Mine."
    assert await dead_letters(house) == 0


@pytest.mark.parametrize("app", APPS)
async def test_a_title_that_people_chose_stays(house: House, app: str) -> None:
    [late] = await house.deliver(crash(app, crash_text(), log_after=12))
    while not house.issues(app):
        await house.work_a_little()
    People(house, app).rename(await issue_of(house, late), "The cart again")
    await house.work()
    [issue] = house.issues(app)
    assert issue["title"] == "The cart again"
    assert "CartView.total" in issue["body"]


@pytest.mark.parametrize("app", [GITHUB, JIRA])
async def test_an_issue_that_was_moved_is_followed(house: House, app: str) -> None:
    People(house, app).move(await file_one(house, app))
    assert await crash_again(house, app, 1) is JobState.ADDED
    [issue] = house.issues(app)
    assert "2 crashes" in issue["body"]
    assert await dead_letters(house) == 0


@pytest.mark.parametrize("app", APPS)
async def test_a_late_log_joins_a_known_crash_though_its_own_issue_was_deleted(
    house: House, app: str
) -> None:
    known, late = await known_and_late(house, app)
    People(house, app).delete(await issue_of(house, late))
    await house.work()
    assert (await house.row(late)).issue == (await house.row(known)).issue
    [issue] = house.issues(app)
    assert "2 crashes" in issue["body"]
    assert await dead_letters(house) == 0


@pytest.mark.parametrize("app", APPS)
async def test_a_late_log_completes_its_own_issue_if_the_known_one_was_deleted(
    house: House, app: str
) -> None:
    known, late = await known_and_late(house, app)
    People(house, app).delete(await issue_of(house, known))
    await house.work()
    [issue] = house.issues(app)
    assert issue["state"] == "open"
    assert "CartView.total" in issue["title"]
    assert len(issue["attachments"]) == 1
    assert (await issue_of(house, late)).key == str(issue.get("key") or f"#{issue['number']}")
    assert await dead_letters(house) == 0


async def known_and_late(house: House, app: str) -> tuple[str, str]:
    """File a crash, and beside it one whose log, not there yet, will prove it to be the same."""
    [known] = await house.deliver(crash(app, crash_text(base=LOADS[0])))
    await house.work()
    [late] = await house.deliver(crash(app, crash_text(base=LOADS[1]), log_after=12, tester="late"))
    while len(house.issues(app)) < 2:
        await house.work_a_little()
    return known, late
