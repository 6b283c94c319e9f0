"""The building blocks of every room's settings: secrets, durations, sizes, a strict base.

Each room declares its own settings as a `Settings` subclass in its own file; `bridge.config`
assembles them, resolves secrets from the environment and files, and words the errors.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|KiB|MiB|GiB)?", re.IGNORECASE)
_BYTES = {
    "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip


class Settings(BaseModel):
    """The base of every settings class: frozen, and strict about unknown keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True
    )


class Secret:
    """A value that never shows itself: not in `repr`, not in a log, not in a traceback.

    `source` says where it came from (`env ASC_WEBHOOK_SECRET`), for messages.
    """

    __slots__ = ("_value", "source")

    def __init__(self, value: str, *, source: str) -> None:
        self._value = value
        self.source = source

    def reveal(self) -> str:
        """Return the secret itself; call this only where it is handed to a library."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.source})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls._check)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "description": "A secret: {env: NAME} or {file: PATH}, never the value itself.",
            "oneOf": [
                {
                    "type": "object",
                    "properties": {name: {"type": "string"}},
                    "required": [name],
                    "additionalProperties": False,
                }
                for name in ("env", "file")
            ],
        }

    @classmethod
    def _check(cls, value: object) -> "Secret":
        if isinstance(value, Secret):
            return value
        raise ValueError("secrets are not written here: use {env: NAME} or {file: PATH}")


def secret_reference(value: object) -> tuple[str, str] | None:
    """Return `("env", NAME)` or `("file", PATH)` if `value` is such a mapping, else None."""
    if not isinstance(value, Mapping):
        return None
    table = cast("Mapping[str, object]", value)
    if len(table) != 1:
        return None
    (kind, name), *_ = table.items()
    if kind in ("env", "file") and isinstance(name, str):
        return kind, name
    return None


def parse_duration(value: object) -> float:
    """Return seconds from `60`, `"90s"`, `"10m"`, `"1.5h"` or `"30d"`; ValueError otherwise."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        return float(found[1]) * _SECONDS[found[2] or "s"]
    raise ValueError("a duration is a number with a unit: 500ms, 60s, 10m, 1.5h or 30d")


def parse_size(value: object) -> int:
    """Return bytes from `1048576`, `"25MB"` or `"1MiB"`; ValueError otherwise."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and (found := _SIZE.fullmatch(value.strip())):
        return int(float(found[1]) * _BYTES[(found[2] or "B").lower()])
    raise ValueError("a size is a number with a unit: 500KB, 25MB or 1MiB")


Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\d"}]}
    ),
]
"""Seconds, written as `60s`, `10m`, `1.5h` or `30d`."""

Size = Annotated[
    int,
    BeforeValidator(parse_size),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^\d"}]}
    ),
]
"""Bytes, written as `25MB` or `1MiB`."""
