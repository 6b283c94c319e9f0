"""The rules that one diagnosis goes by: the shipped ones, below a team's own."""

import hashlib

from bridge.crash.rules.team import CrashRules


class RuleBook:
    """The shipped rules about frames with a team's own before them. Never changes once made."""

    __slots__ = ("_key", "settings")

    def __init__(self, settings: CrashRules) -> None:
        self.settings = settings
        self._key = _hash(settings)

    @classmethod
    def of(cls, settings: CrashRules) -> "RuleBook":
        """The book of a team's settings; the shipped one where they are empty."""
        return cls(settings)

    @property
    def key(self) -> str:
        """Six hexadecimal digits that tell the team's rules from others; empty without any."""
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleBook) and other.key == self.key

    def __hash__(self) -> int:
        return hash((RuleBook, self._key))


def _hash(settings: CrashRules) -> str:
    """Of what decides alone: wording a reason anew makes no other rules."""
    parts = [
        f"{kind} {rule.name}"
        for kind in ("skip", "wrapper", "sentinel", "prefix")
        for rule in getattr(settings, kind)
    ]
    parts += [f"in_app {name}" for name in settings.in_app]
    parts += [f"system {name}" for name in settings.system]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:6] if parts else ""


SHIPPED = RuleBook(CrashRules())
"""The rules without any of a team's own."""
