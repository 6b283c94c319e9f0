"""Plain text as an Atlassian document (version 3's texts) and back.

The real service also translates wiki markup into nodes; here the markup stays as it is.
"""

from typing import Any, cast


def to_document(words: str) -> dict[str, Any]:
    """Return a document with a paragraph for each run of lines."""
    paragraphs = [part for part in words.split("\n\n") if part]
    return {
        "version": 1,
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": part}]}
            for part in paragraphs
        ],
    }


def is_document(value: object) -> bool:
    """Whether the value is the root of an Atlassian document."""
    return isinstance(value, dict) and cast("dict[str, Any]", value).get("type") == "doc"


def to_text(node: object) -> str:
    """Return a document's text, its paragraphs apart by an empty line."""
    if not isinstance(node, dict):
        return ""
    table = cast("dict[str, Any]", node)
    if table.get("type") == "text":
        return str(table.get("text", ""))
    if table.get("type") == "hardBreak":
        return "\n"
    parts = [to_text(child) for child in table.get("content") or ()]
    return ("\n\n" if table.get("type") == "doc" else "").join(parts)
