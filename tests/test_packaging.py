"""The wheel and the sdist hold what they should, and nobody's own configuration."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED_CONFIG = {"bridge.schema.json", "example.yaml", "minimal.yaml"}
CACHES = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which somebody also keeps a configuration and secrets."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("bridge", "templates", "config", "requirements"):
        shutil.copytree(ROOT / folder, source / folder, ignore=CACHES)
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, source)
    (source / "config" / "bridge.yaml").write_text("apps: {}\n")
    (source / "config" / "AuthKey.p8").write_text("not a key\n")
    (source / "secrets").mkdir()
    (source / "secrets" / "AuthKey.p8").write_text("not a key\n")
    return source


@pytest.fixture(scope="module")
def dist(source: Path) -> Path:
    """The folder with the sdist, and the wheel that was made from it."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", "."]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return source / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> zipfile.ZipFile:
    (path,) = dist.glob("*.whl")
    return zipfile.ZipFile(path)


def inside(names: list[str], folder: str) -> set[str]:
    return {n.removeprefix(f"{folder}/") for n in names if n.startswith(f"{folder}/")}


def test_the_wheel_holds_every_template(wheel: zipfile.ZipFile, source: Path) -> None:
    folder = source / "templates"
    ours = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert ours
    assert inside(wheel.namelist(), "bridge/_data/templates") == ours


def test_the_wheel_holds_the_named_configurations_and_no_other(wheel: zipfile.ZipFile) -> None:
    assert inside(wheel.namelist(), "bridge/_data/config") == SHIPPED_CONFIG


def test_the_wheel_holds_the_whole_package_and_nothing_beside_it(
    wheel: zipfile.ZipFile, source: Path
) -> None:
    code = {p.relative_to(source).as_posix() for p in source.glob("bridge/**/*") if p.is_file()}
    assert "bridge/py.typed" in code
    assert code <= set(wheel.namelist())
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bridge"}


def test_the_sdist_holds_nobodys_configuration(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = [name.partition("/")[2] for name in sdist.getnames()]
    assert inside(names, "config") == SHIPPED_CONFIG
    assert not [name for name in names if name.endswith(".p8")]


def test_the_wheel_names_its_command_and_its_trackers(wheel: zipfile.ZipFile) -> None:
    (name,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    text = wheel.read(name).decode()
    assert "feedback-bridge = bridge.cli:main" in text
    for tracker in ("folder", "github", "jira"):
        assert f"{tracker} = bridge.trackers.{tracker}:{tracker.upper()}" in text


def test_an_unpacked_wheel_finds_its_folders_from_anywhere(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path / "site")  # noqa: S202 - we built it
    code = (
        "from bridge.resources import shipped\n"
        "print(*sorted(p.name for p in shipped('config').iterdir()))\n"
        "print(shipped('templates'))"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert printed[0].split() == sorted(SHIPPED_CONFIG)
    assert printed[1] == str(tmp_path / "site" / "bridge" / "_data" / "templates")
