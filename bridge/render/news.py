"""The values that a comment's template sees: what is new about a problem, in words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bridge.markup import cut
from bridge.model import GroupSummary, News, NewsKind
from bridge.render.filters import long_day, version
from bridge.render.public import public_line

VALUE_LONGEST = 80  # characters; versions and builds are what developers type


def news_values(news: Sequence[News], summary: GroupSummary) -> dict[str, Any]:
    """Return `news`, with a regression first."""
    ordered = sorted(news, key=lambda one: one.kind is not NewsKind.REGRESSION)
    return {"news": [_news(one, summary) for one in ordered]}


def _news(one: News, summary: GroupSummary) -> Mapping[str, Any]:
    value = cut(public_line(one.value), VALUE_LONGEST)
    is_back = one.kind is NewsKind.REGRESSION
    return {
        "kind": str(one.kind),
        "value": _build(one.value, summary) or value if is_back else value,
        "since": _since(one.since) if one.since else None,
    }


def _build(number: str, summary: GroupSummary) -> str | None:
    """Return `2.4.2 (150)` for a build's number, if occurrences came from it."""
    for line in summary.builds:
        if line.build == number:
            found = version({"version": line.version, "number": line.build})
            return cut(public_line(found), VALUE_LONGEST)
    return f"build {number}" if number.isdecimal() else None


def _since(text: str) -> str:
    try:
        return long_day(date.fromisoformat(text[:10]))
    except ValueError:
        return cut(public_line(text), VALUE_LONGEST)
