"""Our part of a description: between two small grey lines, found again by their words.

On Jira Cloud a description that somebody edits is converted from wiki text to Atlassian's document
format and back. Macros that have no counterpart there ({anchor}, comments) get lost on the way,
colours change their spelling, and backslashes appear before punctuation. Words survive. So the
first line is recognised by a phrase and the start of the marker's keyed hash, which a tester can't
know, and the last one by the marker itself; what is around these words doesn't matter.
"""

import hashlib
import re
from dataclasses import dataclass

from bridge.model import Marker

PHRASE = "kept up to date by feedback-bridge"
_GREY = "#97a0af"
_OPEN = r"(?:\{color(?::[^{}\n]*)?\})?[ \t\u00a0]*"
_CLOSE = r"[ \t\u00a0]*(?:\{color\})?"
_OP = r"(?:[\s\u00a0]+op=[A-Za-z0-9._\\-]*)?"
_MARK = "feedback-bridge:v1"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A description, cut at our two lines, which stay with the people's text around them."""

    before: str
    block: str
    after: str


def wrap(block: str, marker: Marker) -> str:
    """Return the block between its two lines: a new issue's whole description."""
    first = f"{{color:{_GREY}}}{PHRASE} · {_proof(marker)}{{color}}"
    return f"{first}\n\n{harmless(block)}\n\n{signed(marker)}"


def signed(marker: Marker) -> str:
    """Return the grey line that holds the marker, for the end of a description or comment."""
    return f"{{color:{_GREY}}}{marker.text}{{color}}"


def harmless(words: str) -> str:
    """Return our text without what Jira's database won't have, or what would look like our marks.

    A tester can copy marks from an issue that they can see.
    """
    words = _CONTROL.sub("", words)
    words = _FORGED_FIRST.sub("kept up to date by feedback bridge", words)
    return _FORGED_LAST.sub("feedback bridge v1", words).strip()


def split(description: str, marker: Marker) -> Parts | None:
    """Return the description in parts, or None if one of our two lines is gone."""
    first = _FIRST.search(description)
    if first is None or first["proof"].replace("\\", "") != _proof(marker):
        return None
    last = re.compile(_OPEN + _loose(marker.key) + _OP + _CLOSE).search(description, first.end())
    if last is None:
        return None
    return Parts(
        before=description[: first.end()],
        block=description[first.end() : last.start()].strip(),
        after=description[last.start() :],
    )


def join(parts: Parts, block: str) -> str:
    """Return the description with another block; everything around it is as it was."""
    return f"{parts.before}\n\n{harmless(block)}\n\n{parts.after}"


def holds(words: str, marker: Marker) -> bool:
    """Whether a comment holds this very marker, as written or after a conversion."""
    return re.search(_loose(marker.text) + r"(?![\w.-])", words) is not None


def same(one: str, other: str) -> bool:
    """Whether two blocks differ in nothing but line ends and spaces before them."""
    return _plain(one) == _plain(other)


def digest(block: str) -> str:
    """Return what the issue's property keeps of a block, to know it again after a conversion."""
    return hashlib.sha256(_plain(block).encode()).hexdigest()[:32]


def _proof(marker: Marker) -> str:
    return marker.mac[:8]


def _plain(block: str) -> str:
    return "\n".join(line.rstrip() for line in block.strip().splitlines())


def _loose(words: str) -> str:
    """Return a pattern for the words with any spaces and with backslashes put in between."""
    pieces = (r"[\s\u00a0]+" if c == " " else r"\\?" + re.escape(c) for c in words)
    return "".join(pieces)


_FIRST = re.compile(_OPEN + _loose(f"{PHRASE} · ") + r"(?P<proof>[\w\\-]+)" + _CLOSE)
_FORGED_FIRST = re.compile(_loose(PHRASE))
_FORGED_LAST = re.compile(_loose(_MARK))
