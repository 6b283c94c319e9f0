"""The locks say what `pyproject.toml` asks for, with hashes, and name no package index."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("runtime", "symbols", "dev", "build", "uv")
ENTRY = re.compile(
    r"(?P<requirement>[^\\]+?) \\\n(?P<hashes>(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
)


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def pins(name: str) -> list[Requirement]:
    return [Requirement(found["requirement"]) for found in ENTRY.finditer(lock(name))]


def group(name: str) -> list[Requirement]:
    wanted: list[Requirement] = []
    for entry in PROJECT["dependency-groups"][name]:
        wanted += group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return wanted


RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
SYMBOLS = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["symbols"]]
WANTED = {
    "runtime": RUNTIME,
    "symbols": [*RUNTIME, *SYMBOLS],
    "dev": [*RUNTIME, *group("dev")],
    "build": group("build"),
    "uv": [Requirement("uv")],
}


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_asked_for_is_locked_at_a_version_that_will_do(name: str) -> None:
    locked: dict[str, list[Requirement]] = {}
    for pin in pins(name):
        locked.setdefault(canonicalize_name(pin.name), []).append(pin)
    for wanted in WANTED[name]:
        found = locked.get(canonicalize_name(wanted.name), [])
        assert found, f"{wanted.name} is not in requirements/{name}.txt: run `make lock`"
        for pin in found:
            (version,) = (specifier.version for specifier in pin.specifier)
            assert wanted.specifier.contains(version, prereleases=True), (
                f"requirements/{name}.txt has {pin}, not {wanted}: run `make lock`"
            )


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_an_exact_version_with_its_hashes(name: str) -> None:
    assert ENTRY.sub("", lock(name)) == ""
    assert pins(name)
    for pin in pins(name):
        assert [specifier.operator for specifier in pin.specifier] == ["=="]


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_place_to_download_from(name: str) -> None:
    assert "://" not in lock(name)
    assert "--index" not in lock(name)
    assert "--find-links" not in lock(name)


def test_what_runs_is_the_same_in_development_and_in_the_image() -> None:
    locks = ("runtime", "symbols", "dev")
    runtime, symbols, dev = ({(pin.name, str(pin.specifier)) for pin in pins(n)} for n in locks)
    assert runtime <= symbols <= dev
