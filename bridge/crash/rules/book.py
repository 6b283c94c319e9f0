"""The rules that one diagnosis goes by: the shipped ones, below a team's own."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from bridge.crash.rules.everywhere import ANYWHERE, BARE, NAMELESS, SENTINELS
from bridge.crash.rules.own import OWN, WRAPPER_IMAGES
from bridge.crash.rules.rule import Role, Rule, fits
from bridge.crash.rules.system import SYSTEM
from bridge.crash.rules.team import CrashRules, FrameRule
from bridge.model import CrashReport, Frame, Thread

_ROLES = {
    "skip": Role.PLUMBING,
    "wrapper": Role.WRAPPER,
    "sentinel": Role.SENTINEL,
    "prefix": Role.PREFIX,
}
"""What a team's lists make of a frame, in the order in which they are asked."""


class RuleBook:
    """The shipped rules about frames with a team's own before them. Never changes once made."""

    __slots__ = ("_in_app", "_key", "_names", "_system", "settings")

    def __init__(self, settings: CrashRules) -> None:
        self.settings = settings
        team = tuple(_team_rules(settings))
        self._in_app = _Ordered((*team, *SENTINELS, *OWN, *ANYWHERE))
        self._system = _Ordered((*team, *SENTINELS, *ANYWHERE, *SYSTEM))
        self._names = _Ordered((*BARE, *NAMELESS))
        self._key = _hash(settings)

    @classmethod
    def of(cls, settings: CrashRules) -> "RuleBook":
        """The book of a team's settings; equal to the shipped one where they are empty."""
        return cls(settings)

    @property
    def key(self) -> str:
        """Six hexadecimal digits that tell the team's rules from others; empty without any."""
        return self._key

    def nameless(self, written: str) -> Rule | None:
        """The rule by which a name, as written, is none."""
        return self._names.first(written, None)

    def rule(self, name: str, image: str, *, in_app: bool) -> Rule | None:
        """The first rule that a function of this normalised name falls under."""
        if in_app and image in WRAPPER_IMAGES:
            return Rule(image, Role.WRAPPER, WRAPPER_IMAGES[image], image)
        return (self._in_app if in_app else self._system).first(name, image)

    def marked(self, report: CrashReport) -> CrashReport:
        """The report with the team's word on which images are the app's own code."""
        mine, others = self.settings.in_app, self.settings.system
        if not mine and not others:
            return report

        def own(name: str | None, *, before: bool) -> bool:
            if any(fits(pattern, name or "") for pattern in others):
                return False
            return before or any(fits(pattern, name or "") for pattern in mine)

        def frames(kept: Sequence[Frame]) -> tuple[Frame, ...]:
            return tuple(replace(f, in_app=own(f.image, before=f.in_app)) for f in kept)

        def thread(kept: Thread) -> Thread:
            return replace(kept, frames=frames(kept.frames))

        return replace(
            report,
            threads=tuple(thread(each) for each in report.threads),
            last_exception=frames(report.last_exception) if report.last_exception else None,
            other_backtrace=frames(report.other_backtrace),
            images=tuple(replace(i, in_app=own(i.name, before=i.in_app)) for i in report.images),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleBook) and other.key == self.key

    def __hash__(self) -> int:
        return hash((RuleBook, self._key))


class _Ordered:
    """Rules of which the first that matches decides, found without trying each."""

    __slots__ = ("_rest", "_starts", "first")

    def __init__(self, rules: Iterable[Rule]) -> None:
        numbered = list(enumerate(rules))
        self._starts: dict[str, list[tuple[int, Rule]]] = {}
        self._rest: list[tuple[int, Rule]] = []
        for number, rule in numbered:
            head = rule.name.partition("*")[0]
            if "!" in rule.name or len(head) < _HEAD:
                self._rest.append((number, rule))
            else:
                self._starts.setdefault(head[:_HEAD], []).append((number, rule))
        # The same few hundred functions are on every stack.
        self.first = lru_cache(maxsize=4096)(self._first)
        """The first rule that a name, in an image, falls under."""

    def _first(self, name: str, image: str | None) -> Rule | None:
        likely = self._starts.get(name[:_HEAD], ())
        found = next(((n, rule) for n, rule in likely if rule.matches(name)), None)
        for number, rule in self._rest:
            if found is not None and found[0] < number:
                break
            if rule.matches(name, image):
                return rule
        return found[1] if found else None


_HEAD = 3
"""Characters by which rules are looked up."""


def _team_rules(settings: CrashRules) -> Iterable[Rule]:
    for kind, role in _ROLES.items():
        listed: tuple[FrameRule, ...] = getattr(settings, kind)
        for rule in listed:
            yield Rule(rule.name, role, rule.why, rule.name)


def _hash(settings: CrashRules) -> str:
    """Of what decides alone: wording a reason anew makes no other rules."""
    parts = [f"{rule.role} {rule.name}" for rule in _team_rules(settings)]
    parts += [f"in_app {name}" for name in settings.in_app]
    parts += [f"system {name}" for name in settings.system]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:6] if parts else ""


SHIPPED = RuleBook(CrashRules())
"""The rules without any of a team's own."""
