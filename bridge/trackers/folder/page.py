"""`issue.md`: a title, our block between its two marks, and whatever people write. Pure."""

import re

from bridge.markup import Markup, escape
from bridge.model import Marker


def heading(title: str) -> str:
    """Return the page's first line."""
    return f"# {escape(Markup.GITHUB, title).strip()}"


def new_page(title: str, block: str, marker: Marker) -> str:
    """Return a new issue's page."""
    return f"{heading(title)}\n\n{_start(marker)}\n{block.strip()}\n{_end(marker)}\n"


def with_block(page: str, block: str, marker: Marker) -> str | None:
    """Return the page with another block, all else as it was; None if our marks are gone."""
    found = _between(marker).search(page)
    if found is None:
        return None
    return page[: found.start(1)] + block.strip() + page[found.end(1) :]


def with_title(page: str, was: str, title: str) -> str | None:
    """Return the page under another title; None if people changed the one it had."""
    first, newline, rest = page.partition("\n")
    if first.rstrip("\r") != heading(was):
        return None
    return heading(title) + ("\r" if first.endswith("\r") else "") + newline + rest


def with_comment(page: str, text: str, when: str, marker: str) -> str:
    """Return the page with a comment below everything, unless it has that comment already."""
    mark = f"<!-- comment {marker} -->"
    if mark in page:
        return page
    return f"{page.rstrip()}\n\n---\n\n{mark}\n**{when}**\n\n{text.strip()}\n"


def _start(marker: Marker) -> str:
    return f"<!-- {marker.text} -->"


def _end(marker: Marker) -> str:
    return f"<!-- {marker.key} end -->"


def _between(marker: Marker) -> re.Pattern[str]:
    """Match our block, from the first start to the next end; the attempt doesn't matter."""
    key, space = re.escape(marker.key), r"[ \t]*\r?"
    return re.compile(
        rf"^<!-- {key} op=\S+ -->{space}\n(.*?)\r?\n<!-- {key} end -->{space}$",
        re.DOTALL | re.MULTILINE,
    )
