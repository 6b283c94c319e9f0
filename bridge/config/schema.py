"""The JSON Schema of bridge.yaml, for editors; published under config/ and kept current."""

import json
from typing import Any, cast

from bridge.config.settings import BridgeSettings
from bridge.trackers.registry import tracker_type, tracker_types


def json_schema() -> dict[str, Any]:
    """Return the schema, with each installed tracker's own settings under `trackers`."""
    schema = BridgeSettings.model_json_schema()
    definitions = cast("dict[str, Any]", schema.setdefault("$defs", {}))
    choices: list[dict[str, Any]] = []
    for name in sorted(tracker_types()):
        own = _under(name, tracker_type(name).settings.model_json_schema())
        definitions.update(own.pop("$defs", {}))
        own["properties"] = {"type": {"const": name}, **own.get("properties", {})}
        own["required"] = ["type", *own.get("required", [])]
        definitions[f"{name} tracker"] = own
        choices.append({"$ref": f"#/$defs/{name} tracker"})
    trackers = schema["properties"]["trackers"]
    trackers["additionalProperties"] = {"oneOf": choices}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "feedback-bridge configuration",
        **schema,
    }


def _under(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with its definitions under names of its own: trackers share none."""
    text = json.dumps(schema).replace('"#/$defs/', f'"#/$defs/{name}.')
    renamed = cast("dict[str, Any]", json.loads(text))
    renamed["$defs"] = {f"{name}.{key}": value for key, value in renamed.get("$defs", {}).items()}
    return renamed
