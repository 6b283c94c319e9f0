"""Which frames say nothing about a bug: shipped as data, and a team's own."""

from bridge.crash.rules.book import SHIPPED, RuleBook
from bridge.crash.rules.rule import Role, Rule
from bridge.crash.rules.shipped import ANYWHERE, IN_APP, NAMELESS, SYSTEM, WRAPPER_IMAGES
from bridge.crash.rules.team import CrashRules, FrameRule

__all__ = [
    "ANYWHERE",
    "IN_APP",
    "NAMELESS",
    "SHIPPED",
    "SYSTEM",
    "WRAPPER_IMAGES",
    "CrashRules",
    "FrameRule",
    "Role",
    "Rule",
    "RuleBook",
]
