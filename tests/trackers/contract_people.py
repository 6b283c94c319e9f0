"""What every tracker promises about people's labels, and about noticing what people did."""

from bridge.model import CloseReason, IssueRef
from tests.trackers.harness import Harness, draft, held


class Labelling:
    """Labels that people put on, and that we take off again."""

    async def test_a_label_of_people_is_told_with_the_state(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.label(issue, harness.typed_label)

        labels = (await harness.tracker.state(issue)).labels

        assert set(labels) == {"testflight", harness.typed_label}

    async def test_just_this_label_is_taken_off_and_only_once(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        await harness.label(issue, harness.typed_label)

        await harness.tracker.unlabel(issue, harness.typed_label)
        await harness.tracker.unlabel(issue, harness.typed_label)

        assert list((await held(harness, issue)).labels) == ["testflight"]
        assert (await harness.tracker.state(issue)).labels == ("testflight",)

    async def test_a_label_that_is_not_there_changes_nothing(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))
        before = await held(harness, issue)

        await harness.tracker.unlabel(issue, harness.typed_label)

        assert await held(harness, issue) == before


class Watching:
    """Which issues people touched since we last asked."""

    async def test_at_first_all_count_as_changed(self, harness: Harness) -> None:
        issues = [await harness.tracker.create(draft(harness, f"g{n}")) for n in range(3)]

        changes = await harness.tracker.changed(issues, "")

        assert list(changes.issues) == issues
        assert changes.mark

    async def test_a_strange_mark_is_like_none(self, harness: Harness) -> None:
        issue = await harness.tracker.create(draft(harness))

        for mark in ("nonsense", "[1]", '{"a": {"b": 1}}', "null"):
            assert (await harness.tracker.changed([issue], mark)).issues == (issue,)

    async def test_what_people_touched_is_told(self, harness: Harness) -> None:
        issues = [await harness.tracker.create(draft(harness, f"g{n}")) for n in range(3)]
        mark = await self.settled(harness, issues)
        await harness.close(issues[1], CloseReason.NOT_PLANNED)
        await harness.label(issues[2], harness.typed_label)

        changes = await harness.tracker.changed(issues, mark)

        assert set(changes.issues) >= {issues[1], issues[2]}

    async def test_an_issue_that_nobody_asked_about_is_not_told(self, harness: Harness) -> None:
        mine = await harness.tracker.create(draft(harness))
        other = await harness.tracker.create(draft(harness, "g2"))
        mark = await self.settled(harness, [mine])
        await harness.close(mine)
        await harness.close(other)

        assert (await harness.tracker.changed([mine], mark)).issues == (mine,)

    async def test_no_issues_are_no_changes(self, harness: Harness) -> None:
        changes = await harness.tracker.changed([], "")

        assert changes.issues == ()

    async def settled(self, harness: Harness, issues: list[IssueRef]) -> str:
        """Return a mark that is as new as can be had."""
        mark = ""
        for _ in range(3):
            mark = (await harness.tracker.changed(issues, mark)).mark
        return mark
