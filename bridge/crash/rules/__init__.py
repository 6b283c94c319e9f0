"""Which frames say nothing about a bug: shipped as data, and a team's own."""

from bridge.crash.rules.book import SHIPPED, RuleBook
from bridge.crash.rules.everywhere import ANYWHERE, BARE, NAMELESS, SENTINELS
from bridge.crash.rules.own import OWN, WRAPPER_IMAGES
from bridge.crash.rules.rule import Role, Rule
from bridge.crash.rules.system import SYSTEM
from bridge.crash.rules.team import CrashRules, FrameRule

__all__ = [
    "ANYWHERE",
    "BARE",
    "NAMELESS",
    "OWN",
    "SENTINELS",
    "SHIPPED",
    "SYSTEM",
    "WRAPPER_IMAGES",
    "CrashRules",
    "FrameRule",
    "Role",
    "Rule",
    "RuleBook",
]
