r"""Redaction: what never leaves, as a list of rules.

The rules hold for words and for crash logs alike, JSON with its `\/` and `\n` included. They run in
linear time (possessive repeats, bounded or anchored), change nothing that is redacted already, and
leave identifiers (UUIDs, incident ids, addresses, build UUIDs) alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FLAGS = re.ASCII | re.VERBOSE
_SLASH = r"(?:/|\\/)"  # JSON may escape it
# A word's start; after a backslash the escape's own letter is no part of the word.
_START = r"(?:(?<=\\)(?:[bfnrt]|u[0-9a-fA-F]{4})|(?<![A-Za-z0-9_.%+\\-]))"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is taken out, and what stands in its place."""

    name: str
    pattern: re.Pattern[str]
    replacement: str
    hints: Sequence[str] = ()
    """One of these is in every text that the pattern matches; they make the search quick."""

    def apply(self, text: str) -> str:
        if self.hints and not any(hint in text for hint in self.hints):
            return text
        return self.pattern.sub(self.replacement, text)


RULES: tuple[Rule, ...] = (
    # A private key in PEM form, its line breaks real or escaped.
    Rule(
        "private key",
        re.compile(
            r"-----BEGIN\ [A-Z\ ]{0,30}PRIVATE\ KEY-----[A-Za-z0-9+/=\s\\]*+"
            r"(?:-----END\ [A-Z\ ]{0,30}PRIVATE\ KEY-----)?",
            _FLAGS,
        ),
        "[token]",
        ("PRIVATE KEY-----",),
    ),
    # GitHub: classic, OAuth, app and fine-grained tokens. Since April 2026 an installation token
    # is `ghs_` and a JWT, so dots and dashes belong to it.
    Rule(
        "GitHub token",
        re.compile(
            rf"({_START})(?:gh[opur]_[A-Za-z0-9_]{{16,}}+|ghs_[A-Za-z0-9_.-]{{16,}}+"
            r"|github_pat_[A-Za-z0-9_]{16,}+)",
            _FLAGS,
        ),
        r"\1[token]",
        ("gho_", "ghp_", "ghu_", "ghr_", "ghs_", "github_pat_"),
    ),
    # GitLab: personal, deploy, runner and CI tokens.
    Rule(
        "GitLab token",
        re.compile(rf"({_START})gl(?:pat|dt|rt|cbt|ptt)-[A-Za-z0-9_-]{{16,}}+", _FLAGS),
        r"\1[token]",
        ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"),
    ),
    # Slack: bot, user, app and refresh tokens.
    Rule(
        "Slack token",
        re.compile(rf"({_START})(?:xox[a-z]|xapp)(?:\.xox[a-z])?-[A-Za-z0-9-]{{10,}}+", _FLAGS),
        r"\1[token]",
        ("xox", "xapp-"),
    ),
    # AWS: access key ids, long-lived and temporary.
    Rule(
        "AWS key",
        re.compile(rf"({_START})(?:AKIA|ASIA)[A-Z0-9]{{16}}(?![A-Za-z0-9])", _FLAGS),
        r"\1[token]",
        ("AKIA", "ASIA"),
    ),
    # Google: API keys.
    Rule(
        "Google key",
        re.compile(rf"({_START})AIza[A-Za-z0-9_-]{{35}}(?![A-Za-z0-9_-])", _FLAGS),
        r"\1[token]",
        ("AIza",),
    ),
    # Stripe and those who copied its form: secret, restricted and publishable keys.
    Rule(
        "Stripe-like key",
        re.compile(rf"({_START})(?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{{10,}}+", _FLAGS),
        r"\1[token]",
        ("_live_", "_test_"),
    ),
    # OpenAI, Anthropic and the like: `sk-…`, long.
    Rule(
        "sk- key",
        re.compile(rf"({_START})sk-[A-Za-z0-9_-]{{20,}}+", _FLAGS),
        r"\1[token]",
        ("sk-",),
    ),
    # JSON Web Tokens: App Store Connect's, sign-in sessions, push.
    Rule(
        "JWT",
        re.compile(
            rf"({_START})eyJ[A-Za-z0-9_-]{{8,}}+\.[A-Za-z0-9_-]{{4,}}+(?:\.[A-Za-z0-9_-]*+)?",
            _FLAGS,
        ),
        r"\1[token]",
        ("eyJ",),
    ),
    # The Authorization header's value.
    Rule(
        "Bearer",
        re.compile(r"\b(Bearer|Basic)(\s++)[A-Za-z0-9._~+/-]{12,}+=*+", _FLAGS | re.IGNORECASE),
        r"\1\2[token]",
        ("earer", "EARER", "asic", "ASIC"),
    ),
    # A named secret: `api_key=…`, `"password": "…"`. After `: ` only what has a digit in it, for
    # people also write `password: nothing happens`.
    Rule(
        "named secret",
        re.compile(
            r"""
            ((?:api[_-]?key|access[_-]?key|(?:access|auth|refresh|id|session)[_-]?token|token
              |(?:client[_-]?)?secret|passw(?:or)?d|passphrase|pwd)
             (?:=|\\?"\s?:\s?|:\s?(?=[^\s"'&,;<>()\[\]{}\\]{0,99}?\d))
             \\?["']?)
            [^\s"'&,;<>()\[\]{}\\]{4,}+
            """,
            _FLAGS | re.IGNORECASE,
        ),
        r"\1[token]",
    ),
    # E-mail addresses, but not picture names such as icon@2x.png.
    Rule(
        "e-mail",
        re.compile(
            rf"({_START})[A-Za-z0-9_.%+-]++@(?![1-9]x[.~])"
            r"(?:[A-Za-z0-9-]{1,63}+\.)++[A-Za-z]{2,24}+(?![A-Za-z0-9])",
            _FLAGS,
        ),
        r"\1[e-mail]",
        ("@",),
    ),
    # macOS: /Users/NAME, also below another volume; Apple's own /Users/USER and Shared stay.
    Rule(
        "macOS home",
        re.compile(
            rf"({_SLASH}Users{_SLASH})"
            r"(?!(?:user|shared|guest)(?![^/\\\s\"'<>|:,;)\]]))[^/\\\s\"'<>|:,;)\]]++",
            _FLAGS | re.IGNORECASE,
        ),
        r"\1user",
        ("Users", "users", "USERS"),
    ),
    # Linux: /home/NAME, but not the page /home/ of a web site.
    Rule(
        "Linux home",
        re.compile(
            rf"((?<![A-Za-z0-9_.:-]){_SLASH}home{_SLASH})"
            r"(?!user(?![^/\\\s\"'<>|:,;)\]]))[^/\\\s\"'<>|:,;)\]]++",
            _FLAGS,
        ),
        r"\1user",
        ("home",),
    ),
    # Windows: C:\Users\NAME, its backslashes doubled in JSON; a name there may have spaces.
    Rule(
        "Windows home",
        re.compile(
            r"([A-Za-z]:(\\{1,2})Users\2)(?!(?:user|public|default)(?![^\\/\s\"'<>|:,;)\]]))"
            r"(?:[^\\/:*?\"<>|\r\n]{1,64}+(?=\\)|[^\\/\s\"'<>|:,;)\]]++)",
            _FLAGS | re.IGNORECASE,
        ),
        r"\1user",
        (":\\",),
    ),
)


def redact(text: str) -> str:
    """Return `text` without e-mail addresses, tokens and the names of home folders."""
    for rule in RULES:
        text = rule.apply(text)
    return text


def redact_log(data: bytes) -> bytes:
    """Return a crash log redacted; the very same bytes where there is nothing to redact.

    Works on bytes of any encoding that has ASCII in it: nothing is decoded or repaired.
    """
    text = data.decode("latin-1")
    redacted = redact(text)
    return data if redacted == text else redacted.encode("latin-1")
