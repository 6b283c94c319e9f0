"""Loads a configuration: read, validated by every room's own settings, and checked across them."""

from collections import Counter
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from bridge.config.problems import nearest, note_problems
from bridge.config.settings import AppDefaults, BridgeSettings, Config, TrackerTable
from bridge.config.source import Problem, Source, read_source
from bridge.errors import Misconfigured
from bridge.trackers.registry import tracker_type, tracker_types


class ConfigError(Misconfigured):
    """The configuration is wrong; `problems` has every reason found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        ordered = sorted(problems, key=lambda p: (str(p.file), p.line or 0))
        super().__init__("\n".join(str(problem) for problem in ordered))
        self.problems = ordered


def load(path: Path) -> Config:
    """Return the checked configuration, or raise `ConfigError` with everything that is wrong."""
    source = read_source(path)
    if not source.values:
        source.problems = source.problems or [
            Problem(file=path, line=None, place="", text="the file is empty")
        ]
        raise ConfigError(source.problems)
    _fill_in_defaults(source)
    trackers = _trackers(source)
    settings = _settings(source)
    if settings is not None:
        _cross_check(source, settings)
    if source.problems or settings is None:
        raise ConfigError(source.problems)
    return Config(path=path, settings=settings, trackers=trackers)


def _settings(source: Source) -> BridgeSettings | None:
    try:
        return BridgeSettings.model_validate(source.values)
    except ValidationError as error:
        note_problems(source, error, BridgeSettings.model_json_schema())
        return None


def _fill_in_defaults(source: Source) -> None:
    """Give each app what `defaults` has and it does not say itself."""
    defaults, apps = source.values.get("defaults"), source.values.get("apps")
    if not isinstance(defaults, dict) or not isinstance(apps, dict):
        return
    shared = {
        name: value
        for name, value in cast("dict[str, Any]", defaults).items()
        if name in AppDefaults.model_fields
    }
    for app in cast("dict[str, Any]", apps).values():
        if isinstance(app, dict):
            for name, value in shared.items():
                cast("dict[str, Any]", app).setdefault(name, value)


def _trackers(source: Source) -> Mapping[str, TrackerTable]:
    tables = source.values.get("trackers")
    if not isinstance(tables, dict):
        return {}
    found: dict[str, TrackerTable] = {}
    for name, table in cast("dict[str, object]", tables).items():
        if isinstance(table, dict):
            opened = _tracker(source, name, cast("dict[str, Any]", table))
            if opened is not None:
                found[name] = opened
    return found


def _tracker(source: Source, name: str, table: Mapping[str, Any]) -> TrackerTable | None:
    kind = table.get("type")
    if not isinstance(kind, str):
        names = ", ".join(tracker_types())
        source.problem(("trackers", name), f"type is missing; there are: {names}")
        return None
    try:
        declared = tracker_type(kind).settings
    except Misconfigured as error:
        source.problem(("trackers", name, "type"), str(error))
        return None
    rest = {key: value for key, value in table.items() if key != "type"}
    if kind == "folder" and isinstance(path := rest.get("path", "issues/"), str):
        rest["path"] = str(source.path.parent / path)
    try:
        return TrackerTable(type=kind, settings=declared.model_validate(rest))
    except ValidationError as error:
        note_problems(source, error, declared.model_json_schema(), under=("trackers", name))
        return None


def _cross_check(source: Source, settings: BridgeSettings) -> None:
    _check_accounts(source, settings)
    _check_routes(source, settings)
    own = settings.templates
    if own is not None and not (source.path.parent / own).is_dir():
        source.problem(("templates",), f"there is no folder {source.path.parent / own}")
    ids = Counter(app.app_id for app in settings.apps.values())
    for name, app in settings.apps.items():
        if ids[app.app_id] > 1:
            source.problem(("apps", name, "app_id"), "another app has the same id")
        if not app.webhook_secrets:
            text = "no webhook secret: set webhook_secrets here or under defaults"
            source.problem(("apps", name), text)


def _check_accounts(source: Source, settings: BridgeSettings) -> None:
    accounts = settings.app_store_connect.accounts
    for name, app in settings.apps.items():
        if app.account is None and len(accounts) > 1:
            text = f"there are several accounts; say which one: {', '.join(accounts)}"
            source.problem(("apps", name, "account"), text)
        elif app.account is not None and app.account not in accounts:
            text = f"there is no account {app.account}{nearest(app.account, accounts)}"
            source.problem(("apps", name, "account"), text)


def _check_routes(source: Source, settings: BridgeSettings) -> None:
    for index, route in enumerate(settings.routes):
        tracker = route.tracker
        if tracker is not None and tracker not in settings.trackers:
            text = f"there is no tracker {tracker}{nearest(tracker, settings.trackers)}"
            source.problem(("routes", index, "tracker"), text)
        for glob in route.when.app:
            if not any(fnmatchcase(app, glob) for app in settings.apps):
                text = f"no app matches {glob}{nearest(glob, settings.apps)}"
                source.problem(("routes", index, "when", "app"), text)
