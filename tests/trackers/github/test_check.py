"""What `check` finds, and what it advises."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bridge.settings import Secret
from bridge.trackers.base import Finding, Level
from tests.trackers.github.conftest import Make
from tests.trackers.github.harness import FILES, REPOSITORY, GitHubHarness

FINE_GRAINED = (
    "GitHub doesn't tell what a fine-grained token may write; it needs issues: write, and "
    "contents: write where attachments go"
)


def found(findings: Sequence[Finding], level: Level) -> list[str]:
    return [f.text for f in findings if f.level is level]


async def test_a_good_tracker_has_no_complaints(harness: GitHubHarness) -> None:
    findings = await harness.tracker.check(harness.fields)

    assert found(findings, Level.ERROR) == found(findings, Level.WARNING) == []
    assert found(findings, Level.OK) == [
        "example/sunrise can be read, and has issues",
        FINE_GRAINED,
        "the branch feedback-assets of example/sunrise-feedback is made with the first file",
        "the label 'testflight' is made with the first issue",
    ]
    assert not any(r.startswith(("POST", "PUT", "PATCH")) for r in harness.simulator.requests)


def archive(harness: GitHubHarness) -> None:
    harness.home.archived = True


def switch_off(harness: GitHubHarness) -> None:
    harness.home.has_issues = False


def lose_files(harness: GitHubHarness) -> None:
    del harness.github.world.repositories[FILES]


def archive_files(harness: GitHubHarness) -> None:
    harness.github.world.repositories[FILES].archived = True


def forbid_files(harness: GitHubHarness) -> None:
    harness.github.world.repositories[FILES].push = False


def lose_home(harness: GitHubHarness) -> None:
    del harness.github.world.repositories[REPOSITORY]


@pytest.mark.parametrize(
    ("break_it", "text", "advice"),
    [
        (archive, "example/sunrise is archived", "unarchive it"),
        (switch_off, "issues are switched off in example/sunrise", "switch them on"),
        (lose_home, "the repository example/sunrise", "give the token access"),
        (lose_files, "the repository example/sunrise-feedback", "attachments: none"),
        (archive_files, "example/sunrise-feedback is archived", "unarchive it"),
        (forbid_files, "may not write to example/sunrise-feedback", "contents: write"),
    ],
)
async def test_what_stops_filing_is_an_error_with_advice(
    harness: GitHubHarness, break_it: Callable[[GitHubHarness], None], text: str, advice: str
) -> None:
    break_it(harness)

    (error,) = [f for f in await harness.tracker.check({}) if f.level is Level.ERROR]

    assert text in error.text
    assert advice in (error.advice or "")


async def test_a_wrong_token_is_an_error(make: Make) -> None:
    harness = make(token=Secret("github_pat_wr0ng", source="env GITHUB_TOKEN"))

    (error,) = await harness.tracker.check({})

    assert error.level is Level.ERROR
    assert "doesn't accept the token" in error.text
    assert "wr0ng" not in error.text


async def test_public_repositories_are_warned_of(harness: GitHubHarness) -> None:
    harness.home.private = False
    harness.github.world.repositories[FILES].private = False

    warnings = found(await harness.tracker.check({}), Level.WARNING)

    assert [w.partition(":")[0].partition(",")[0] for w in warnings] == [
        "example/sunrise is public",
        "example/sunrise-feedback is public",
    ]


async def test_a_public_repository_that_is_meant_is_still_told(make: Make) -> None:
    harness = make(allow_public=True)
    harness.github.world.repositories[FILES].private = False

    (warning,) = found(await harness.tracker.check({}), Level.WARNING)

    assert "everybody can see them" in warning


async def test_fields_that_cannot_be_set_are_warned_of(harness: GitHubHarness) -> None:
    harness.home.assignable = {"octo"}
    harness.github.world.add_milestone(harness.home, "2.4")
    fields = {"assignees": ["octo", "nobody"], "milestone": "2.5"}

    assignee, milestone = found(await harness.tracker.check(fields), Level.WARNING)
    fine = await harness.tracker.check({"assignees": ["octo"], "milestone": "2.4"})

    assert "'nobody' can't be assigned" in assignee
    assert "no milestone '2.5'" in milestone
    assert found(fine, Level.WARNING) == []


async def test_a_user_without_push_is_warned_of_what_gets_dropped(harness: GitHubHarness) -> None:
    harness.home.push = False

    assert any(
        "drops labels" in w
        for w in found(await harness.tracker.check(harness.fields), Level.WARNING)
    )
    assert not found(await harness.tracker.check({}), Level.WARNING)


async def test_a_new_name_is_told(harness: GitHubHarness) -> None:
    harness.github.world.rename(REPOSITORY, "example/sunset")

    (warning,) = [f for f in await harness.tracker.check({}) if f.level is Level.WARNING]

    assert warning.text == "example/sunrise is now example/sunset"
    assert warning.advice == "set repository: example/sunset"


@pytest.mark.parametrize(
    ("scopes", "level"), [("repo, gist", Level.OK), ("gist, read:org", Level.ERROR)]
)
async def test_the_scopes_of_a_classic_token_are_read(
    harness: GitHubHarness, scopes: str, level: Level
) -> None:
    harness.github.access.scopes = scopes

    findings = await harness.tracker.check({})

    assert [f.level for f in findings if "the token" in f.text] == [level]


async def test_attachments_on_the_default_branch_are_warned_of(make: Make) -> None:
    harness = make(attachments={"repository": FILES, "branch": "main"})

    (warning,) = found(await harness.tracker.check({}), Level.WARNING)

    assert "the default branch of example/sunrise-feedback" in warning


async def test_switched_off_attachments_are_told(make: Make) -> None:
    harness = make(attachments="none")

    assert any("switched off" in t for t in found(await harness.tracker.check({}), Level.OK))


async def test_a_branch_that_is_there_is_told(harness: GitHubHarness) -> None:
    await harness.tracker.attach(None, [harness.keep(b"picture")])

    texts: list[Any] = found(await harness.tracker.check({}), Level.OK)

    assert "attachments go to the branch feedback-assets of example/sunrise-feedback" in texts
