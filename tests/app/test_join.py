"""Rooms are joined once, as the configuration says, and closed again."""

import sqlite3
import threading
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.app import app_facts, open_accounts, open_bridge, sources
from bridge.app.join import REACTIONS, places
from bridge.clock import SystemClock
from bridge.config import Config, load
from bridge.errors import Misconfigured
from bridge.intake.event import EventType
from bridge.render import Renderer
from bridge.routes import Action, Route, When
from bridge.simulators.server import Simulator
from bridge.simulators.workspace import write_config
from tests.pipeline.conftest import APPS, House, enter_house
from tests.pipeline.samples import screenshot

FIRST_ROUTE = "routes:\n"
ONE_PLACE = {FIRST_ROUTE: f"{FIRST_ROUTE}  - tracker: local\n"}


@pytest.fixture
def config(simulator: Simulator, tmp_path: Path) -> Config:
    return load(write_config(tmp_path, simulator))


def with_routes(config: Config, *routes: Route) -> Config:
    return replace(config, settings=config.settings.model_copy(update={"routes": routes}))


def where(config: Config) -> dict[tuple[str, str], frozenset[str]]:
    return dict(places(config, app_facts(config), Renderer()))


async def test_a_bridge_has_what_the_configuration_names(config: Config) -> None:
    async with open_bridge(config) as bridge:
        assert set(bridge.trackers) == {"github", "jira", "local"}
        assert set(bridge.accounts) == {"simulated"}
        assert set(bridge.apps) == set(APPS)
        assert {source.app.name for source in sources(config, bridge.accounts).values()} == set(
            APPS
        )


async def test_every_feedback_event_has_a_reaction_that_the_worker_knows(config: Config) -> None:
    assert set(REACTIONS) == {EventType.SCREENSHOT_FEEDBACK, EventType.CRASH_FEEDBACK}
    async with open_bridge(config) as bridge:
        assert set(REACTIONS.values()) <= set(bridge.worker.reactions)


async def test_a_closed_bridge_leaves_no_thread_behind(config: Config) -> None:
    async with open_bridge(config) as bridge:
        for tracker in bridge.trackers.values():
            assert await tracker.check({"project": "SUN", "issue_type": "Bug"})
    ending = [t for t in threading.enumerate() if t.name.startswith(("github", "jira"))]
    for thread in ending:
        thread.join(10)  # told to end, and not waited for
    assert not [thread.name for thread in ending if thread.is_alive()]


async def test_each_bridge_is_an_owner_of_its_own(config: Config) -> None:
    async with open_bridge(config) as one, open_bridge(config) as other:
        assert one.worker.owner != other.worker.owner
        assert one.store.marker_key == other.store.marker_key


async def test_a_database_of_another_program_is_refused_and_nothing_stays_open(
    config: Config,
) -> None:
    (config.base / "data").mkdir()
    with closing(sqlite3.connect(config.base / "data/bridge.db")) as foreign:
        foreign.execute("CREATE TABLE recipes (id INTEGER)")
    with pytest.raises(Misconfigured, match="some other program"):
        async with open_bridge(config):
            raise AssertionError("it opened")


async def test_an_app_is_read_by_the_account_it_names(simulator: Simulator, tmp_path: Path) -> None:
    path = write_config(tmp_path, simulator)
    key = simulator.appstore.add_key(individual=True)
    (tmp_path / "secrets/second.p8").write_text(key.private_key_pem)
    second = f"    second: {{key_id: {key.key_id}, private_key: {{file: secrets/second.p8}}}}\n"
    text = path.read_text().replace("  base_url:", f"{second}  base_url:", 1)
    for app, account in zip(APPS, ("simulated", "second", "second"), strict=True):
        text = text.replace(f"  {app}: {{", f"  {app}: {{account: {account}, ")
    path.write_text(text)
    config = load(path)
    async with open_accounts(config, SystemClock()) as accounts:
        assert set(accounts) == {"simulated", "second"}
        for app, source in sources(config, accounts).items():
            assert source.client is accounts[config.account_of(app)]
            assert (await source.client.check(source.app)).app_id == source.app.app_id


def test_apps_that_file_into_one_project_share_a_place(config: Config) -> None:
    assert where(config) == {
        ("github", ""): {"sunrise-github"},
        ("jira", "SUN"): {"sunrise-jira"},
        ("local", ""): {"sunrise-local"},
    }
    assert where(with_routes(config, Route(tracker="local"))) == {("local", ""): set(APPS)}


def test_a_templated_project_is_a_place_for_each_value(config: Config) -> None:
    by_app = Route(tracker="jira", fields={"project": "{{ app.name[8:11] | upper }}"})
    assert where(with_routes(config, by_app)) == {
        ("jira", "GIT"): {"sunrise-github"},
        ("jira", "JIR"): {"sunrise-jira"},
        ("jira", "LOC"): {"sunrise-local"},
    }


def test_a_route_behind_one_that_takes_all_is_no_place(config: Config) -> None:
    held = Route(action=Action.HOLD, when=When.model_validate({"kind": "crash"}))
    found = where(with_routes(config, held, Route(tracker="local"), Route(tracker="github")))
    assert found == {("local", ""): set(APPS)}


async def test_titles_name_the_app_only_where_several_share_a_project(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        alone = await enter_house(stack, simulator, tmp_path / "alone")
        shared = await enter_house(stack, simulator, tmp_path / "shared", **ONE_PLACE)
        assert not (await title(alone)).startswith("[")
        assert (await title(shared)).startswith("[sunrise-local] ")


async def title(house: House) -> str:
    [submission] = await house.deliver(screenshot("sunrise-local"))
    await house.work()
    return (await house.only_issue("sunrise-local", submission))["title"]
