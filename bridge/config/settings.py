"""The whole configuration, assembled from every room's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from bridge.appstore import AppStoreSettings
from bridge.config.source import included_files
from bridge.crash import CrashRules
from bridge.fetch import CrashLogSettings
from bridge.filing import SettleSettings
from bridge.ops.access import ServerSettings
from bridge.routes import Route
from bridge.settings import Secret, Settings
from bridge.store import StorageSettings
from bridge.symbols import SymbolSettings
from bridge.watch import WatchSettings
from bridge.worker import WorkerSettings

SOON = 10.0  # seconds that a person waits for one answer


class AppDefaults(Settings):
    """What every app has unless it says otherwise."""

    account: str | None = None
    """The account under `app_store_connect.accounts`; needed only if there are several."""
    webhook_secrets: tuple[Secret, ...] = ()
    """Secrets of the app's webhook. All are valid at once, so that one can be changed in peace."""
    tags: tuple[str, ...] = ()
    """Words for routes to match."""
    vars: Mapping[str, Any] = Field(
        default_factory=dict[str, Any], json_schema_extra={"default": {}}
    )
    """Values for routes' field templates: `{{ app.vars.project }}`."""


class AppSettings(AppDefaults):
    """One app; its name here is the last part of its webhook's URL."""

    app_id: str = Field(pattern=r"^\d{5,20}$", examples=["6448311069"])
    """Apple's id of the app, in quotes: the number under App Information, General."""
    bundle_id: str | None = None
    """The app's bundle identifier; `check` compares it with App Store Connect's."""


class BridgeSettings(Settings):
    """bridge.yaml."""

    app_store_connect: AppStoreSettings
    """How feedback is read from App Store Connect."""
    defaults: AppDefaults = AppDefaults()
    """What every app has unless it says otherwise."""
    include: tuple[str, ...] = ()
    """More files with `apps` and `routes`, as paths or globs beside this file."""
    apps: Mapping[str, AppSettings] = Field(min_length=1)
    """The apps, by the name that ends their webhook's URL."""
    trackers: Mapping[str, Mapping[str, Any]] = Field(min_length=1)
    """Where issues go, by a name of your own; `type` says which kind of tracker it is."""
    routes: tuple[Route, ...] = Field(min_length=1)
    """Which feedback goes where; the first that matches wins."""
    templates: str | None = None
    """A folder with templates of your own, which stand before the shipped ones file by file."""
    storage: StorageSettings = StorageSettings()
    """Where the service keeps what it knows."""
    worker: WorkerSettings = WorkerSettings()
    """How jobs are run."""
    settle: SettleSettings = SettleSettings()
    """When a create whose answer was lost may be sent again."""
    watch: WatchSettings = WatchSettings()
    """How often the trackers are asked what people did."""
    crash_log: CrashLogSettings = CrashLogSettings()
    """How long a crash log is waited for."""
    crash_rules: CrashRules = CrashRules()
    """Frames of a crash that say nothing about the bug, beside those that are known anyway."""
    symbols: SymbolSettings = SymbolSettings()
    """Where the dSYMs are that give crashes without symbols their names."""
    server: ServerSettings = ServerSettings()
    """Where the service listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerTable:
    """One tracker: its type, and its settings as that type declares them."""

    type: str
    settings: Settings


def _impatient(table: TrackerTable) -> TrackerTable:
    timeout = getattr(table.settings, "timeout", None)
    if not isinstance(timeout, float):
        return table
    soon = table.settings.model_copy(update={"timeout": min(timeout, SOON)})
    return replace(table, settings=soon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration that was read and checked."""

    path: Path
    settings: BridgeSettings
    trackers: Mapping[str, TrackerTable]

    @property
    def base(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent

    @property
    def apps(self) -> Mapping[str, AppSettings]:
        """The apps, with the defaults filled in."""
        return self.settings.apps

    def account_of(self, app: str) -> str:
        """Return the name of the account that reads the app."""
        return self.apps[app].account or next(iter(self.settings.app_store_connect.accounts))

    def impatient(self) -> Self:
        """Return a copy for a person who waits: requests go out once and are soon given up."""
        asc = self.settings.app_store_connect
        once = asc.model_copy(
            update={
                "timeout": min(asc.timeout, SOON),
                "retry": asc.retry.model_copy(update={"tries": 1}),
            }
        )
        settings = self.settings.model_copy(update={"app_store_connect": once})
        trackers = {name: _impatient(table) for name, table in self.trackers.items()}
        return replace(self, settings=settings, trackers=trackers)

    def empty_includes(self) -> tuple[str, ...]:
        """Return the patterns under `include` that no file matches."""
        return tuple(p for p in self.settings.include if not included_files(self.base, p))

    def template_folders(self) -> tuple[Path, ...]:
        """Return the user's own template folders."""
        own = self.settings.templates
        return (self.base / own,) if own else ()
