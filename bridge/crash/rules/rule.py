"""What a frame is to a reader who looks for the bug, and a rule that says so by its name."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a frame is to a reader who looks for the bug."""

    APP = "app"
    SYSTEM = "system"
    WRAPPER = "wrapper"
    """The app's own code, there to report or forward crashes."""
    RUNTIME = "runtime"
    """Swift's, Objective-C's or C++'s machinery that ends the process or carries a throw."""
    PLUMBING = "plumbing"
    """How any code gets to run: queues, run loops, `main`."""
    UNKNOWN = "unknown"
    """No name, or one that several functions share."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Frames whose name is `name`, or starts with it where it ends in `*`."""

    name: str
    role: Role
    why: str

    def matches(self, symbol: str) -> bool:
        """Whether a normalised name falls under this rule."""
        if self.name.endswith("*"):
            return symbol.startswith(self.name[:-1])
        return symbol == self.name
