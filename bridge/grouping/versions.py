"""Builds in order: by Apple's upload dates; marketing versions are compared number by number. Pure.

Build numbers order nothing: they may start again with each version, and needn't be numbers.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from bridge.model import KnownBuild

_NUMBER = re.compile("[0-9]+")
VersionOrder = tuple[tuple[int, str], ...]
"""Sorts as its version does."""


def order(version: str | None) -> VersionOrder:
    """Return what versions sort by: their numbers, from the left, without zeros at the end.

    `2.10` is above `2.9`, and `2.4.0` equals `2.4`. Apple allows nothing but numbers and dots;
    anything else in a text only divides its numbers. Nothing is below everything.
    """
    digits = [number.lstrip("0") for number in _NUMBER.findall(version or "")]
    while digits and not digits[-1]:
        digits.pop()
    # Numbers of any length, without making integers of them: the longer one is larger.
    return tuple((len(number), number) for number in digits)


def newest(
    builds: Iterable[KnownBuild], *, platform: str | None, until: datetime | None = None
) -> KnownBuild | None:
    """Return the build that was uploaded last, `until` then, of those for a platform.

    An app's builds for iOS and for macOS have versions of their own; without a platform all
    builds count, and one that doesn't say its platform counts for each.
    """
    fitting = (
        build
        for build in builds
        if (until is None or build.uploaded_at <= until)
        and (platform is None or build.platform in (None, platform))
    )
    return max(fitting, key=lambda b: (b.uploaded_at, order(b.version)), default=None)
