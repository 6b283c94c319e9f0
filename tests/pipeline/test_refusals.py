"""What a tracker won't have: the issue is filed all the same, and says what it lacks."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bridge.filing import Subject
from bridge.model import JobState
from bridge.simulators.jira import CustomField
from bridge.simulators.server import Simulator
from tests.pipeline.conftest import House, enter_house
from tests.pipeline.samples import WORDS, crash, crash_text, screenshot

GITHUB, JIRA = "sunrise-github", "sunrise-jira"
ROUTES = {
    GITHUB: "tracker: github\n    fields: {labels: [testflight]}",
    JIRA: "tracker: jira\n    fields: {project: SUN, issue_type: Bug, labels: [testflight]}",
}
SAID = "Could not be set or attached"

Knob = Callable[[Simulator], None]


def routed(app: str, more: str) -> dict[str, str]:
    """Return the change that gives an app's route more fields."""
    return {ROUTES[app]: f"{ROUTES[app][:-1]}, {more}}}"}


async def filed(house: House, app: str, kind: str = "screenshot") -> dict[str, Any]:
    """Deliver one feedback and return the one issue that it became."""
    sample = screenshot(app) if kind == "screenshot" else crash(app, crash_text())
    [submission] = await house.deliver(sample)
    await house.work()
    assert (await house.row(submission)).state is JobState.FILED
    issue = await house.only_issue(app, submission)
    assert issue["state"] == "open"
    return issue


def told(issue: dict[str, Any]) -> str:
    """Return what the issue says that it lacks, without escapes; empty if it lacks nothing."""
    _, _, lacking = issue["body"].replace("\\", "").partition(SAID)
    return lacking


FIELDS: Sequence[tuple[str, str, Sequence[str]]] = (
    (GITHUB, "milestone: '9.9'", ["9.9", "is not set"]),
    (GITHUB, "assignees: [nobody]", ["nobody", "is not assigned"]),
    (JIRA, "components: [Moonrise, Sunrise]", ["components", "Moonrise"]),
    (JIRA, "priority: Blocker", ["priority", "Blocker"]),
    (JIRA, "assignee: nobody", ["assignee", "nobody"]),
    (JIRA, "customfield_10099: x", ["customfield_10099", "not on the appropriate screen"]),
    (JIRA, "customfield_10010: {value: Moon}", ["customfield_10010", "Moon"]),
)


@pytest.mark.parametrize(("app", "field", "words"), FIELDS, ids=[f[1] for f in FIELDS])
async def test_a_field_that_is_refused_is_left_out_and_named(
    simulator: Simulator, tmp_path: Path, app: str, field: str, words: Sequence[str]
) -> None:
    team = CustomField(id="customfield_10010", name="Team", options=("Sun",))
    simulator.jira.site.projects["SUN"].custom_fields.append(team)
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path, **routed(app, field))
        issue = await filed(house, app)
        assert all(word in told(issue) for word in words), told(issue)
        assert WORDS in issue["body"]
        assert issue["labels"] == ["testflight"]
        assert len(issue["attachments"]) == 1
        assert issue.get("components", []) == (["Sunrise"] if "Sunrise" in field else [])


async def test_a_label_that_github_refuses_is_left_out_and_named(
    simulator: Simulator, tmp_path: Path
) -> None:
    change = {ROUTES[GITHUB]: ROUTES[GITHUB].replace("testflight", "x" * 51)}
    async with AsyncExitStack() as stack:
        issue = await filed(await enter_house(stack, simulator, tmp_path, **change), GITHUB)
        assert "refused the labels" in told(issue)
        assert not issue["labels"]


async def test_labels_that_github_drops_in_silence_are_named(house: House) -> None:
    house.simulator.github.world.repositories["example/sunrise"].push = False
    issue = await filed(house, GITHUB)
    assert "testflight" in told(issue)
    assert not issue["labels"]


def without_contents(simulator: Simulator) -> None:
    del simulator.github.access.permissions["contents"]


def in_public(simulator: Simulator) -> None:
    simulator.github.world.repositories["example/sunrise-feedback"].private = False


def without_repository(simulator: Simulator) -> None:
    del simulator.github.world.repositories["example/sunrise-feedback"]


def without_permission(simulator: Simulator) -> None:
    simulator.jira.site.denied.add("CREATE_ATTACHMENTS")


def with_a_low_limit(simulator: Simulator) -> None:
    simulator.jira.site.upload_limit = 10


def switched_off(simulator: Simulator) -> None:
    simulator.jira.site.attachments_enabled = False


