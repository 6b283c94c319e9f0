"""Redaction: each rule, what must stay, and how long it may take."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.redact import BLOCK, RULES, redact, redact_log

JWT = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIifQ.eyJpc3MiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
SAID: dict[str, list[tuple[str, str]]] = {
    "private key": [
        ("-----BEGIN PRIVATE KEY-----\nMIGTAgEA\nBggq==\n-----END PRIVATE KEY-----!", "[token]!"),
        (r"-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----", "[token]"),
    ],
    "GitHub token": [
        ("use ghp_16C7e42F292c6912E7710c838347Ae178B4a, ok", "use [token], ok"),
        (f"ghs_12345_{JWT}", "[token]"),
        ("(github_pat_11ABCDEFG0abcdefgh_ijklmnop)", "([token])"),
        (r"\nghp_16C7e42F292c6912E7710c838347Ae178B4a", r"\n[token]"),
    ],
    "Atlassian token": [("ATATT3xFfGF0abcdefghij_1234567890=AB12CD34.", "[token].")],
    "GitLab token": [("glpat-abcdefghij1234567890", "[token]")],
    "Slack token": [
        ("xoxb-1234567890-abcdefghij", "[token]"),
        ("xapp-1-A0123456-789-abc", "[token]"),
    ],
    "AWS key": [("id AKIAIOSFODNN7EXAMPLE.", "id [token].")],
    "Google key": [("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[token]")],
    "Stripe-like key": [
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "[token]"),
        ("pk_test_TYooMQauvdEDq54NiTphI7jx", "[token]"),
    ],
    "sk- key": [("sk-abcdEFGH1234abcdEFGH1234", "[token]")],
    "JWT": [(f"session {JWT};", "session [token];")],
    "Bearer": [
        ("Authorization: Bearer abcdef.123456+/==", "Authorization: Bearer [token]"),
        ("basic dXNlcjpwYXNzd29yZA==", "basic [token]"),
    ],
    "signed address": [
        (
            "https://example.com/a.png?X-Amz-Credential=me%2F2026&x=1&X-Amz-Signature=00ff",
            "https://example.com/a.png?X-Amz-Credential=[token]&x=1&X-Amz-Signature=[token]",
        ),
        (r"a?sig=abcd%3D\n", r"a?sig=[token]\n"),
    ],
    "named secret": [
        ("api_key=abcd1234&x=1", "api_key=[token]&x=1"),
        ('{"password": "hunter22!"}', '{"password": "[token]"}'),
        (r"{\"client_secret\":\"abcdefgh\"}", r"{\"client_secret\":\"[token]\"}"),
        ("my password: hunter22", "my password: [token]"),
        ("https://example.com/?access_token=abcdef", "https://example.com/?access_token=[token]"),
    ],
    "e-mail": [
        ("write to First.Last+tag@mail.example.co.uk please", "write to [e-mail] please"),
        (r'{"a": "x\njane@example.com"}', r'{"a": "x\n[e-mail]"}'),
        ("<mailto:jane@example.com>", "<mailto:[e-mail]>"),
        ("日本jane@example.com", "日本[e-mail]"),
        ("mine is jane@example.com. Bye", "mine is [e-mail]. Bye"),
        ("(jane@example.co.uk...)", "([e-mail]...)"),
        ("jane@example.com.9 times", "[e-mail].9 times"),
        ("jane@a.b.c.d.e.f.g.h.i.example", "[e-mail]"),
        ("jürgen@bücher.example", "[e-mail]"),
        ("«иван@почта.рф».", "«[e-mail]»."),
        ("用户@例子.公司", "[e-mail]"),
        ("jane＠example.com谢谢", "[e-mail]谢谢"),
        ("x@xn--e1afmkfd.xn--p1ai", "[e-mail]"),
        ('"jane doe"@example.com', "[e-mail]"),
        (r'"\"jane doe\"@example.com"', '"[e-mail]"'),
    ],
    "encoded e-mail": [
        ("?to=jane%2Bx%40example.com&x=1", "?to=[e-mail]&x=1"),
        (r'{"to":"jane\u0040example.com"}', '{"to":"[e-mail]"}'),
        ("jane&#64;example.com jane&commat;example.com", "[e-mail] [e-mail]"),
    ],
    "macOS home": [
        ("/Users/jane/Library/x.dylib", "/Users/user/Library/x.dylib"),
        (r"\/Users\/jane\/Library", r"\/Users\/user\/Library"),
        ("/System/Volumes/Data/Users/jané/x", "/System/Volumes/Data/Users/user/x"),
        ('"/Users/jane"', '"/Users/user"'),
    ],
    "Linux home": [
        ("at /home/jane/app/main.swift:1", "at /home/user/app/main.swift:1"),
        ("file:///home/jane", "file:///home/user"),
        (r"\/home\/jane\/x", r"\/home\/user\/x"),
    ],
    "Windows home": [
        (r"C:\Users\Jane Doe\AppData", r"C:\Users\user\AppData"),
        (r"c:\\Users\\jane\\AppData", r"c:\\Users\\user\\AppData"),
        (r"D:\Users\jane", r"D:\Users\user"),
        (r"D:\Users\janeC:\Users\Jane Doe\x", r"D:\Users\userC:\Users\user\x"),
    ],
}
STAYS = [
    "5F2A1C3D-0B6E-4E0C-9A51-1D2E3F405162",
    "0x0000000104e8c000 - 0x0000000104f23fff Sunrise arm64 <0123456789abcdef0123456789abcdef>",
    "Incident Identifier: 5F2A1C3D-0B6E-4E0C-9A51-1D2E3F405162\nCrashReporter Key: a5c3785ed8d6",
    "/private/var/mobile/Containers/Data/Application/5F2A1C3D/Documents",
    "/private/var/containers/Bundle/Application/5F2A1C3D/Sunrise.app/Sunrise",
    "/Users/Shared/x", "/Users/USER/Library", "/home/user/x", r"C:\Users\Public\x",
    "icon@2x.png and icon@3x~ipad.png", "@objc Cart.total", "me @ home", "a@b",
    "https://example.com/home/settings", "password: nothing happens", "the token is gone",
    "Forgot password=?", "closure #1 in Cart.total", "Bearer of bad news", "basic training",
    "tokenised: yes", "AKIA", "eyJ", "task-sk-short", "libfoo.1.0@4",
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_takes_out_what_it_names(rule) -> None:
    for text, expected in SAID[rule.name]:
        assert rule.apply(text) != text
        assert redact(text) == expected
        assert redact_log(text.encode()) == expected.encode()


@pytest.mark.parametrize("text", STAYS)
def test_what_names_nobody_stays(text: str) -> None:
    assert redact(text) == text


@settings(deadline=None)
@given(st.binary())
def test_bytes_without_a_match_are_the_same_bytes(data: bytes) -> None:
    assert redact_log(data) is data or redact_log(data) != data


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([text for cases in SAID.values() for text, _ in cases])
        | st.sampled_from(["=", ":", " ", '"', "\\", "/", "@", "x", "[token]", "[e-mail]", "\n"]),
        max_size=12,
    ).map("".join)
)
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redact(text)

    assert redact(once) == once


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([text for cases in SAID.values() for text, _ in cases])
        | st.sampled_from(
            ['"password":', '"hunter22"', "Bearer", "abcdefghijkl1", ": x1y2z3", "\r"]
        )
        | st.just("a line of some thread\n" * (BLOCK // 20)),
        max_size=8,
    ).map("\n".join)
)
def test_a_long_text_is_redacted_as_a_short_one(text: str) -> None:
    whole = text
    for rule in RULES:
        whole = rule.apply(whole)

    assert redact(text) == whole


@pytest.mark.parametrize(
    "split",
    ['"password":\n"hunter22"', '"password"\n:"hunter22"', "password:\nhunter22",
     "Bearer\nabcdefghijkl", "basic\r\n\nabcdefghijkl"],
)  # fmt: skip
def test_a_secret_on_the_next_line_is_found_wherever_the_text_is_parted(split: str) -> None:
    for more in range(len(split)):
        text = "a " * ((BLOCK - more) // 2 - 1) + " " * (more % 2) + "\n" + split

        assert "[token]" in redact(text)


def test_what_touches_an_address_is_seen_too() -> None:
    assert redact("x@xn--e1afmkfd.xn--p1aijürgen@bücher.example") == "[e-mail][e-mail]"


def test_a_json_log_stays_json() -> None:
    log = json.dumps(
        {"p": "/Users/jane/x", "m": "line\njane@example.com\tghp_16C7e42F292c6912E7710c838347Ae"}
    ).replace("/", r"\/")

    redacted = json.loads(redact_log(log.encode()))

    assert redacted == {"p": "/Users/user/x", "m": "line\n[e-mail]\t[token]"}


def test_other_encodings_and_broken_bytes_pass_through() -> None:
    data = b"\xff\xfe\x00 name \xe9\x80 /Users/jan\xc3\xa9/x \r\n\x00"

    assert redact_log(data) == b"\xff\xfe\x00 name \xe9\x80 /Users/user/x \r\n\x00"


@pytest.mark.parametrize(
    "piece",
    ["a", "a.", "@", "a@", "a@a.", "-", "eyJ", "eyJa.", "ghp_", "/Users/", r"\/", "token:", "token",
     "password: ", "C:\\Users\\", "Bearer ", "-----BEGIN PRIVATE KEY-----", "\\n", "\\u0061", "xox",
     "api_key=", "secret: aaaa", "sk-", "C:\\\\Users\\\\ a", "ü", "ü@", "日", "日@日.", '"', '"a',
     '"@a.', "a@b.", "a@b.c@", "%40", "a%40b.", "%2B", "&#64;", "?sig=", "ATATT"],
)  # fmt: skip
def test_hostile_lengths_take_linear_time(piece: str) -> None:
    """A quadratic rule would need minutes for a million characters."""
    text = piece * (1_000_000 // len(piece))
    started = time.perf_counter()

    redact(text)

    assert time.perf_counter() - started < 5


@pytest.mark.skipif("CRASH_CORPUS_DIR" not in os.environ, reason="CRASH_CORPUS_DIR is not set")
def test_real_reports_keep_their_identifiers_and_frames() -> None:
    folder = Path(os.environ["CRASH_CORPUS_DIR"])
    files = [f for f in folder.rglob("*") if f.suffix in {".ips", ".crash", ".txt"}]
    assert files
    for file in files:
        data = file.read_bytes()
        redacted = redact_log(data)
        assert data.count(b"\n") == redacted.count(b"\n"), file.name
        assert data.count(b"0x") == redacted.count(b"0x"), file.name
