r"""Redaction: what never leaves, as a list of rules.

The rules hold for words and for crash logs alike, JSON with its `\/` and `\n` included. They run in
linear time (possessive repeats, bounded or anchored), change nothing that is redacted already, and
leave identifiers (UUIDs, incident ids, addresses, build UUIDs) alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FLAGS = re.ASCII | re.VERBOSE
_SLASH = r"(?:/|\\/)"  # JSON may escape it
BLOCK = 1 << 12  # characters
MOST_PASSES = 10  # of one rule over one piece of text
# Not after what a value on the next line may belong to: `"password":`, `Bearer`, `Basic`.
_BREAK = re.compile(r"(?<![\":=\srcRC])\n(?![\":=\s])", re.ASCII)
# After a backslash the escape's own letter is no part of the word.
_ESCAPED = r"(?<=\\)(?:[bfnrt]|u[0-9a-fA-F]{4})"
_START = rf"(?:{_ESCAPED}|(?<![A-Za-z0-9_.%+\\-]))"  # of a word
# An address's first part: Latin, Greek and Cyrillic letters go with digits and signs, letters of
# other scripts stand alone, since no space parts them from the sentence before.
_LOCAL = r"A-Za-z0-9_.%+\-\u00c0-\u024f\u0300-\u052f"
_FOREIGN = r"\u0530-\u1fff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufdff"
# The dots are given back one by one, for the last may end a sentence.
_DOMAIN = (
    r"(?:[\w-]{1,63}+\.){1,16}"
    r"(?:xn--[A-Za-z0-9-]{2,59}+"
    r"|[A-Za-z]{2,24}+(?![A-Za-z0-9\u00c0-\u024f\u0300-\u052f])"
    r"|(?=[A-Za-z]{0,24}+[^\x00-\x7f])[^\W\d_]{2,24}+)"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is taken out, and what stands in its place."""

    name: str
    pattern: re.Pattern[str]
    replacement: str
    hints: Sequence[str]
    """One of these is in every text that the pattern matches, in lower case if case doesn't matter;
    they make the search quick."""

    def apply(self, text: str) -> str:
        looked_at = text.lower() if self.pattern.flags & re.IGNORECASE else text
        if not any(hint in looked_at for hint in self.hints):
            return text
        for _ in range(MOST_PASSES):  # again, for what touched a match is seen only now
            before, text = text, self.pattern.sub(self.replacement, text)
            if text == before:
                break
        return text


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
    # Atlassian: API tokens, Jira's and Bitbucket's.
    Rule(
        "Atlassian token",
        re.compile(rf"({_START})AT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{{20,}}+", _FLAGS),
        r"\1[token]",
        ("ATATT", "ATCTT", "ATBB"),
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
        ("bearer", "basic"),
    ),
    # What signs an address: whoever has it can fetch what is there.
    Rule(
        "signed address",
        re.compile(
            r"([?&;](?:X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|Signature|sig)=)"
            r"[^&;\s\"'<>()\[\]{}\\]{4,}+",
            _FLAGS | re.IGNORECASE,
        ),
        r"\1[token]",
        ("sig", "credential", "token"),
    ),
    # A named secret: `api_key=…`, `"password": "…"`. After `: ` only what has a digit in it, for
    # people also write `password: nothing happens`.
    Rule(
        "named secret",
        re.compile(
            r"""
            (?=[ACIPRST])  # quicker than a try of every word at every place
            ((?:api[_-]?key|access[_-]?key|(?:access|auth|refresh|id|session)[_-]?token|token
              |(?:client[_-]?)?secret|passw(?:or)?d|passphrase|pwd)
             (?:=|\\?"\s?:\s?|:\s?(?=[^\s"'&,;<>()\[\]{}\\]{0,99}?\d))
             \\?["']?)
            [^\s"'&,;<>()\[\]{}\\]{4,}+
            """,
            _FLAGS | re.IGNORECASE,
        ),
        r"\1[token]",
        ("key", "token", "secret", "passw", "passphrase", "pwd"),
    ),
    # E-mail addresses, in other scripts too, but not picture names such as icon@2x.png.
    Rule(
        "e-mail",
        re.compile(
            rf"({_ESCAPED}|(?<![{_LOCAL}\\]))[{_LOCAL}]++[@＠](?![1-9]x[.~]){_DOMAIN}"
            rf"|(?<![{_FOREIGN}])[{_FOREIGN}]++[@＠]{_DOMAIN}"
            rf'|\\?"[^"\\\n]{{1,64}}+\\?"[@＠]{_DOMAIN}',
            re.VERBOSE,
        ),
        r"\1[e-mail]",
        ("@", "＠"),
    ),
    # The same in a URL's query, in JSON that escapes more than it must, and in HTML.
    Rule(
        "encoded e-mail",
        re.compile(
            rf"({_START})(?:[A-Za-z0-9_.+-]|%(?!40)[0-9A-Fa-f]{{2}})++"
            rf"(?:%40|\\u0040|&\#0{{0,4}}64;|&\#x0{{0,4}}40;|&commat;){_DOMAIN}",
            re.VERBOSE,
        ),
        r"\1[e-mail]",
        ("%40", "u0040", "64;", "40;", "&commat;"),
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
        ("users",),
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
            r"(?:[^\\/:*?\"<>|\r\n]{1,64}+(?=\\)"
            r"|[^\\/\s\"'<>|:,;)\]]{0,64}?(?=[A-Z]:\\)|[^\\/\s\"'<>|:,;)\]]++)",
            _FLAGS | re.IGNORECASE,
        ),
        r"\1user",
        (":\\",),
    ),
)


def redact(text: str) -> str:
    """Return `text` without e-mail addresses, tokens and the names of home folders."""
    whole, *others = RULES  # a private key has many lines
    blocks: list[str] = []
    for block in _blocks(whole.apply(text)):
        for rule in others:
            block = rule.apply(block)  # noqa: PLW2901
        blocks.append(block)
    return "".join(blocks)


def _blocks(text: str) -> Iterator[str]:
    """Give the text in pieces that no other rule looks across.

    Few of them have any hint, and no search holds up the other threads for long.
    """
    start = 0
    while start < len(text):
        found = _BREAK.search(text, start + BLOCK)
        end = found.end() if found else len(text)
        yield text[start:end]
        start = end


def redact_log(data: bytes) -> bytes:
    """Return a crash log redacted; the very same bytes where there is nothing to redact.

    Works on bytes of any encoding that has ASCII in it: what is no UTF-8 passes through unrepaired.
    """
    text = data.decode(errors="surrogateescape")
    redacted = redact(text)
    return data if redacted == text else redacted.encode(errors="surrogateescape")
