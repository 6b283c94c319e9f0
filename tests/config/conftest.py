from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bridge.config import Config, ConfigError, load

MINIMAL = """\
app_store_connect:
  accounts:
    team: {issuer_id: 57246542-96fe-1a63-e053-0824d011072a, key_id: 2X9R4HXF34,
           private_key: {env: ASC_KEY}}
apps:
  sunrise:
    app_id: "6448311069"
    webhook_secrets: [{env: HOOK}]
trackers:
  local: {type: folder, path: issues}
routes:
  - tracker: local
"""

Loader = Callable[..., Config]
Wrong = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASC_KEY", "HOOK", "GITHUB_TOKEN", "JIRA_TOKEN", "ADMIN_TOKEN"):
        monkeypatch.setenv(name, f"value of {name}")
    monkeypatch.setenv("ASC_WEBHOOK_SECRET", "hook")


@pytest.fixture
def loads(tmp_path: Path) -> Loader:
    """Load a configuration from text, with other files beside it."""

    def load_text(text: str, files: Mapping[str, str] | None = None) -> Config:
        for name, content in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        path = tmp_path / "bridge.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return load_text


@pytest.fixture
def wrong(loads: Loader, tmp_path: Path) -> Wrong:
    """Load a configuration that is wrong, and return its problems without the folder's name."""

    def problems(text: str, files: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loads(text, files)
        return [str(p).removeprefix(f"{tmp_path}/") for p in caught.value.problems]

    return problems
