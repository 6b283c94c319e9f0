"""Understanding Apple's crash reports. Pure: bytes come in, frozen values go out."""

from bridge.crash.diagnose import diagnosed, is_nameless, understand
from bridge.crash.inspection import inspection
from bridge.crash.read import read
from bridge.crash.rules import SHIPPED, CrashRules, RuleBook

__all__ = [
    "SHIPPED",
    "CrashRules",
    "RuleBook",
    "diagnosed",
    "inspection",
    "is_nameless",
    "read",
    "understand",
]
