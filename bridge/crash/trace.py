"""A crash's stack in the form in which stacks are compared with each other."""

from collections.abc import Sequence

from bridge.crash.cause import family_key
from bridge.crash.own import entry, own
from bridge.crash.sight import Seen
from bridge.model import Cause, Trace

FRAMES = 40
"""Own frames that are kept; what is deeper hardly weighs."""


def trace(cause: Cause, views: Sequence[Seen]) -> Trace:
    """The app's own named frames, innermost first, and the system function they called.

    `views` is the report's telling stack as the rules see it.
    """
    mine = [view for view in own(views) if view.name is not None]
    above = entry(views, mine[0]) if mine else None
    return Trace(
        family=family_key(cause),
        frames=tuple(view.word for view in mine[:FRAMES]),
        entry=above.word if above else None,
    )
