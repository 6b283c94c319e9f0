"""The documents say what the program does: commands, options, settings, metrics, files."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from prometheus_client import CollectorRegistry
from ruamel.yaml import YAML

from bridge.appstore import AppStoreSettings
from bridge.cli import app
from bridge.config import BridgeSettings
from bridge.config.schema import json_schema
from bridge.config.source import read_source
from bridge.model import JobState
from bridge.simulators.estate import APPS
from bridge.telemetry import DeliveryResult, Metrics
from bridge.trackers.github.settings import AttachmentSettings
from bridge.trackers.registry import tracker_type

ROOT = Path(__file__).parents[1]
PROGRAM = "feedback-bridge"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MADE_UP = {"admin_token", "email", "issuer_id", "token"}  # what the example can only show
Command = Any  # typer gives click's own classes no public name


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


GUIDE_TEXT = "\n".join(text(path) for path in GUIDES)
EXAMPLE = text(ROOT / "config/example.yaml")


def commands(
    group: Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command with the words one types for it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


ROOT_COMMAND: Command = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT_COMMAND))


def options(command: Command) -> set[str]:
    found = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    return {option for option in found if option.startswith("-")} | {"--help", "-h"}


def calls(document: str) -> Iterator[str]:
    """Every call of the program that a document shows, in a block of its own or between `…`."""
    shown = re.findall(r"`([^`\n]+)`", document)
    shown += re.findall(r"^(?:    |\$ )(.+)$", document, re.MULTILINE)
    shown += [
        line
        for block in re.findall(
            r"^```(?:sh|bash|ini|)\n(.*?)^```", document, re.MULTILINE | re.DOTALL
        )
        for line in block.splitlines()
    ]
    for line in shown:
        found = re.search(rf"(?:^|[\s/=]){PROGRAM} ([a-z-].*)", line)
        if found and "docker" not in line and "pip install" not in line:
            yield re.sub(r"\s+#.*|\s*&\s*$|\s[>|].*", "", found[1]).strip()


def wrong(call: str) -> str | None:
    """What is wrong with a call; None if the program takes it."""
    words = shlex.split(call.replace("…", "").replace("[", "").replace("]", ""))
    command: Command = ROOT_COMMAND
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if command is ROOT_COMMAND:
        return f"there is no command {words[0]}" if not words[0].startswith("-") else None
    names = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    unknown = [name for name in names if name not in options(command)]
    return f"there is no option {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_that_a_document_shows_is_one_that_the_program_takes(path: Path) -> None:
    assert not {call: why for call in calls(text(path)) if (why := wrong(call))}


def test_wrong_calls_would_be_found() -> None:
    assert wrong("statsu") == "there is no command statsu"
    assert wrong("status --josn") == "there is no option --josn"
    assert wrong("webhooks register --url https://bridge.example.com") is None
    shown = (
        f"`{PROGRAM} one` and\n\n    {PROGRAM} two --x  # why\n    ExecStart=/opt/{PROGRAM} three\n"
    )
    assert list(calls(shown)) == ["one", "two --x", "three"]


def test_every_advice_that_the_program_gives_is_a_call_that_it_takes() -> None:
    advice = re.compile(rf"`{PROGRAM} ([a-z][^`\n]*)`")
    given = [
        (path.name, call)
        for path in [*(ROOT / "bridge").rglob("*.py"), *(ROOT / "templates").rglob("*.j2")]
        for call in advice.findall(text(path))
    ]
    assert given
    assert not [(name, call, why) for name, call in given if (why := wrong(call))]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_guides(words: tuple[str, ...]) -> None:
    assert f"{PROGRAM} {' '.join(words)}" in GUIDE_TEXT


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(words: tuple[str, ...]) -> None:
    silent = [each.name for each in COMMANDS[words].params if not getattr(each, "help", None)]
    assert not silent
    assert COMMANDS[words].help


def test_every_metric_and_its_labels_are_in_the_guides() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.delivery("a", DeliveryResult.ACCEPTED)
    metrics.ended("filed", 1.0)
    metrics.queue.labels(state="waiting").set(1)
    for family in registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
        shown = f"`{name}{{{','.join(labels)}}}`" if labels else f"`{name}`"
        assert shown in GUIDE_TEXT


def test_every_metric_that_the_guides_name_is_one() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    known = {family.name for family in registry.collect()}
    named = {name.removesuffix("_total") for name in re.findall(r"feedback_bridge_\w+", GUIDE_TEXT)}
    assert named == known


def test_every_result_of_a_delivery_is_in_the_guides() -> None:
    assert not [result for result in DeliveryResult if f"`{result}`" not in GUIDE_TEXT]


def test_every_state_of_a_feedback_is_explained() -> None:
    table = text(ROOT / "docs/operate.md").partition("| state | means |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {*JobState} - {JobState.DONE}


def properties(schema: Mapping[str, Any]) -> set[str]:
    """Every name of a setting in the schema."""
    found: set[str] = set()
    for node in (schema, *schema["$defs"].values()):
        found |= set(node.get("properties", {}))
    return found


def test_every_setting_is_in_the_example_or_in_a_guide() -> None:
    fragments = "\n".join(block for _, block in blocks("yaml"))
    told = set(re.findall(r"\b(\w+):", EXAMPLE + fragments))
    told |= {word for code in re.findall(r"`([^`\n]+)`", GUIDE_TEXT) for word in code.split(": ")}
    assert not properties(json_schema()) - told - {"type"}


def test_what_the_example_sets_is_what_holds_without_it() -> None:
    values = read_source(ROOT / "config/example.yaml").values
    github, jira, local = (dict(table) for table in values["trackers"].values())
    tables = [
        (AppStoreSettings, values["app_store_connect"]),
        *((tracker_type(each.pop("type")).settings, each) for each in (github, jira, local)),
        (AttachmentSettings, github["attachments"]),
        *(
            (BridgeSettings.model_fields[room].annotation, values[room])
            for room in ("crash_log", "storage", "worker", "settle", "symbols", "server")
        ),
    ]
    for settings, table in tables:
        given = settings.model_validate(table)
        for name in table:
            declared = settings.model_fields[name]
            if not declared.is_required() and name not in MADE_UP:
                assert getattr(given, name) == declared.default, f"{settings.__name__}.{name}"


def test_every_setting_has_a_description() -> None:
    schema = json_schema()
    silent = [
        f"{where}.{name}"
        for where, node in {"": schema, **schema["$defs"]}.items()
        for name, inner in node.get("properties", {}).items()
        if "description" not in inner and "$ref" not in inner and name != "type"
    ]
    assert not silent


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (path.name, block)
        for path in GUIDES
        for block in re.findall(rf"^```{language}\n(.*?)^```", text(path), re.MULTILINE | re.DOTALL)
    ]


def optional(node: Any) -> Any:
    """The schema without its `required`: a fragment says only a part."""
    if isinstance(node, dict):
        kept = {k: optional(v) for k, v in node.items() if k != "required"}
        if "properties" in kept and "type" in kept["properties"]:
            kept["required"] = ["type"]  # by which a tracker's settings are told apart
        return kept
    return [optional(each) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize(("name", "block"), blocks("yaml"))
def test_every_fragment_of_a_configuration_is_one_that_the_schema_takes(
    name: str, block: str
) -> None:
    jsonschema.validate(YAML(typ="safe").load(block), optional(json_schema()))


def test_wrong_fragments_would_be_found() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"storage": {"uri": "x"}}, optional(json_schema()))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", text(path))
    files = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert not [link for link in files if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_ours_that_is_named_is_there(path: Path) -> None:
    named = re.findall(
        r"(?<![\w./-])((?:bridge|config|docs|requirements|tests|templates)/[\w./-]+\.\w+)\b",
        text(path),
    )
    missing = {name for name in named if not (ROOT / name).exists()}
    assert not missing - {"templates/NAME.py", "bridge/trackers/NAME.py"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_is_one(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = re.findall(r"(?:`|^    )make ([a-z-]+)", text(path), re.MULTILINE)
    assert set(named) <= targets


def test_the_apps_of_a_trial_are_those_that_are_written() -> None:
    readme = text(ROOT / "README.md")
    assert all(f"`{each.name}`" in readme for each in APPS)
