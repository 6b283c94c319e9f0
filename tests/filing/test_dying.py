"""What a group's job does, in a process that dies at any moment of it."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.model import IssueState
from bridge.routes import Route
from bridge.store import StorageSettings, Store
from tests.clock import StillClock
from tests.filing.office import Office
from tests.filing.scripted import ScriptedTracker
from tests.filing.stories import STORIES, Story

EVERY = 1 if os.environ.get("EVERY_MOMENT") else 9
"""A process dies at one moment of so many; with the variable set it dies at each."""


@dataclass(frozen=True)
class World:
    """What is there in the end, without what differs by chance."""

    bodies: tuple[str, ...]
    states: tuple[IssueState, ...]
    comments: tuple[tuple[str, str], ...]
    members: tuple[tuple[str, tuple[str, ...]], ...]
    """Of each living group, by its issue."""
    reopened: tuple[str, ...]


async def world(office: Office) -> World:
    tracker, ledger = office.tracker, office.store.ledger
    groups = [g for g in await ledger.groups(limit=99) if g.merged_into is None]
    members: list[tuple[str, tuple[str, ...]]] = []
    for group in groups:
        assert group.issue is not None
        assert not group.history.telling
        found = await ledger.occurrences(group.id)
        members.append((group.issue.key, tuple(o.feedback_id for o in found)))
    refs = [ref for ref, _ in tracker.issues]
    return World(
        bodies=tuple(tracker.blocks.get(ref.key, "") for ref in refs),
        states=tuple([await tracker.state(ref) for ref in refs]),
        comments=tuple((key, text) for key, _, text in tracker.comments),
        members=tuple(sorted(members)),
        reopened=tuple(tracker.reopened),
    )


async def begin(story: Story, folder: Path) -> Office:
    """Play a story up to the jobs that are left; what it says is what all processes find."""
    clock = StillClock()
    store = await Store.open(StorageSettings(), base=folder, clock=clock)
    tracker, route = ScriptedTracker(clock), Route(tracker="scripted")
    office = Office(store=store, tracker=tracker, clock=clock, route=route)
    await story(office)
    await store.aclose()
    return office


async def end(begun: Office, start: Path, folder: Path, *, dies_at: int | None) -> Office:
    """Do the jobs that are left, in a copy of that world, dying at a moment."""
    shutil.copytree(start, folder)
    clock = StillClock(begun.clock.now())
    tracker = begun.tracker.copy(clock)
    store = await Store.open(StorageSettings(), base=folder, clock=clock)
    office = Office(store=store, tracker=tracker, clock=clock, route=begun.route)
    office.fuse.moments = dies_at
    try:
        await office.work_to_the_end()
        office.found = await world(office)
    finally:
        await store.aclose()
    return office


@pytest.mark.parametrize("name", STORIES)
async def test_wherever_a_process_dies_all_is_done_once(name: str, tmp_path: Path) -> None:
    begun = await begin(STORIES[name], tmp_path / "start")
    wanted = await end(begun, tmp_path / "start", tmp_path / "whole", dies_at=None)
    moment = 0 if EVERY == 1 else list(STORIES).index(name) % EVERY
    n_deaths = 0
    while True:
        folder = tmp_path / str(moment)
        office = await end(begun, tmp_path / "start", folder, dies_at=moment)
        assert office.found == wanted.found, f"it died at moment {moment}"
        if office.fuse.moments is not None:
            break
        n_deaths, moment = n_deaths + 1, moment + EVERY
    assert n_deaths * EVERY > 20
