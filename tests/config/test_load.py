import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config import ConfigError, load
from bridge.routes import Near, OnRegression
from bridge.trackers.folder import FolderSettings
from tests.config.conftest import MINIMAL, Loader, Wrong

CONFIG = Path(__file__).parents[2] / "config"


def test_a_minimal_configuration_has_every_default(loads: Loader) -> None:
    config = loads(MINIMAL)
    assert config.apps["sunrise"].app_id == "6448311069"
    assert config.account_of("sunrise") == "team"
    assert config.apps["sunrise"].webhook_secrets[0].reveal() == "value of HOOK"
    assert config.settings.worker.tries == 10
    assert config.settings.settle.after == 300
    assert config.settings.server.port == 8080


@pytest.mark.parametrize("name", ["minimal.yaml", "example.yaml"])
def test_the_shipped_configurations_are_right(loads: Loader, name: str) -> None:
    text = (CONFIG / name).read_text(encoding="utf-8")
    config = loads(text, {"secrets/AuthKey.p8": "a key"})
    assert "sunrise" in config.apps


def test_paths_start_at_the_file(loads: Loader, tmp_path: Path) -> None:
    config = loads(MINIMAL)
    folder = config.trackers["local"].settings
    assert isinstance(folder, FolderSettings)
    assert Path(folder.path) == tmp_path / "issues"
    assert config.base == tmp_path


def test_an_unquoted_id_says_to_quote_it(wrong: Wrong) -> None:
    assert wrong(MINIMAL.replace('"6448311069"', "6448311069")) == [
        "bridge.yaml:7: apps.sunrise.app_id: this is read as a number; write it in quotes"
    ]


def test_an_unknown_key_names_the_nearest_right_one(wrong: Wrong) -> None:
    assert wrong(MINIMAL + "worker: {concurency: 4}\n") == [
        "bridge.yaml:13: worker.concurency: there is no such setting, did you mean concurrency?"
    ]
    assert wrong(MINIMAL.replace("issues}", "issues, pth: x}")) == [
        "bridge.yaml:10: trackers.local.pth: there is no such setting, did you mean path?"
    ]


def test_several_problems_are_said_at_once_in_file_order(wrong: Wrong) -> None:
    text = MINIMAL.replace('"6448311069"', "12").replace("tracker: local", "tracker: locl")
    text += "settle: {apart: soon}\nserver: {port: 99999}\n"
    found = wrong(text.replace("routes:\n  - tracker: locl", "routes:\n  - tracker: local"))
    assert [line.split(": ", 2)[:2] for line in found] == [
        ["bridge.yaml:7", "apps.sunrise.app_id"],
        ["bridge.yaml:13", "settle.apart"],
        ["bridge.yaml:14", "server.port"],
    ]


def test_names_that_lead_nowhere_are_said_with_the_nearest(wrong: Wrong) -> None:
    assert wrong(MINIMAL.replace("tracker: local", "tracker: locl")) == [
        "bridge.yaml:12: routes[0].tracker: there is no tracker locl, did you mean local?"
    ]
    assert wrong(MINIMAL + "  - {when: {app: sunris}, tracker: local}\n") == [
        "bridge.yaml:13: routes[1].when.app: no app matches sunris, did you mean sunrise?"
    ]
    assert wrong(MINIMAL.replace("type: folder", "type: foldr"))[0].startswith(
        "bridge.yaml:10: trackers.local.type: "
    )


def test_a_literal_secret_is_refused_and_not_repeated(wrong: Wrong) -> None:
    found = wrong(MINIMAL.replace("{env: HOOK}", "hunter2"))
    assert [
        line.removeprefix("bridge.yaml:8: apps.sunrise.webhook_secrets[0]: ") for line in found
    ] == ["secrets are not written here: use {env: NAME} or {file: PATH}"]


def test_a_missing_secret_says_which(wrong: Wrong) -> None:
    [found] = wrong(MINIMAL.replace("env: HOOK", "env: NO_SUCH"))
    assert found.startswith("bridge.yaml:8: apps.sunrise.webhook_secrets[0]: ")
    assert found.endswith("the environment variable NO_SUCH is not set")
    [found] = wrong(MINIMAL.replace("env: HOOK", "file: no/such"))
    assert "can't be read" in found


def test_an_app_without_a_secret_is_refused(wrong: Wrong) -> None:
    found = wrong(MINIMAL.replace("    webhook_secrets: [{env: HOOK}]\n", ""))
    assert "no webhook secret" in found[0]


def test_defaults_fill_in_what_an_app_does_not_say(loads: Loader) -> None:
    text = MINIMAL.replace("    webhook_secrets: [{env: HOOK}]\n", "    tags: [own]\n")
    config = loads(text + "defaults: {webhook_secrets: [{env: HOOK}], tags: [shared]}\n")
    assert config.apps["sunrise"].webhook_secrets[0].reveal() == "value of HOOK"
    assert config.apps["sunrise"].tags == ("own",)


