"""Reads YAML files and the environment into plain values, and remembers where each stood."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bridge.config.broken import explained
from bridge.settings import Secret, secret_reference

Place = tuple[str | int, ...]
"""A value's place: `("apps", "sunrise", "app_id")`."""

SHARED = ("apps", "routes")  # what an included file may hold
_GLOB = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong, where it stands and in words."""

    file: Path
    line: int | None
    place: str
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.place}: {self.text}" if self.place else f"{where}: {self.text}"


@dataclass(slots=True)
class Source:
    """A configuration as read: plain values, their lines, and what was wrong already."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    lines: dict[Place, tuple[Path, int]] = field(default_factory=dict[Place, tuple[Path, int]])
    problems: list[Problem] = field(default_factory=list[Problem])

    def problem(self, place: Place, text: str) -> None:
        """Note a problem with the value at `place`, or with the nearest one above that exists."""
        self.problems.append(self.located(place, text))

    def located(self, place: Place, text: str) -> Problem:
        """Return a problem with its file and line."""
        file, line = self.path, None
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                file, line = self.lines[place[:length]]
                break
        return Problem(file=file, line=line, place=dotted(place), text=text)


def dotted(place: Place) -> str:
    """Return `apps.sunrise.app_id`, `routes[0].tracker`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_source(path: Path) -> Source:
    """Read the file, and those it includes, with their secrets resolved.

    Never raises for what is in the files: problems are in the result.
    """
    source = Source(path=path)
    document = _parse(source, path)
    if document is None:
        return source
    source.values = cast("dict[str, Any]", _plain(source, document, (), path))
    for included in _included(source):
        _add(source, included)
    return source


def _parse(source: Source, path: Path) -> Mapping[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        source.problems.append(
            Problem(file=path, line=None, place="", text=f"can't be read: {reason}")
        )
        return None
    try:
        document = YAML(typ="rt", pure=True).load(text)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # ruamel's stubs leave this open
    except YAMLError as error:
        line, reason = explained(error)
        text = f"this is not valid YAML: {reason}"
        source.problems.append(Problem(file=path, line=line, place="", text=text))
        return None
    if not isinstance(document, Mapping):
        text = "the file is empty" if document is None else "it should be a table of settings"
        source.problems.append(Problem(file=path, line=None, place="", text=text))
        return None
    return cast("Mapping[str, Any]", document)


def _plain(source: Source, value: object, place: Place, path: Path) -> Any:
    """Return `value` without ruamel's types, with `Secret`s for references, noting lines."""
    reference = secret_reference(value)
    if reference is not None and place[:1] != ("routes",) and "vars" not in place:
        return _secret(source, reference, place)
    if isinstance(value, Mapping):
        return _plain_table(source, cast("Mapping[Any, Any]", value), place, path)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = cast("Sequence[Any]", value)
        for index in range(len(items)):
            _note_line(source, items, index, (*place, index), path)
        return [_plain(source, item, (*place, n), path) for n, item in enumerate(items)]
    for plain_type in (bool, int, float, str):
        if isinstance(value, plain_type):
            return plain_type(value)
    return value


def _plain_table(
    source: Source, table: Mapping[Any, Any], place: Place, path: Path
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, inner in table.items():
        if isinstance(key, Mapping):  # {{ … }} without quotes is a table whose key is a table
            source.problem(place, "put quotes around {{ … }}")
            continue
        name = key if isinstance(key, str) else str(key)
        _note_line(source, table, key, (*place, name), path)
        plain[name] = _plain(source, inner, (*place, name), path)
    return plain


def _note_line(source: Source, parent: Any, key: object, place: Place, path: Path) -> None:
    positions = getattr(parent, "lc", None)
    if positions is None:
        return
    at = positions.item(key) if isinstance(key, int) and not isinstance(parent, Mapping) else None
    line, _ = at if at is not None else positions.key(key)
    source.lines[place] = (path, line + 1)


def _secret(source: Source, reference: tuple[str, str], place: Place) -> Secret | None:
    kind, name = reference
    if kind == "env":
        value = os.environ.get(name)
        if not value:
            source.problem(place, f"the environment variable {name} is not set")
            return Secret("", source=f"env {name}")
        return Secret(value, source=f"env {name}")
    file = source.path.parent / name
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        source.problem(place, f"the secret's file {file} can't be read: {reason}")
        return Secret("", source=f"file {name}")
    if not text:
        source.problem(place, f"the secret's file {file} is empty")
    return Secret(text, source=f"file {name}")


def _included(source: Source) -> Iterator[Path]:
    patterns = source.values.get("include")
    if not isinstance(patterns, list):
        return
    for index, pattern in enumerate(cast("list[object]", patterns)):
        found = included_files(source.path.parent, str(pattern))
        if not found and not _GLOB.search(str(pattern)):
            source.problem(("include", index), f"there is no file {pattern}")
        yield from found


def included_files(base: Path, pattern: str) -> list[Path]:
    """Return the files that an `include` means, in order; a glob may mean none (yet)."""
    # Unlike pathlib's, this takes absolute patterns, and no pattern makes it raise.
    return [base / name for name in sorted(glob(pattern, root_dir=base, recursive=True))]  # noqa: PTH207


def _add(source: Source, path: Path) -> None:
    """Add an included file's apps and routes."""
    document = _parse(source, path)
    if document is None:
        return
    for name in document:
        if name not in SHARED:
            text = "an included file holds only apps and routes"
            source.problems.append(Problem(file=path, line=None, place=str(name), text=text))
    part = Source(path=path)
    values = cast("dict[str, Any]", _plain(part, document, (), path))
    source.problems += part.problems
    _add_apps(source, part, values.get("apps"))
    _add_routes(source, part, values.get("routes"))


def _add_apps(source: Source, part: Source, apps: object) -> None:
    if apps is None:
        return
    known = source.values.setdefault("apps", {})
    if not isinstance(apps, dict) or not isinstance(known, dict):
        source.problems.append(part.located(("apps",), "should be a table of apps"))
        return
    for name, app in cast("dict[str, Any]", apps).items():
        if name in known:
            source.problems.append(part.located(("apps", name), "this app is in another file too"))
            continue
        known[name] = app
        _take_lines(source, part, ("apps", name), ("apps", name))


def _add_routes(source: Source, part: Source, routes: object) -> None:
    if routes is None:
        return
    known = source.values.setdefault("routes", [])
    if not isinstance(routes, list) or not isinstance(known, list):
        source.problems.append(part.located(("routes",), "should be a list of routes"))
        return
    # An included file's routes stand before the main file's, whose last one takes the rest.
    before = cast("list[Any]", routes)
    shifted: dict[Place, tuple[Path, int]] = {
        ("routes", place[1] + len(before), *place[2:]): at
        for place, at in source.lines.items()
        if place[:1] == ("routes",) and len(place) > 1 and isinstance(place[1], int)
    }
    source.lines.update(shifted)
    source.values["routes"] = [*before, *cast("list[Any]", known)]
    for index in range(len(before)):
        _take_lines(source, part, ("routes", index), ("routes", index))


def _take_lines(source: Source, part: Source, here: Place, there: Place) -> None:
    for place in [p for p in source.lines if p[: len(here)] == here]:
        del source.lines[place]
    for place, at in part.lines.items():
        if place[: len(there)] == there:
            source.lines[(*here, *place[len(there) :])] = at
