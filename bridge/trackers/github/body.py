"""An issue's body: our marker first, then our block between two marks, then what people write.

Pure. The marker is recognised at the very start of a body alone, and a block can't hold our
marks, so nothing that a tester types is taken for ours.
"""

import re

from bridge.model import Marker

BEGIN = "<!-- feedback-bridge:begin -->"
END = "<!-- feedback-bridge:end; text below is yours -->"

OVERHEAD = 500
"""More characters than marker and marks take together."""

_OURS = re.compile(r"<!--(?=\s*feedback-bridge:)", re.IGNORECASE)


def compose(block: str, marker: Marker) -> str:
    """Return the body of a new issue."""
    return f"{_hidden(marker.text)}\n{BEGIN}\n{_tamed(block)}\n{END}\n"


def rewrite(body: str, block: str) -> str | None:
    """Return the body with our block replaced, or None if our marks aren't both there.

    What stands outside the marks stays as it is, to the byte. GitHub keeps the CRLF that a
    browser's form sends, so a mark may end in either.
    """
    lines = body.splitlines(keepends=True)
    bare = [line.rstrip("\r\n") for line in lines]
    if BEGIN not in bare:
        return None
    first = bare.index(BEGIN)
    if END not in bare[first:]:
        return None
    last = bare.index(END, first)
    return "".join([*lines[: first + 1], _tamed(block), "\n", *lines[last:]])


def is_marked(body: str, marker: Marker) -> bool:
    """Return whether the body is that of an issue for this marker's group."""
    return body.startswith(f"<!-- {marker.key} op=")


def comment(text: str, marker: Marker) -> str:
    """Return the body of a comment."""
    return f"{_hidden(marker.text)}\n{_tamed(text)}"


def is_comment(body: str, marker: Marker) -> bool:
    """Return whether the body is that of the comment with exactly this marker."""
    return body.startswith(_hidden(marker.text))


def _hidden(text: str) -> str:
    return f"<!-- {text} -->"


def _tamed(text: str) -> str:
    """Return text in which nothing reads as one of our own marks, in a code block either."""
    return _OURS.sub("&lt;!--", text).rstrip()
