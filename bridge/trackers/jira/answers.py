"""Jira's JSON, checked when it is read: nothing in it is trusted to be there."""

from typing import Any, cast


def table(value: object) -> dict[str, Any]:
    """Return the JSON object, or an empty one if it is anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; an empty list if it is anything else."""
    if not isinstance(value, list):
        return []
    return [cast("dict[str, Any]", item) for item in value if isinstance(item, dict)]  # pyright: ignore[reportUnknownVariableType] - JSON


def text(value: object) -> str:
    """Return the JSON string, or an empty one if it is anything else."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """Return the JSON integer, or None if it is anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
