"""Writes a configuration for the service that fits a running simulator, with its secrets.

Written again, the keys and secrets stay as they are, so that a service that runs stays valid.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bridge.simulators import estate
from bridge.simulators.appstore import ApiKey
from bridge.simulators.server import Simulator

CONFIG = "bridge.yaml"
SERVICE_PORT = 8080
_PRIVATE_KEY, _WEBHOOK = "secrets/AuthKey.p8", "secrets/webhook"
_GITHUB, _JIRA = "secrets/github", "secrets/jira"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an earlier run wrote and a new one goes on with; None where nothing usable is there."""

    key: ApiKey | None
    github_token: str | None


def kept(folder: Path) -> Kept:
    """Return the credentials that were written to this folder before."""
    return Kept(key=_kept_key(folder), github_token=_kept_text(folder / _GITHUB))


def _kept_text(path: Path) -> str | None:
    try:
        return path.read_text().strip() or None
    except OSError:
        return None


def _kept_key(folder: Path) -> ApiKey | None:
    pem = _kept_text(folder / _PRIVATE_KEY)
    account = _kept_account(folder / CONFIG)
    issuer_id, key_id = account.get("issuer_id"), account.get("key_id")
    if pem is None or not isinstance(issuer_id, str) or not isinstance(key_id, str):
        return None
    return ApiKey(issuer_id=issuer_id, key_id=key_id, private_key_pem=f"{pem}\n")


def _kept_account(path: Path) -> Mapping[str, Any]:
    try:
        table: object = YAML(typ="safe").load(path)  # pyright: ignore[reportUnknownMemberType]
    except (OSError, YAMLError):
        return {}
    for name in ("app_store_connect", "accounts", "simulated"):
        table = cast("Mapping[str, Any]", table).get(name) if isinstance(table, Mapping) else None
    return cast("Mapping[str, Any]", table) if isinstance(table, Mapping) else {}


def write_config(
    folder: Path,
    simulator: Simulator,
    *,
    service_port: int = SERVICE_PORT,
    real_limits: bool = False,
) -> Path:
    """Write `bridge.yaml` and its secrets into a folder and return the file's path.

    The simulator must run, since its address is written. Secret files are readable by their owner
    alone. Raises OSError if the folder can't be written to.
    """
    (folder / "secrets").mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_private(folder / _PRIVATE_KEY, simulator.appstore.private_key_pem)
    _write_private(folder / _GITHUB, simulator.github.token)
    _write_private(folder / _JIRA, simulator.jira.token)
    if not (folder / _WEBHOOK).exists():
        _write_private(folder / _WEBHOOK, secrets.token_hex(24))
    text = _config(simulator, service_port=service_port, real_limits=real_limits)
    _write(folder / CONFIG, text, mode=0o644)
    return folder / CONFIG


def _write_private(path: Path, text: str) -> None:
    _write(path, text, mode=0o600)


def _write(path: Path, text: str, *, mode: int) -> None:
    """Put a whole file in place at once, so that nobody reads half of it."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


def _config(simulator: Simulator, *, service_port: int, real_limits: bool) -> str:
    key, origin = simulator.appstore.keys, simulator.origin
    apps = "\n".join(
        f'  {app.name}: {{app_id: "{app.app_id}", bundle_id: {app.bundle_id}}}'
        for app in estate.APPS
    )
    unhurried = "" if real_limits else _UNHURRIED
    github, jira, local = (app.name for app in estate.APPS)
    return f"""\
# Written by `feedback-bridge simulate --write-config`, which writes it anew each time.
# Waits are short here and nothing is rationed; config/example.yaml has what suits real services.

app_store_connect:
  accounts:
    simulated:
      issuer_id: {key.issuer_id}
      key_id: {key.key_id}
      private_key: {{file: {_PRIVATE_KEY}}}
  base_url: {origin}/appstore
  image_hosts: [127.0.0.1]
  image_allow_loopback: true
  retry: {{tries: 4, first: 100ms, cap: 1s}}

crash_log: {{wait: 3s, every: 500ms, follow: 1m}}

defaults:
  webhook_secrets: [{{file: {_WEBHOOK}}}]

apps:
{apps}

trackers:
  github:
    type: github
    repository: {estate.REPOSITORY}
    base_url: {origin}/github
    token: {{file: {_GITHUB}}}
    attachments: {{repository: {estate.FEEDBACK_REPOSITORY}}}
{unhurried}  jira:
    type: jira
    url: {origin}/jira
    email: {simulator.jira.email}
    token: {{file: {_JIRA}}}
{unhurried}  local:
    type: folder
    path: issues/
    update_gap: 500ms

routes:
  - when: {{app: {github}}}
    tracker: github
    fields: {{labels: [testflight]}}
  - when: {{app: {jira}}}
    tracker: jira
    fields: {{project: {estate.PROJECT_KEY}, issue_type: Bug, labels: [testflight]}}
  - when: {{app: {local}}}
    tracker: local
    fields: {{labels: [testflight]}}

storage: {{url: sqlite:///data/bridge.db, attachments: data/attachments}}
worker: {{concurrency: 8, lease: 10s, tries: 10, backoff: {{first: 200ms, cap: 2s}}}}
settle: {{passes: 2, apart: 500ms, after: 2s}}
watch: {{every: 2s}}
server: {{host: 127.0.0.1, port: {service_port}, trust_loopback: true}}
"""


_UNHURRIED = """\
    writes: {per_minute: null, per_hour: null, gap: 0s}
    update_gap: 500ms
"""