def test_included_files_add_apps_and_come_first_with_their_routes(loads: Loader) -> None:
    config = loads(
        MINIMAL + "include: [apps/*.yaml]\n",
        {
            "apps/moon.yaml": "apps:\n  moon:\n    app_id: '12345'\n"
            "    webhook_secrets: [{env: HOOK}]\n"
            "routes:\n  - {when: {app: moon}, tracker: local}\n"
        },
    )
    assert set(config.apps) == {"sunrise", "moon"}
    assert [r.when.app for r in config.settings.routes] == [("moon",), ()]


def test_problems_in_an_included_file_name_it_and_its_line(wrong: Wrong) -> None:
    found = wrong(
        MINIMAL + "include: [moon.yaml]\n",
        {
            "moon.yaml": "routes:\n  - tracker: nowhere\napps:\n  moon:\n    app_id: 5\n"
            "    webhook_secrets: [{env: HOOK}]\nserver: {}\n"
        },
    )
    assert any(line.startswith("moon.yaml:5: apps.moon.app_id:") for line in found)
    assert any(line.startswith("moon.yaml") and "only apps and routes" in line for line in found)


def test_an_include_that_is_not_there_is_said(wrong: Wrong) -> None:
    assert wrong(MINIMAL + "include: [moon.yaml, '']\n") == [
        "bridge.yaml:13: include[0]: there is no file moon.yaml",
        "bridge.yaml:13: include[1]: there is no file ",
    ]


@pytest.mark.parametrize("glob", ["nothing/*.yaml", "/nowhere/at/all/*.yaml", "a**b", "["])
def test_a_glob_may_match_no_file_yet(loads: Loader, glob: str) -> None:
    assert set(loads(MINIMAL + f"include: ['{glob}']\n").apps) == {"sunrise"}


def test_an_include_may_be_an_absolute_path(loads: Loader, tmp_path: Path) -> None:
    moon = "apps: {moon: {app_id: '12345', webhook_secrets: [{env: HOOK}]}}\n"
    text = MINIMAL + f"include: ['{tmp_path}/elsewhere/*.yaml']\n"
    assert set(loads(text, {"elsewhere/moon.yaml": moon}).apps) == {"sunrise", "moon"}


def test_a_route_may_say_what_later_versions_heed(loads: Loader) -> None:
    more = "    near: suggest\n    on_regression: reopen\n    include_tester: never\n"
    (route,) = loads(MINIMAL + more).settings.routes
    assert (route.near, route.on_regression) == (Near.SUGGEST, OnRegression.REOPEN)


def test_a_templates_folder_that_is_not_there_is_said(loads: Loader, wrong: Wrong) -> None:
    """Silence would mean that the shipped templates are used."""
    [found] = wrong(MINIMAL + "templates: own/\n")
    assert found.startswith("bridge.yaml:13: templates: there is no folder ")
    config = loads(MINIMAL + "templates: own/\n", {"own/github/crash.j2": ""})
    assert config.template_folders()[0].is_dir()


def test_a_person_is_not_kept_waiting_by_requests_that_are_sent_again(loads: Loader) -> None:
    text = MINIMAL.replace(
        "type: folder, path: issues",
        "type: jira, url: https://jira.example.com, token: {env: JIRA_TOKEN}, timeout: 5s",
    ).replace("  local:", "  jira:")
    config = loads(text.replace("tracker: local", "tracker: jira")).impatient()
    asc = config.settings.app_store_connect
    assert (asc.retry.tries, asc.timeout) == (1, 10)
    assert getattr(config.trackers["jira"].settings, "timeout", None) == 5


def test_several_accounts_must_be_named(wrong: Wrong) -> None:
    text = MINIMAL.replace(
        "apps:\n", "    other: {key_id: K, private_key: {env: ASC_KEY}}\napps:\n", 1
    )
    assert "several accounts" in wrong(text)[0]
    named = text.replace('"6448311069"', '"6448311069"\n    account: teem')
    assert "did you mean team?" in wrong(named)[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("- a list\n", "table of settings"),
        ("a: [1\n", "not valid YAML"),
        ("apps: {a: 1}\napps: {b: 2}\n", "not valid YAML"),
        ("\tapps: 1\n", "not valid YAML"),
        ("apps:\ntrackers:\nroutes:\n", "app_store_connect"),
    ],
)
def test_what_is_no_configuration_is_said_in_words(wrong: Wrong, text: str, words: str) -> None:
    assert any(words in line for line in wrong(text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        load(tmp_path / "none.yaml")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["apps", "routes", "trackers", "sunrise", "app_id", "type", "when"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_is_written_only_a_config_error_comes(tmp_path: Path, value: object) -> None:
    path = tmp_path / "bridge.yaml"
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.problems
