"""Rendering: from a feedback, its crash log and its group to the text of an issue.

Templates decide what an issue says; this room gives them values, escapes whatever they put out,
and keeps the result within the tracker's limits.
"""

from bridge.render.context import (
    AppFacts,
    FieldContext,
    IssueContext,
    Neighbour,
    Rendered,
    long_comment,
)
from bridge.render.renderer import Renderer

__all__ = [
    "AppFacts",
    "FieldContext",
    "IssueContext",
    "Neighbour",
    "Rendered",
    "Renderer",
    "long_comment",
]
