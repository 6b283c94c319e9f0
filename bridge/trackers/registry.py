"""The registry: which trackers are installed, ours and others' alike, loaded when one is used."""

from difflib import get_close_matches
from importlib.metadata import entry_points

from bridge.errors import Misconfigured
from bridge.trackers.base import TrackerType

GROUP = "feedback_bridge.trackers"


def tracker_types() -> tuple[str, ...]:
    """Return the names of the installed tracker types, in alphabetical order."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def tracker_type(name: str) -> TrackerType:
    """Return the tracker type of this name, importing its library only now.

    Raises `Misconfigured` with the installed names if there is none, if its library is missing, or
    if the entry point names something else.
    """
    installed = tracker_types()
    if name not in installed:
        close = get_close_matches(name, installed, n=1)
        hint = f", did you mean {close[0]}?" if close else ""
        raise Misconfigured(
            f"no tracker is called {name}{hint}; there are: {', '.join(installed) or 'none'}"
        )
    point = next(iter(entry_points(group=GROUP, name=name)))
    try:
        found: object = point.load()
    except (ImportError, AttributeError) as problem:
        raise Misconfigured(
            f"the tracker {name} can't be loaded ({type(problem).__name__}: {problem}); "
            "is its distribution installed whole?"
        ) from problem
    if not isinstance(found, TrackerType):
        raise Misconfigured(f"the entry point of the tracker {name} names no TrackerType")
    return found
