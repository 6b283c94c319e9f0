"""The configuration that fits a running simulator."""

import stat
from pathlib import Path

import jwt
import pytest

from bridge.config import load
from bridge.simulators import estate
from bridge.simulators.server import Simulator, running
from bridge.simulators.workspace import kept, write_config

SECRETS = ("AuthKey.p8", "github", "jira", "webhook")


def contents(folder: Path) -> dict[str, str]:
    return {name: (folder / "secrets" / name).read_text() for name in SECRETS}


async def test_the_bridge_reads_what_was_written(simulator: Simulator, tmp_path: Path) -> None:
    config = load(write_config(tmp_path, simulator, service_port=8123))
    assert list(config.apps) == [app.name for app in estate.APPS]
    for app in estate.APPS:
        assert config.apps[app.name].app_id == app.app_id
        assert config.apps[app.name].bundle_id == app.bundle_id
        assert config.apps[app.name].webhook_secrets[0].reveal()
    assert {name: table.type for name, table in config.trackers.items()} == {
        "github": "github",
        "jira": "jira",
        "local": "folder",
    }
    assert config.settings.server.port == 8123
    assert config.settings.app_store_connect.base_url == f"{simulator.origin}/appstore"
    assert (tmp_path / "bridge.yaml").stat().st_size < 4000


async def test_secrets_are_their_owners_alone(simulator: Simulator, tmp_path: Path) -> None:
    write_config(tmp_path, simulator)
    for name in SECRETS:
        assert stat.S_IMODE((tmp_path / "secrets" / name).stat().st_mode) == 0o600
        assert (tmp_path / "secrets" / name).read_text().strip() not in (
            tmp_path / "bridge.yaml"
        ).read_text()


async def test_written_again_everything_stays_valid(tmp_path: Path) -> None:
    async with running(Simulator()) as first:
        write_config(tmp_path, first)
    before = contents(tmp_path)
    old = kept(tmp_path)
    again = Simulator(key=old.key, github_token=old.github_token)
    async with running(again) as second:
        write_config(tmp_path, second)
    assert contents(tmp_path) == before
    assert second.appstore.keys == first.appstore.keys
    assert second.origin in (tmp_path / "bridge.yaml").read_text()


async def test_the_key_that_was_written_is_accepted(simulator: Simulator, tmp_path: Path) -> None:
    write_config(tmp_path, simulator)
    key = kept(tmp_path).key
    assert key is not None
    token = jwt.encode({"iss": key.issuer_id}, key.private_key_pem, algorithm="ES256")
    public = simulator.appstore.keys.public_key
    assert jwt.decode(token, public, algorithms=["ES256"]) == {"iss": key.issuer_id}


async def test_real_limits_leave_the_trackers_own_in_force(
    simulator: Simulator, tmp_path: Path
) -> None:
    write_config(tmp_path / "real", simulator, real_limits=True)
    write_config(tmp_path / "none", simulator)
    assert "per_hour" not in (tmp_path / "real/bridge.yaml").read_text()
    assert (tmp_path / "none/bridge.yaml").read_text().count("per_hour: null") == 2
    load(tmp_path / "real/bridge.yaml")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "- a list",
        "app_store_connect: 7",
        "app_store_connect: {accounts: {simulated: [x]}}",
        "app_store_connect: {accounts: {simulated: {key_id: X}}}",
        "{broken",
    ],
)
def test_a_folder_without_a_usable_key_gives_none(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/AuthKey.p8").write_text("-----BEGIN PRIVATE KEY-----")
    if text is not None:
        (tmp_path / "bridge.yaml").write_text(text)
    assert kept(tmp_path).key is None
