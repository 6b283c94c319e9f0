"""Routes: the YAML rules that say what becomes of a feedback, and where it goes. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bridge.model import Feedback, Kind
from bridge.settings import Settings


class Action(StrEnum):
    """What becomes of a feedback."""

    FILE = "file"
    HOLD = "hold"
    IGNORE = "ignore"


class Near(StrEnum):
    """What becomes of feedback that is nearly like some we know."""

    SUGGEST = "suggest"
    JOIN = "join"


class OnRegression(StrEnum):
    """What becomes of an issue that was fixed and is back."""

    REOPEN = "reopen"
    NEW_LINKED = "new_linked"
    COMMENT = "comment"


class IncludeTester(StrEnum):
    """What an issue says of who sent the feedback."""

    NEVER = "never"
    HASH = "hash"
    EMAIL = "email"


class CommentMatch(StrEnum):
    """Whether the tester wrote something."""

    NONE = "none"
    SOME = "some"


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Globs = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One glob or a list of them, such as `sunrise-*`."""


class When(Settings):
    """What a feedback must be for a route to apply; each condition that is given must hold."""

    app: Globs = ()
    """The app's name here."""
    tags: Globs = ()
    """One of the app's tags."""
    kind: tuple[Kind, ...] | Kind | None = None
    """`screenshot` or `crash`."""
    comment: CommentMatch | None = None
    """`none`: the tester wrote nothing; `some`: they wrote something."""
    version: Globs = ()
    """The marketing version, such as `2.4.*`."""
    build: Globs = ()
    """The build number."""
    platform: Globs = ()
    """`IOS`, `MAC_OS`, `TV_OS` or `VISION_OS`."""
    device: Globs = ()
    """Apple's device identifier, such as `iPad*`."""
    os: Globs = ()
    """The system's version, such as `26.*`."""

    def could_match(self, app: str, tags: Sequence[str], kind: Kind) -> bool:
        """Return whether some feedback of this app and kind could match."""
        return (
            _any_glob(self.app, (app,))
            and _any_glob(self.tags, tags)
            and (self.kind is None or kind in _kinds(self.kind))
        )

    def always_matches(self) -> bool:
        """Return whether app, tags and kind are all that this asks for."""
        return self.comment is None and not (
            self.version or self.build or self.platform or self.device or self.os
        )

    def matches(self, feedback: Feedback, *, tags: Sequence[str]) -> bool:
        """Return whether every given condition holds for the feedback."""
        build, device = feedback.build, feedback.device
        says_something = bool(feedback.comment and feedback.comment.strip())
        return (
            self.could_match(feedback.app, tags, feedback.kind)
            and (self.comment is None or (self.comment is CommentMatch.SOME) == says_something)
            and _any_glob(self.version, (build and build.version,))
            and _any_glob(self.build, (build and build.number,))
            and _any_glob(self.platform, (device.platform,))
            and _any_glob(self.device, (device.model,))
            and _any_glob(self.os, (device.os_version,))
        )


class Route(Settings):
    """One rule; the first that matches wins."""

    when: When = When()
    """What a feedback must be. Without it the route takes everything."""
    action: Action = Action.FILE
    """`file`, `hold` (kept here until `retry`) or `ignore`."""
    tracker: str | None = None
    """The tracker's name under `trackers`."""
    fields: Mapping[str, Any] = Field(
        default_factory=dict[str, Any], json_schema_extra={"default": {}}
    )
    """The issue's fields. Values may be templates over `app`, `kind`, `version` and `build`."""
    near: Near = Near.SUGGEST
    """Whether near feedback only names the issue it is like (`suggest`), or joins it (`join`)."""
    on_regression: OnRegression = OnRegression.REOPEN
    """What becomes of an issue that was closed as completed and occurs in a newer build.

    `reopen` it and say so, `comment` alone, or file a new one that names it (`new_linked`), which
    is also done where no transition leads back, and 90 days after the closing.
    """
    include_tester: IncludeTester = IncludeTester.NEVER
    """Whether the issue says who sent the feedback: `never`, a stable `hash`, or the `email`."""

    @model_validator(mode="after")
    def _files_somewhere(self) -> "Route":
        if self.action is Action.FILE and self.tracker is None:
            raise ValueError("a route that files needs a tracker")
        return self


def choose(
    routes: Sequence[Route], feedback: Feedback, *, tags: Sequence[str], released: bool = False
) -> Route | None:
    """Return the first route that matches, or None.

    A feedback that was held and is `released` is filed by the first matching route that names a
    tracker, whatever its action.
    """
    matching = [r for r in routes if r.when.matches(feedback, tags=tags)]
    if not released:
        return matching[0] if matching else None
    named = next((r for r in matching if r.tracker is not None), None)
    return named.model_copy(update={"action": Action.FILE}) if named else None


def reachable(
    routes: Sequence[Route], *, app: str, tags: Sequence[str], kind: Kind
) -> Sequence[Route]:
    """Return the routes that some feedback of this app and kind can take, in order."""
    found: list[Route] = []
    for route in routes:
        if route.when.could_match(app, tags, kind):
            found.append(route)
            if route.when.always_matches():
                break
    return found


def _kinds(kind: tuple[Kind, ...] | Kind) -> tuple[Kind, ...]:
    return (kind,) if isinstance(kind, Kind) else kind


def _any_glob(globs: Sequence[str], values: Sequence[str | None]) -> bool:
    return not globs or any(
        value is not None and fnmatchcase(value, glob) for glob in globs for value in values
    )
