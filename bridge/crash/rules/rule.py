"""What a frame is to a reader who looks for the bug, and a rule that says so by its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a frame is to a reader who looks for the bug."""

    APP = "app"
    SYSTEM = "system"
    BARE = "bare"
    """The app's own code at a known place, but without a name of its own."""
    PREFIX = "prefix"
    """The app's own function that names a bug only together with the next."""
    WRAPPER = "wrapper"
    """The app's own code, there to report or forward crashes and calls."""
    SENTINEL = "sentinel"
    """Where a crash handler was called: what is above it ran after the crash."""
    RUNTIME = "runtime"
    """Swift's, Objective-C's or C++'s machinery that ends the process or carries a throw."""
    PLUMBING = "plumbing"
    """How any code gets to run: queues, run loops, `main`."""
    UNKNOWN = "unknown"
    """No name, or one that several functions share."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Frames whose name is `name`, in which `*` stands for anything."""

    name: str
    role: Role
    why: str
    example: str
    """A name out of a report, normalised, that this rule is there for."""

    def matches(self, name: str, image: str | None = None) -> bool:
        """Whether a normalised name falls under this rule; `Image!name` looks at both."""
        if "!" in self.name:
            return fits(self.name, f"{image or ''}!{name}")
        return fits(self.name, name)


def fits(pattern: str, text: str) -> bool:
    """Whether `text` is `pattern`, where `*` stands for anything. Takes linear time."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    *middle, last = rest
    place = len(first)
    for part in middle:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(text) - len(last) >= place and text.endswith(last)


def rules(role: Role, why: str, names: Mapping[str, str]) -> tuple[Rule, ...]:
    """Rules with one reason: names by pattern. A name without `*` is its own example."""
    return tuple(Rule(name, role, why, example or name) for name, example in names.items())
