"""The JSON Schema of bridge.yaml, for editors; published under config/ and kept current."""

from typing import Any, cast

from bridge.config.settings import BridgeSettings
from bridge.trackers.registry import tracker_type, tracker_types


def json_schema() -> dict[str, Any]:
    """Return the schema, with each installed tracker's own settings under `trackers`."""
    schema = BridgeSettings.model_json_schema()
    definitions = cast("dict[str, Any]", schema.setdefault("$defs", {}))
    choices: list[dict[str, Any]] = []
    for name in sorted(tracker_types()):
        declared = tracker_type(name).settings
        own = declared.model_json_schema()
        definitions.update(own.pop("$defs", {}))
        own["properties"] = {"type": {"const": name}, **own.get("properties", {})}
        own["required"] = ["type", *own.get("required", [])]
        definitions[declared.__name__] = own
        choices.append({"$ref": f"#/$defs/{declared.__name__}"})
    trackers = schema["properties"]["trackers"]
    trackers["additionalProperties"] = {"oneOf": choices}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "feedback-bridge configuration",
        **schema,
    }
