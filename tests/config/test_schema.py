import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from bridge.config.schema import json_schema

CONFIG = Path(__file__).parents[2] / "config"


def test_the_published_schema_is_current() -> None:
    """`feedback-bridge schema > config/bridge.schema.json` writes it anew."""
    published = json.loads((CONFIG / "bridge.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()


@pytest.mark.parametrize("name", ["minimal.yaml", "example.yaml"])
def test_the_shipped_configurations_fit_the_schema(name: str) -> None:
    document = YAML(typ="safe").load((CONFIG / name).read_text(encoding="utf-8"))
    jsonschema.validate(document, json_schema())


def test_a_wrong_key_does_not_fit() -> None:
    document = YAML(typ="safe").load((CONFIG / "minimal.yaml").read_text(encoding="utf-8"))
    document["trackers"]["github"]["repo"] = "example/sunrise"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_schema())


def test_every_setting_is_described_and_needed_or_has_a_default() -> None:
    bare: list[str] = []

    def walk(node: Any, at: str) -> None:
        if isinstance(node, dict):
            needed = node.get("required", [])
            for name, inner in node.get("properties", {}).items():
                if not (inner.get("description") or "const" in inner or "$ref" in inner):
                    bare.append(f"{at}.{name}")
                if not (name in needed or "default" in inner):
                    bare.append(f"{at}.{name} has no default")
            for name, inner in node.items():
                walk(inner, f"{at}.{name}")

    walk(json_schema(), "")
    assert bare == []
