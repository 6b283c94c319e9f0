"""The values that templates see of other issues, which an issue speaks of. Pure."""

from collections.abc import Mapping
from typing import Any

from bridge.markup import cut
from bridge.render.context import IssueContext, Neighbour
from bridge.render.filters import long_day
from bridge.render.public import public_line

SHOWN = 3  # neighbours in one issue; who needs more looks at the first ones' own
COMMON_SHOWN = 4
KEY_LONGEST = 60  # characters
TITLE_LONGEST = 80
COMMON_LONGEST = 100


def neighbour_values(context: IssueContext) -> dict[str, Any]:
    """Return the issues that this one is like, came back from, or was taken out of."""
    return {
        "possibly": [_neighbour(one) for one in context.possibly[:SHOWN]],
        "possibly_more": max(len(context.possibly) - SHOWN, 0),
        "back_from": _neighbour(context.back_from) if context.back_from else None,
        "apart_from": _neighbour(context.apart_from) if context.apart_from else None,
    }


def _neighbour(one: Neighbour) -> Mapping[str, Any]:
    common = [cut(public_line(name), COMMON_LONGEST) for name in one.common]
    return {
        "key": cut(public_line(one.key), KEY_LONGEST),
        "url": one.url,
        "title": cut(public_line(one.title), TITLE_LONGEST) if one.title else None,
        "percent": None if one.score is None else f"{round(one.score * 100)}%",
        "common": common[:COMMON_SHOWN],
        "common_more": max(len(common) - COMMON_SHOWN, 0),
        "closed": long_day(one.closed_at) if one.closed_at else None,
    }
