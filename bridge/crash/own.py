"""The frames of a backtrace by which a crash is known: the app's own, nearest to the failure."""

from collections.abc import Sequence

from bridge.crash.rules import Role
from bridge.crash.sight import Seen

OWN = {Role.APP, Role.BARE, Role.PREFIX}


def own(views: Sequence[Seen]) -> tuple[Seen, ...]:
    """The app's own frames, innermost first, none twice in a row.

    Where none of them has a name but some of its wrappers have, nearer to the failure and with
    no function of the system between, the wrappers: which of them it was is all that is known.
    """
    kept = tuple(view for view in views if view.role in OWN)
    if any(view.name for view in kept):
        return _once(kept)
    return _once(_wrappers(views) or kept)


def entry(views: Sequence[Seen], first: Seen) -> Seen | None:
    """The system function nearest above the first own frame that has a public name."""
    above = views[: views.index(first)]
    named = (v for v in reversed(above) if v.role is Role.SYSTEM and v.name)
    return next((view for view in named if view.name and not view.name.startswith("_")), None)


def _wrappers(views: Sequence[Seen]) -> tuple[Seen, ...]:
    start = next((n for n, view in enumerate(views) if view.role is Role.WRAPPER), None)
    if start is None or any(_comes_first(view) for view in views[:start]):
        return ()
    return tuple(view for view in views if view.role is Role.WRAPPER)


def _comes_first(view: Seen) -> bool:
    return view.role is Role.BARE or (view.role is Role.SYSTEM and view.name is not None)


def _once(views: Sequence[Seen]) -> tuple[Seen, ...]:
    kept: list[Seen] = []
    for view in views:
        if not kept or kept[-1].word != view.word:
            kept.append(view)
    return tuple(kept)