ATTACHMENTS: Sequence[tuple[str, str, Knob, str]] = (
    (GITHUB, "screenshot", without_contents, "may not do this"),
    (GITHUB, "crash", without_contents, "may not do this"),
    (GITHUB, "screenshot", in_public, "is public"),
    (GITHUB, "screenshot", without_repository, "it doesn't exist"),
    (JIRA, "screenshot", without_permission, "does not let this account attach"),
    (JIRA, "crash", without_permission, "does not let this account attach"),
    (JIRA, "screenshot", with_a_low_limit, "this Jira takes 10 a file"),
    (JIRA, "screenshot", switched_off, "turned off in this Jira"),
)


@pytest.mark.parametrize(
    ("app", "kind", "knob", "words"),
    ATTACHMENTS,
    ids=[f"{app}-{kind}-{knob.__name__}" for app, kind, knob, _ in ATTACHMENTS],
)
async def test_an_attachment_that_is_refused_is_named_and_stays_in_the_store(
    house: House, app: str, kind: str, knob: Knob, words: str
) -> None:
    knob(house.simulator)
    issue = await filed(house, app, kind)
    assert words in told(issue), issue["body"]
    assert not issue["attachments"]
    assert issue["labels"] == ["testflight"]
    kept = await house.bridge.store.ledger.feedback(app, house.sent[0])
    assert kept is not None
    files = [*kept.files, *([kept.log] if kept.log else [])]
    assert files
    assert all(house.bridge.store.blobs.path(file.sha256).is_file() for file in files)


async def test_a_run_that_starts_over_still_knows_what_was_refused(house: House) -> None:
    without_permission(house.simulator)
    await filed(house, JIRA)
    ledger = house.bridge.store.ledger
    kept = await ledger.feedback(JIRA, house.sent[0])
    group = await ledger.group_of(JIRA, house.sent[0])
    assert kept is not None
    assert group is not None
    [route] = [r for r in house.bridge.config.settings.routes if r.tracker == "jira"]
    subject = Subject(kept=kept, diagnosis=None, route=route)
    _, unsaid = await house.bridge.pipeline.issues.file(group, subject)
    assert unsaid, "a run that was killed before it asked for the rewrite would never ask"


async def test_what_can_be_set_is_set_and_nothing_is_said(
    simulator: Simulator, tmp_path: Path
) -> None:
    home = simulator.github.world.repositories["example/sunrise"]
    home.assignable.add("octocat")
    milestone = simulator.github.world.add_milestone(home, "2.5")
    more = "assignees: [octocat], milestone: '2.5'"
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path, **routed(GITHUB, more))
        issue = await filed(house, GITHUB)
        assert told(issue) == ""
        assert issue["assignees"] == ["octocat"]
        assert home.issues[issue["number"]].milestone == milestone.number
        assert home.labels["testflight"].color != "ededed"  # ours, not what GitHub makes up


def variables(project: str, team: str) -> str:
    return f"{{project: {project}, component: {team}rise, team: {team}}}"


async def test_apps_share_a_jira_tracker_with_a_project_and_fields_of_their_own(
    simulator: Simulator, tmp_path: Path
) -> None:
    fields = [
        CustomField(id="customfield_10010", name="Team", options=("Sun", "Moon")),
        CustomField(id="customfield_10011", name="App", required=True),
    ]
    simulator.jira.site.projects["SUN"].custom_fields += fields
    simulator.jira.add_project("MOON", "Moonrise", custom_fields=fields)
    route = (
        'tracker: jira\n    fields: {project: "{{ app.vars.project }}", issue_type: Bug, '
        'labels: [testflight], components: ["{{ app.vars.component }}"], priority: High, '
        'customfield_10010: {value: "{{ app.vars.team }}"}, '
        'custom: {customfield_10011: "{{ app.name }} {{ version }}"}}'
    )
    own = "com.example.sunrise"
    change = {
        ROUTES[JIRA]: route,
        "when: {app: sunrise-jira}": "when: {app: [sunrise-jira, sunrise-local]}",
        f"{own}.jira}}": f"{own}.jira, vars: {variables('SUN', 'Sun')}}}",
        f"{own}.local}}": f"{own}.local, vars: {variables('MOON', 'Moon')}}}",
    }
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path, **change)
        ids = await house.deliver(screenshot(JIRA), screenshot("sunrise-local"))
        await house.work()
        assert [(await house.row(s)).state for s in ids] == [JobState.FILED] * 2
    sun, moon = sorted(simulator.jira.site.issues.values(), key=lambda i: i.key, reverse=True)
    for issue, key, name, app in (
        (sun, "SUN-1", "Sun", JIRA),
        (moon, "MOON-1", "Moon", "sunrise-local"),
    ):
        assert issue.key == key
        assert issue.fields["components"] == [f"{name}rise"]
        assert issue.fields["customfield_10010"] == {"value": name}
        assert issue.fields["customfield_10011"] == f"{app} 2.4.1"
        assert issue.fields["priority"] == "2"
        assert SAID not in issue.description
