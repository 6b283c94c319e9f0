"""The folder tracker's table under `trackers:`, and the fields that a route may give it."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bridge.errors import Misconfigured
from bridge.settings import Duration, Settings

LABEL_LONGEST = 100  # characters
FIELDS = ("labels",)


class FolderSettings(Settings):
    """A folder that holds issues."""

    path: Path = Path("issues")
    """The folder; it is made when the first issue is filed."""
    update_gap: Duration = 1.0
    """At least this long between two rewrites of one issue's block."""


def labels_of(fields: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the labels that a route asks for, and a sentence for each that can't be set.

    Raises `Misconfigured` for a field that a folder doesn't know.
    """
    for name in fields:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(FIELDS)}"
            raise Misconfigured(f"fields.{name}: a folder knows no such field; {advice}")
    asked = fields.get("labels") or ()
    if isinstance(asked, str):
        asked = (asked,)
    if not isinstance(asked, list | tuple):
        raise Misconfigured("fields.labels: a list of labels is expected")
    labels: list[str] = []
    notes: list[str] = []
    for label in cast("Sequence[object]", asked):
        text = str(label).strip()
        if text and text.isprintable() and len(text) <= LABEL_LONGEST:
            labels.append(text)
        else:
            notes.append(
                f"A label could not be set: {text[:LABEL_LONGEST]!r} is empty, longer than "
                f"{LABEL_LONGEST} characters or has a line break in it."
            )
    return list(dict.fromkeys(labels)), notes
