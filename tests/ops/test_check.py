"""What would go wrong is found before the first feedback does."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.app import check_subject
from bridge.appstore import EVENTS
from bridge.ops.check import Subject, check, webhook_url
from bridge.routes import Route, When
from bridge.simulators.server import Simulator
from bridge.store import StorageSettings, Store
from bridge.trackers.base import Finding, Level
from tests.pipeline.conftest import APPS, House, enter_house

PUBLIC = "https://bridge.example.com"
APP = "sunrise-local"


async def found(subject: Subject) -> Sequence[Finding]:
    return [finding async for finding in check(subject)]


async def about(subject: Subject, words: str) -> Finding:
    """Return the one finding whose text has these words."""
    findings = [finding for finding in await found(subject) if words in finding.text]
    assert len(findings) == 1, [finding.text for finding in findings]
    return findings[0]


async def register(house: House, app: str, **changes: Any) -> str:
    """Register a webhook, as it should be but for the changes."""
    source = check_subject(house.bridge).sources[app]
    secret = house.bridge.config.apps[app].webhook_secrets[0]
    wanted: Mapping[str, Any] = {"url": webhook_url(PUBLIC, app), "events": EVENTS, **changes}
    enabled = wanted.get("enabled", True)
    made = await source.client.register_webhook(
        source.app.app_id, url=wanted["url"], secret=secret, events=wanted["events"]
    )
    if not enabled:
        await source.client.update_webhook(made.id, enabled=False)
    return made.id


async def test_where_all_is_well_every_line_is_ok(house: House) -> None:
    for app in APPS:
        await register(house, app)
    findings = await found(replace(check_subject(house.bridge), public_url=PUBLIC))
    bad = [finding for finding in findings if finding.level is not Level.OK]
    assert not bad
    text = "\n".join(finding.text for finding in findings)
    for words in ("store: ", "disk: ", *(f"app {app}: " for app in APPS), "tracker github: ",
                  "tracker jira: ", "tracker local: "):  # fmt: skip
        assert words in text


async def test_it_writes_nothing_anywhere(house: House) -> None:
    await found(check_subject(house.bridge))
    assert not [name for name in house.simulator.requests if not name.startswith("GET ")]
    assert not (house.folder / "issues").exists() or not house.issues(APP)


async def test_a_key_that_is_not_accepted_is_an_error_for_each_of_its_apps(house: House) -> None:
    house.simulator.appstore.revoke(house.simulator.appstore.keys.key_id)
    for app in APPS:
        finding = await about(check_subject(house.bridge), f"app {app}: ")
        assert finding.level is Level.ERROR
        assert finding.advice is not None
        assert "role" in finding.advice


async def test_an_app_that_the_key_may_not_read_leaves_the_others_well(house: House) -> None:
    house.simulator.appstore.forbid(house.bridge.config.apps[APP].app_id)
    subject = check_subject(house.bridge)
    assert (await about(subject, f"app {APP}: ")).level is Level.ERROR
    assert (
        await about(subject, "app sunrise-jira: sunrise-jira (com.example.sunrise.jira)")
    ).level is Level.OK


async def test_advice_about_the_keys_role_is_given_only_where_it_helps(house: House) -> None:
    subject = check_subject(house.bridge)
    source = subject.sources[APP]
    other = replace(source, app=replace(source.app, bundle_id="com.example.moonrise"))
    finding = await about(replace(subject, sources={**subject.sources, APP: other}), f"apps.{APP}")
    assert (finding.level, finding.advice) == (Level.ERROR, None)
    assert "com.example.moonrise" in finding.text


async def test_an_app_without_a_webhook_is_told_how_to_get_one(house: House) -> None:
    await register(house, APP, url=f"{PUBLIC}/webhooks/another")
    finding = await about(check_subject(house.bridge), f"ends in /webhooks/{APP}")
    assert finding.level is Level.WARNING
    assert finding.advice == "run `feedback-bridge webhooks register --url https://…`"
    known = replace(check_subject(house.bridge), public_url=PUBLIC)
    finding = await about(known, f"ends in /webhooks/{APP}")
    assert finding.advice == "run `feedback-bridge webhooks register`"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"enabled": False}, "is switched off"),
        ({"events": EVENTS[:1]}, f"lacks {EVENTS[1]}"),
        ({"url": f"https://old.example.com/webhooks/{APP}"}, "not to server.public_url"),
    ],
)
async def test_a_webhook_that_is_not_as_it_should_be_is_told(
    house: House, changes: Mapping[str, Any], words: str
) -> None:
    await register(house, APP, **changes)
    subject = replace(check_subject(house.bridge), public_url=f"{PUBLIC}/")
    finding = await about(subject, words)
    assert finding.level is Level.WARNING
    assert APP in finding.text


async def test_another_services_webhook_beside_ours_is_nobodys_business(house: House) -> None:
    await register(house, APP, url=f"https://staging.example.com/webhooks/{APP}")
    await register(house, APP)
    subject = replace(check_subject(house.bridge), public_url=PUBLIC)
    assert (await about(subject, f"webhook {PUBLIC}/webhooks/{APP}")).level is Level.OK


async def test_feedback_that_no_route_takes_is_told(house: House) -> None:
    routes = (Route(tracker="local", when=When.model_validate({"kind": "crash"})),)
    findings = await found(replace(check_subject(house.bridge), routes=routes))
    told = [finding.text for finding in findings if "no route takes" in finding.text]
    assert len(told) == len(APPS)
    assert all("its screenshot feedback" in text for text in told)


async def test_feedback_that_routes_leave_over_is_told(house: House) -> None:
    routes = (Route(tracker="local", when=When.model_validate({"comment": "some"})),)
    findings = await found(replace(check_subject(house.bridge), routes=routes))
    told = {finding.text for finding in findings if "no route takes" in finding.text}
    assert told == {
        f"app {app}: no route takes some of its {kind} feedback; it would be held"
        for app in APPS
        for kind in ("screenshot", "crash")
    }


async def test_one_mistake_in_a_route_is_told_once(house: House) -> None:
    routes = (Route(tracker="local", fields={"labels": ["{{ app.vars.nothing }}"]}),)
    subject = check_subject(house.bridge)
    one_app = replace(subject, routes=routes, apps={APP: subject.apps[APP]})
    assert (await about(one_app, "can't be filled in")).level is Level.ERROR


async def test_a_service_that_can_not_be_reached_is_not_blamed_on_the_key(house: House) -> None:
    house.simulator.faults.replace(
        [{"match": "GET /appstore/v1/apps/*", "status": 503, "headers": {"Retry-After": "0"}}]
    )
    finding = await about(check_subject(house.bridge), f"app {APP}: ")
    assert finding.level is Level.ERROR
    assert "reachable" in (finding.advice or "")


async def test_an_include_that_matches_nothing_is_told(
    simulator: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/none.yaml").write_text("routes: []\n")
    more = {"storage: ": "include: [apps/*.yaml, more/*.yaml]\nstorage: "}
    async with AsyncExitStack() as stack:
        house = await enter_house(stack, simulator, tmp_path, **more)
        finding = await about(check_subject(house.bridge), "include: ")
    assert finding.level is Level.WARNING
    assert finding.text == "include: no file matches more/*.yaml"


async def test_a_place_that_several_apps_share_is_looked_at_once(house: House) -> None:
    subject = replace(check_subject(house.bridge), routes=(Route(tracker="local"),))
    findings = [f.text for f in await found(subject) if f.text.startswith("tracker local")]
    assert len(findings) == len(set(findings))


async def test_each_place_of_a_templated_route_is_looked_at(house: House) -> None:
    fields = {"project": "{{ app.vars.project }}", "issue_type": "Bug"}
    apps = {
        name: replace(facts, vars={"project": project})
        for (name, facts), project in zip(
            house.bridge.apps.items(), ("SUN", "MOON", "SUN"), strict=True
        )
    }
    subject = replace(
        check_subject(house.bridge), routes=(Route(tracker="jira", fields=fields),), apps=apps
    )
    findings = [f for f in await found(subject) if f.text.startswith("tracker jira")]
    assert any(f.level is Level.ERROR and "MOON" in f.text for f in findings)
    assert any(f.level is Level.OK for f in findings)


async def test_a_field_that_can_not_be_filled_in_is_an_error(house: House) -> None:
    fields = {"project": "{{ app.vars.missing.deeper }}", "issue_type": "Bug"}
    subject = replace(check_subject(house.bridge), routes=(Route(tracker="jira", fields=fields),))
    errors = [f.text for f in await found(subject) if f.level is Level.ERROR]
    assert errors
    assert all("fields.project" in text for text in errors)


async def test_a_tracker_that_refuses_the_token_is_an_error(house: House) -> None:
    house.simulator.github.access.token = "another"
    errors = [f.text for f in await found(check_subject(house.bridge)) if f.level is Level.ERROR]
    assert errors
    assert all(text.startswith("tracker github: ") for text in errors)


async def test_a_store_that_can_not_be_written_is_an_error(house: House, tmp_path: Path) -> None:
    store = await Store.open(StorageSettings(), base=tmp_path / "other", clock=house.clock)
    for folder in (tmp_path / "other/data/attachments").iterdir():
        folder.rename(folder.with_name(f"away-{folder.name}"))
    (tmp_path / "other/data/attachments").rename(tmp_path / "other/data/elsewhere")
    subject = replace(check_subject(house.bridge), store=store)
    finding = await about(subject, "store: ")
    assert finding.level is Level.ERROR
    assert "the store is unavailable" in finding.text
    await store.aclose()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system without space")
async def test_little_space_is_a_warning(house: House) -> None:
    finding = await about(replace(check_subject(house.bridge), data=Path("/proc")), "disk: ")
    assert (finding.level, finding.text) == (Level.WARNING, "disk: 0.0 GB free at /proc")


@pytest.mark.parametrize("public", [PUBLIC, f"{PUBLIC}/", f"{PUBLIC}//"])
def test_an_address_may_end_in_a_slash(public: str) -> None:
    assert webhook_url(public, "sunrise") == f"{PUBLIC}/webhooks/sunrise"
