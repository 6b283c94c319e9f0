"""The wheel, installed as the image does it, works without its checkout."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.image import ROOT, stages

pytestmark = pytest.mark.e2e


def environment(**more: str) -> dict[str, str]:
    """An environment in which nothing points at this checkout but the way to uv and Python."""
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "VIRTUAL_ENV"))}
    uv = Path(shutil.which("uv") or ROOT / ".tools" / "bin" / "uv")
    if not uv.exists():
        pytest.skip("uv is not installed: `make install` does that")
    path = os.pathsep.join([str(uv.parent), str(Path(sys.executable).parent), clean["PATH"]])
    return {**clean, "PATH": path, "UV_PYTHON_DOWNLOADS": "never", **more}


def run(step: str, *, folder: Path) -> None:
    """Do a RUN step: with what uv has in its cache if that is enough, else with a network."""
    for offline in ("1", "0"):
        done = subprocess.run(
            ["sh", "-c", step],
            cwd=folder, env=environment(UV_OFFLINE=offline), capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
        if done.returncode == 0:
            return
    pytest.fail(f"{step}\n{done.stdout}{done.stderr}", pytrace=False)


def copy(sources: list[str], to: Path) -> None:
    """Do a COPY step from the checkout."""
    for source in sources:
        if source.endswith("/"):
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, to, ignore=ignore, dirs_exist_ok=True)
        else:
            shutil.copy(ROOT / source, to)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command, made by the steps of the Dockerfile's first stage."""
    root = tmp_path_factory.mktemp("image")
    source = root / "src"
    source.mkdir()
    for name, arguments in stages()[0]:
        if name == "COPY":
            *sources, to = arguments.split()
            copy(sources, source / to)
        elif name == "RUN" and not arguments.startswith("pip install"):  # that is uv, here already
            run(arguments.replace("/opt/", f"{root}/opt/"), folder=source)
    shutil.rmtree(source)
    return root / "opt" / "feedback-bridge" / "bin" / "feedback-bridge"


def ask(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_the_installed_command_knows_what_the_image_asks_of_it(
    program: Path, tmp_path: Path
) -> None:
    told = ask(program, "serve", "--help", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "--config" in told.stdout


def test_the_installed_demo_files_every_sample(program: Path, tmp_path: Path) -> None:
    """Exit 0 is only given if every sample got its right issue."""
    done = ask(program, "demo", "--once", "--port", "0", "--out", "out", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "out").rglob("issue.json"))
    assert "issues as files:" in done.stdout
    assert "issues as pages:" not in done.stdout  # they are gone when it ends
    assert not re.search(r"added to +- ", done.stdout)  # told once its issue is there


def test_the_installed_package_is_not_the_checkout(program: Path, tmp_path: Path) -> None:
    python = program.with_name("python")
    where = subprocess.run(
        [python, "-c", "import bridge; print(bridge.__file__)"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(program.parents[1]))
