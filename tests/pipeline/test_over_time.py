"""An issue's life: fixed and back, muted, merged, taken apart, told of in few words."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.model import CloseReason, IssueRef, IssueStatus, JobState
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import APPS, House, enter_house
from tests.pipeline.hands import GITHUB, LOCAL, close, label, state, take_labels_off
from tests.pipeline.samples import crash, crash_text, screenshot

WEEK = timedelta(days=7)


@pytest.fixture
async def house(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield in_time(await enter_house(stack, simulator, tmp_path))


@pytest.fixture
async def linking(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    """A bridge that files what is back as a new issue."""
    way = {"    tracker: local\n": "    tracker: local\n    on_regression: new_linked\n"}
    async with AsyncExitStack() as stack:
        yield in_time(await enter_house(stack, simulator, tmp_path, **way))


def in_time(house: House) -> House:
    """Let feedback be sent when the bridge thinks it is."""
    house.simulator.appstore.now = house.clock.now
    house.simulator.jira.site.now = house.clock.now
    return house


class Crashes:
    """Crashes of one bug, each from a report of its own."""

    def __init__(self, house: House, app: str, symbol: str = "CartView.total.getter") -> None:
        self.house = house
        self.app = app
        self.symbol = symbol
        self.n = 0

    async def __call__(self, *, times: int = 1, work: bool = True, **more: Any) -> IssueRef:
        """Deliver some, and return their issue."""
        ids: list[str] = []
        for _ in range(times):
            self.n += 1
            log = crash_text(self.symbol, base=0x102A00000 + self.n * 0x100000)
            values = {"tester": f"{self.symbol}{self.n}", "comment": f"Words {self.n}.", **more}
            ids += await self.house.deliver(crash(self.app, log, **values))
        if work:
            await self.house.work()
        issue = (await self.house.row(ids[-1])).issue
        assert issue is not None
        return issue

    async def in_newer_build(self, build: str = "150", **more: Any) -> IssueRef:
        """Deliver one from a build that was uploaded just now."""
        self.house.clock.ahead += 3600
        uploaded = self.house.clock.now() - timedelta(minutes=30)
        return await self(build=build, uploaded_at=uploaded, **more)


def page(house: House, app: str, issue: IssueRef) -> dict[str, Any]:
    [found] = [i for i in house.issues(app) if issue.key in (i.get("key"), f"#{i.get('number')}")]
    return found


async def dead(house: House) -> int:
    return (await house.bridge.store.jobs.counts())[JobState.DEAD]


@pytest.mark.parametrize("app", APPS)
async def test_what_was_fixed_and_is_back_is_reopened_and_said_once(house: House, app: str) -> None:
    crashes = Crashes(house, app)
    issue = await crashes()
    await close(house, app, issue)
    assert await crashes() == issue
    assert (await state(house, issue)).status is IssueStatus.CLOSED
    assert not page(house, app, issue)["comments"]
    assert await crashes.in_newer_build() == issue
    assert await crashes.in_newer_build() == issue
    assert (await state(house, issue)).status is IssueStatus.OPEN
    [comment] = page(house, app, issue)["comments"]
    assert "Back in" in str(comment)
    assert "150" in str(comment)
    assert "4 crashes" in page(house, app, issue)["body"]
    await close(house, app, issue)
    assert await crashes.in_newer_build("151") == issue
    assert (await state(house, issue)).status is IssueStatus.OPEN
    assert len(page(house, app, issue)["comments"]) == 2


@pytest.mark.parametrize("app", APPS)
async def test_an_older_line_without_the_fix_only_counts(house: House, app: str) -> None:
    crashes = Crashes(house, app)
    issue = await crashes(version="2.10")
    await close(house, app, issue)
    await crashes.in_newer_build(version="2.9")
    assert (await state(house, issue)).status is IssueStatus.CLOSED
    assert not page(house, app, issue)["comments"]
    assert "2 crashes" in page(house, app, issue)["body"]


async def test_the_newest_build_of_then_may_be_known_by_other_crashes(house: House) -> None:
    crashes, others = Crashes(house, LOCAL), Crashes(house, LOCAL, "LoginModel.submit()")
    issue = await crashes(version="2.4")
    await others(version="3.0", build="200")
    await close(house, LOCAL, issue)
    await crashes.in_newer_build(version="2.5")
    assert (await state(house, issue)).status is IssueStatus.CLOSED
    await crashes.in_newer_build("210", version="3.0.1")
    assert (await state(house, issue)).status is IssueStatus.OPEN


@pytest.mark.parametrize("app", APPS)
async def test_not_planned_stays_closed(house: House, app: str) -> None:
    crashes = Crashes(house, app)
    issue = await crashes()
    await close(house, app, issue, "not planned")
    assert await crashes.in_newer_build(version="9.0") == issue
    assert (await state(house, issue)).reason is CloseReason.NOT_PLANNED
    assert not page(house, app, issue)["comments"]
    assert "2 crashes" in page(house, app, issue)["body"]


@pytest.mark.parametrize("app", APPS)
async def test_a_duplicates_crashes_go_to_the_issue_that_it_duplicates(
    house: House, app: str
) -> None:
    crashes, others = Crashes(house, app), Crashes(house, app, "LoginModel.submit()")
    issue, other = await crashes(), await others()
    await close(house, app, other, "duplicate", of=issue)
    await others()
    assert await others() == issue
    assert "4 crashes" in page(house, app, issue)["body"]
    assert (await state(house, other)).status is IssueStatus.CLOSED
    assert len(house.issues(app)) == 2
    assert await dead(house) == 0


@pytest.mark.parametrize("app", APPS)
async def test_a_duplicate_of_what_is_not_ours_counts_and_stays_closed(
    house: House, app: str
) -> None:
    crashes = Crashes(house, app)
    issue = await crashes()
    await close(house, app, issue, "duplicate")
    assert await crashes.in_newer_build() == issue
    assert (await state(house, issue)).status is IssueStatus.CLOSED
    assert "2 crashes" in page(house, app, issue)["body"]


@pytest.mark.parametrize("app", APPS)
async def test_a_muted_issue_is_left_alone_until_the_label_goes(house: House, app: str) -> None:
    crashes = Crashes(house, app)
    issue = await crashes()
    label(house, app, issue, "testflight: mute")
    before = page(house, app, issue)
    await crashes(times=12, version="9.0", build="900")
    after = page(house, app, issue)
    assert [after[part] for part in ("body", "comments", "attachments")] == [
        before[part] for part in ("body", "comments", "attachments")
    ]
    take_labels_off(house, app, issue)
    await crashes()
    assert "14 crashes" in page(house, app, issue)["body"]


@pytest.mark.parametrize("app", APPS)
async def test_what_is_not_the_same_is_an_issue_of_its_own_for_good(house: House, app: str) -> None:
    crashes = Crashes(house, app)
    issue = await crashes()
    house.clock.ahead += 7200
    await crashes(comment="Mine is another one")
    label(house, app, issue, "testflight: not the same")
    house.clock.ahead += 7200
    await crashes(comment="The old one again")
    issues = house.issues(app)
    assert len(issues) == 2
    [apart] = [i for i in issues if i["body"] != page(house, app, issue)["body"]]
    assert "Mine is another one" in apart["body"]
    assert "Taken out of" in apart["body"]
    assert "Mine is another one" not in page(house, app, issue)["body"]
    assert "2 crashes" in page(house, app, issue)["body"]
    assert (await state(house, issue)).labels == ("testflight",)
    assert len(apart["attachments"]) == 1
    await crashes()
    assert len(house.issues(app)) == 2
    assert await dead(house) == 0


@pytest.mark.parametrize("app", APPS)
async def test_after_ninety_days_what_is_back_is_a_new_issue(house: House, app: str) -> None:
    crashes = Crashes(house, app)
    old = await crashes()
    await close(house, app, old)
    house.clock.ahead += 91 * 86_400
    new = await crashes.in_newer_build()
    assert await crashes() != old
    assert (await state(house, old)).status is IssueStatus.CLOSED
    text = page(house, app, new)["body"]
    assert "The same problem as" in text
    assert old.key in text
    assert "2 crashes" in text
    assert not page(house, app, old)["comments"]


async def test_a_route_may_file_what_is_back_as_a_new_issue(linking: House) -> None:
    crashes = Crashes(linking, LOCAL)
    old = await crashes()
    await close(linking, LOCAL, old)
    assert await crashes() == old
    new = await crashes.in_newer_build()
    assert new != old
    assert await crashes() == new
    assert len(linking.issues(LOCAL)) == 2


@pytest.mark.parametrize("app", APPS)
async def test_many_crashes_are_few_updates_and_milestones_are_said_once(
    house: House, app: str
) -> None:
    crashes = Crashes(house, app)
    issue = await crashes()
    await crashes(times=15, version="2.5", build="160")
    [comment] = page(house, app, issue)["comments"]
    assert "10 testers" in str(comment)
    assert "2.5" in str(comment)
    await crashes(times=5, version="2.5", build="160")
    assert len(page(house, app, issue)["comments"]) == 1
    assert "21 crashes" in page(house, app, issue)["body"]
    if app == GITHUB:
        requests = house.simulator.state()["requests"]
        edits = requests["PATCH /github/repos/{owner}/{repo}/issues/{number}"]
        assert edits <= 3


async def test_beyond_twenty_feedbacks_only_the_newest_ones_files_are_added(house: House) -> None:
    crashes = Crashes(house, LOCAL)
    issue = await crashes()
    await crashes(times=30)
    assert len(page(house, LOCAL, issue)["attachments"]) == 20
    house.clock.ahead += 60
    await crashes(times=3)
    names = [file["name"] for file in page(house, LOCAL, issue)["attachments"]]
    assert len(names) == 21
    assert house.sent[-1] in names[-1]


@pytest.fixture
async def watching(simulator: Simulator, tmp_path: Path) -> AsyncIterator[House]:
    """A bridge that looks every two hours."""
    async with AsyncExitStack() as stack:
        rare = {"watch: {every: 2s}": "watch: {every: 2h}"}
        yield in_time(await enter_house(stack, simulator, tmp_path, **rare))


@pytest.mark.parametrize("app", APPS)
async def test_what_people_did_is_seen_though_nothing_occurs(watching: House, app: str) -> None:
    house = watching
    crashes, others = Crashes(house, app), Crashes(house, app, "LoginModel.submit()")
    issue, other = await crashes(), await others(times=2)
    await look(house)
    label(house, app, other, "testflight: not the same")
    house.clock.ahead += 60
    await look(house)
    assert len(house.issues(app)) == 3
    [group] = [g for g in await groups(house) if g.issue and g.issue.key == issue.key]
    await close(house, app, other, "duplicate", of=issue)
    await look(house)
    assert len(await house.bridge.store.ledger.occurrences(group.id)) == 2


async def look(house: House) -> None:
    """Begin to watch, or go on until the next look, and do all that follows from it."""
    await house.bridge.watch.begin()
    store, idle = house.bridge.store, timedelta(minutes=30)
    while (due := await store.jobs.next_due()) and due < house.clock.now() + idle:
        await house.work_a_little()


async def groups(house: House) -> list[Any]:
    return list(await house.bridge.store.ledger.groups())


@pytest.mark.parametrize("app", APPS)
async def test_screenshots_have_a_life_too(house: House, app: str) -> None:
    [first] = await house.deliver(screenshot(app))
    await house.work()
    issue = (await house.row(first)).issue
    assert issue is not None
    await close(house, app, issue)
    [second] = await house.deliver(screenshot(app, comment="Another one entirely"))
    await house.work()
    assert (await house.row(second)).issue != issue
    assert (await state(house, issue)).status is IssueStatus.CLOSED
