"""`inspect` and `preview`: what is in a log, and the issue it would become."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.simulators.server import Simulator
from tests.cli.conftest import Run
from tests.crash.samples import APP, CART, IMAGES, Crash, Image, Line, ips_report, text_report
from tests.pipeline.conftest import House
from tests.pipeline.samples import WORDS, crash, crash_text, screenshot

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-c", "from bridge.cli import main; main()")
FIELDS = [
    "file", "format", "bug_type", "process", "bundle_id", "app_version", "build", "os_name",
    "os_version", "device", "hardware", "incident_id", "exception_type", "exception_codes",
    "signal", "termination", "crashed_thread", "frames", "n_frames_crashed", "app_image",
    "top_inapp_symbol", "cause", "title", "fingerprint", "fingerprint_version", "warnings",
]  # fmt: skip
FRAME_FIELDS = ["image", "symbol", "file", "line", "address", "offset", "in_app"]
ESCAPES = "Cart\x1b]0;title\x07\x1b[31mView\x9b2J\u202e"


@pytest.fixture
def text_log(tmp_path: Path) -> Path:
    path = tmp_path / "a.crash"
    path.write_text(crash_text())
    return path


@pytest.fixture
def ips_log(tmp_path: Path) -> Path:
    path = tmp_path / "b.ips"
    path.write_text(ips_report())
    return path


@pytest.fixture
def no_log(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("buy milk")
    return path


async def test_inspect_gives_one_object_a_file_in_order_with_every_field(
    run: Run, text_log: Path, ips_log: Path
) -> None:
    done = await run("inspect", "--format", "json", ips_log, text_log)
    assert (done.code, done.err) == (0, "")
    assert [found["file"] for found in done.lines] == [str(ips_log), str(text_log)]
    assert [found["format"] for found in done.lines] == ["ips-json", "crash-text"]
    for found in done.lines:
        assert list(found)[: len(FIELDS)] == FIELDS
        assert [list(frame) for frame in found["frames"]] == [FRAME_FIELDS] * len(found["frames"])
    assert done.lines[1]["exception_type"] == "EXC_BREAKPOINT (SIGTRAP)"
    assert done.lines[1]["crashed_thread"] == 0
    assert done.lines[1]["top_inapp_symbol"] == "CartView.total.getter"


async def test_a_file_without_a_line_is_shown_as_it_is(run: Run, text_log: Path) -> None:
    text_log.write_text(crash_text().replace("CartView.swift:41", "CartView.swift:0"))
    told = (await run("inspect", text_log)).out
    assert "CartView.swift:88" in told
    assert "CartView.swift\n" in told
    assert "None" not in told


async def test_a_file_that_is_no_report_is_a_line_with_its_error_and_exit_1_at_the_end(
    run: Run, no_log: Path, text_log: Path
) -> None:
    done = await run("inspect", "--format", "json", no_log, text_log)
    assert (done.code, done.err) == (1, "")
    bad, good = done.lines
    assert set(bad) == {"file", "error"}
    assert good["process"] == "Sunrise"
    told = await run("inspect", no_log, text_log)
    assert told.code == 1
    assert bad["error"] in told.out
    assert "CartView.total.getter" in told.out


async def test_group_says_which_files_are_one_problem_and_how_that_was_found(
    run: Run, tmp_path: Path, no_log: Path
) -> None:
    stack = (*CART[:6], *(Line("Sunrise", f"Step.f{n}()", 0xE000 + n) for n in range(9)))
    wrapped = (*stack[:3], Line("Sunrise", "Cart.measured(_:)", 0xC700), *stack[3:])
    first, near, other = (
        Crash(stack=lines, incident=f"8E7C1C0F-30CF-4C3B-9D0E-{n:012X}", images=build(n))
        for n, lines in enumerate((stack, wrapped, (stack[0], *stack[4:])))
    )
    again = first.but(incident="8E7C1C0F-30CF-4C3B-9D0E-00000000000F", images=build(9))
    texts = (text_report(first), text_report(other), ips_report(first), text_report(near))
    files = [tmp_path / f"{n}.crash" for n in range(5)]
    for file, text in zip(files, (*texts, text_report(again)), strict=True):
        file.write_text(text)

    done = await run("inspect", "--group", "--format", "json", *files[:1], no_log, *files[1:])

    assert done.code == 1
    assert set(done.lines.pop(1)) == {"file", "error"}
    groups = [line["group"] for line in done.lines if "group" in line]
    assert [list(group) for group in groups] == [["id", "how", "of"]] * 5
    first_id, other_id = groups[0]["id"], groups[1]["id"]
    assert first_id != other_id
    opener = str(files[0])
    assert [(group["id"], group["how"], group["of"]) for group in groups] == [
        (first_id, "new", None),
        (other_id, "new", None),
        (first_id, "incident", opener),
        (first_id, "near", opener),
        (first_id, "exact", opener),
    ]
    told = await run("inspect", "--group", *files)
    assert f"{first_id} (new)" in told.out
    assert f"{first_id} (near, of" in told.out
    assert "group" not in (await run("inspect", "--format", "json", files[0])).lines[0]


def build(number: int) -> tuple[Image, ...]:
    """The images of a build that no other report is of."""
    return (replace(APP, uuid=f"{number:032x}"), *IMAGES[1:])


async def test_symbols_are_shown_as_they_are_written(run: Run, tmp_path: Path) -> None:
    symbol = "-[Store setObject:key:lock:] [bold]x[/] \\"
    path = tmp_path / "a.crash"
    path.write_text(crash_text(symbol))
    for command in ("inspect", "preview"):
        assert "-[Store setObject:key:lock:] [bold]x[/]" in (await run(command, path)).out


async def test_a_log_can_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.crash"
    path.write_text(crash_text(ESCAPES), encoding="utf-8")
    for command in ("inspect", "preview"):
        done = await run(command, path)
        assert "View" in done.out
        for character in "\x1b\x07\x9b\u202e":
            assert character not in done.out
    [found] = (await run("inspect", "--format", "json", path)).lines
    assert found["top_inapp_symbol"] == ESCAPES  # for scripts: as written


async def test_preview_shows_title_and_body_of_each_file(
    run: Run, text_log: Path, ips_log: Path
) -> None:
    done = await run("preview", text_log, ips_log, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert [set(line) for line in done.lines] == [{"title", "body", "tracker"}] * 2
    told = await run("preview", text_log)
    assert told.out.startswith(done.lines[0]["title"])
    assert done.lines[0]["body"].strip() in told.out


@pytest.mark.parametrize(("markup", "has"), [("github", "<details>"), ("jira", "{noformat}")])
async def test_preview_speaks_the_markup_that_is_asked_for(
    run: Run, text_log: Path, markup: str, has: str
) -> None:
    assert has in (await run("preview", "--markup", markup, text_log)).out


async def test_preview_of_a_file_that_is_no_report_fails_and_shows_the_others(
    run: Run, no_log: Path, text_log: Path
) -> None:
    done = await run("preview", no_log, text_log)
    assert done.code == 1
    assert "notes.txt: this is no Apple crash report" in done.err
    assert "CartView.total" in done.out


async def test_preview_of_a_file_goes_by_the_configuration_that_is_named(
    run: Run, config: Path, text_log: Path
) -> None:
    own = config.parent / "own" / "jira"
    own.mkdir(parents=True)
    template = '{% extends "shipped/jira/crash.j2" %}{% block title %}[crash] {{ super() }}'
    (own / "crash.j2").write_text(f"{template}{{% endblock %}}")
    config.write_text(config.read_text() + "templates: own/\n")
    wanted = ("preview", text_log, "--format", "json")
    done = await run(*wanted, "--app", "sunrise-jira", config=config)
    [line] = done.lines
    assert line["tracker"] == "jira"
    assert line["title"].startswith("[crash] ")
    [line] = (await run(*wanted, config=config)).lines  # the log's bundle identifier tells whose
    assert line["tracker"] == "local"
    wrong = await run(*wanted, "--app", "moonrise", config=config)
    assert (wrong.code, wrong.out) == (2, "")
    assert "--app with one of: sunrise-github" in wrong.err


@pytest.mark.parametrize("kind", ["screenshot", "crash"])
async def test_preview_of_a_submission_shows_its_issue_and_files_nothing(
    run: Run, house: House, config: Path, kind: str
) -> None:
    app = "sunrise-jira"
    sample = screenshot(app) if kind == "screenshot" else crash(app, crash_text())
    submission = house.simulator.appstore.add_feedback(sample)
    wanted = ("preview", "--submission", submission, "--app", app)
    done = await run(*wanted, "--format", "json", config=config)
    assert (done.code, done.err) == (0, "")
    [line] = done.lines
    assert line["tracker"] == "jira"
    assert str(sample.comment) in line["body"]
    assert not house.issues(app)
    assert WORDS in (await run(*wanted, config=config)).out or kind == "crash"


async def test_preview_of_a_submission_needs_its_app_where_there_are_several(
    run: Run, config: Path
) -> None:
    for more in ((), ("--app", "moonrise")):
        done = await run("preview", "--submission", "x", *more, config=config)
        assert (done.code, done.out) == (2, "")
        assert "--app with one of: sunrise-github, sunrise-jira, sunrise-local" in done.err


async def test_preview_of_a_submission_that_is_not_there_fails(run: Run, config: Path) -> None:
    done = await run("preview", "--submission", "x", "--app", "sunrise-jira", config=config)
    assert (done.code, done.out) == (1, "")
    assert "has no feedback x" in done.err


async def test_preview_of_nothing_or_of_two_things_is_wrong_use(
    run: Run, text_log: Path, simulator: Simulator
) -> None:
    nothing = await run("preview")
    assert (nothing.code, nothing.out) == (2, "")
    assert "--submission ID" in nothing.err
    both = await run("preview", text_log, "--submission", "x")
    assert (both.code, both.out) == (2, "")
    assert not simulator.requests


@pytest.mark.e2e
@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii"])
def test_words_in_any_script_are_shown_on_any_terminal(tmp_path: Path, encoding: str) -> None:
    odd = b"\xff" if sys.platform == "linux" else b""  # other file systems take text alone
    name = os.fsdecode(b"\xc3\xbc" + odd + b".crash")
    (tmp_path / name).write_text(crash_text("Warenkörbe.größe"), encoding="utf-8")
    for output in ("text", "json"):
        done = subprocess.run(
            [*PROGRAM, "inspect", "--format", output, name],
            cwd=tmp_path, capture_output=True, check=True,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.stderr == b""
        if output == "json":
            assert json.loads(done.stdout)["top_inapp_symbol"] == "Warenkörbe.größe"
        else:
            assert b"CartView.body.getter" in done.stdout
