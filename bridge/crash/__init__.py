"""Understanding Apple's crash reports. Pure: bytes come in, frozen values go out."""

from bridge.crash.diagnose import diagnosed, understand
from bridge.crash.inspection import inspection
from bridge.crash.read import read
from bridge.crash.rules import SHIPPED, CrashRules, RuleBook

__all__ = [
    "SHIPPED",
    "CrashRules",
    "RuleBook",
    "diagnosed",
    "inspection",
    "read",
    "understand",
]
