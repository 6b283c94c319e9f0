import base64
import hashlib
import hmac
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.intake import BadSignature, verify

SECRET = b"This is my secret"
BODY = b"Hello, World!"
HEX = "7f062172b01cb00b53ca068614674a3d982a34062a0f5d37687d5e3377e54657"
HEADER = f"hmacsha256={HEX}"


def signed(body: bytes, secret: bytes) -> str:
    return "hmacsha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_apples_own_example_is_accepted() -> None:
    verify(BODY, header=HEADER, secrets=[SECRET])


def test_a_ping_with_a_known_signature_is_accepted() -> None:
    verify(
        b'{"data":{"type":"webhookPingCreated"}}',
        header="hmacsha256=065ca525b541f6b77e8eea867abdac3cc108ab11010d2956395853d51cea073b",
        secrets=[b"whsec_test_secret"],
    )


def test_every_sample_is_accepted_with_its_signature() -> None:
    if "SPECS_DIR" not in os.environ:
        pytest.skip("SPECS_DIR is not set")
    samples = Path(os.environ["SPECS_DIR"]) / "app-store-connect/samples"
    vectors = json.loads((samples / "signature-vectors.json").read_text())
    apple = vectors["apple_vector"]
    verify(apple["body"].encode(), header=apple["header"], secrets=[apple["secret"].encode()])
    assert len(vectors["files"]) >= 16
    for name, header in vectors["files"].items():
        body = (samples / name).read_bytes()
        verify(body, header=header, secrets=[vectors["secret"].encode()])


@pytest.mark.parametrize(
    "header",
    [f" {HEADER}\t", HEADER.replace("hmac", "HMAC"), f"hmacsha256={HEX.upper()}"],
)
def test_case_and_surrounding_spaces_do_not_matter(header: str) -> None:
    verify(BODY, header=header, secrets=[SECRET])


@pytest.mark.parametrize("secrets", [[SECRET, b"new"], [b"old", SECRET], [b"", SECRET]])
def test_any_active_secret_will_do(secrets: list[bytes]) -> None:
    verify(BODY, header=HEADER, secrets=secrets)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        HEX,
        "hmacsha256=",
        f"hmacsha256={HEX[:-1]}",
        f"hmacsha256={HEX}0",
        f"hmacsha256={'0' * 64}",
        f"hmacsha256={'0' * 10_000}",
        f"hmacsha256= {HEX}",
        f"hmacsha256:{HEX}",
        f"sha256={HEX}",
        f"hmacsha1={HEX[:40]}",
        f"v1,{HEX}",
        f"hmacsha256={base64.b64encode(bytes.fromhex(HEX)).decode()}",
        f"{HEADER},{HEADER}",
        f"{HEADER}, {HEADER}",
        f"{HEADER}\n{HEADER}",
        f"\u00a0{HEADER}",
        f"hmacsha256={HEX[:-1]}\u0667",
        f"hmac\u017fha256={HEX}",
        f"hmacsha256={HEX[:-1]}\udcff",
        f"hmacsha256={'g' * 64}",
    ],
)
def test_any_other_header_is_refused_in_the_same_words(header: str | None) -> None:
    with pytest.raises(BadSignature, match=r"^the signature is missing or doesn't fit the body$"):
        verify(BODY, header=header, secrets=[SECRET])


@pytest.mark.parametrize("secrets", [[], [b""], [b"another"], [SECRET + b" "]])
def test_a_body_signed_with_no_active_secret_is_refused(secrets: list[bytes]) -> None:
    with pytest.raises(BadSignature):
        verify(BODY, header=HEADER, secrets=secrets)


def test_an_empty_secret_lets_nothing_in() -> None:
    with pytest.raises(BadSignature):
        verify(BODY, header=signed(BODY, b""), secrets=[b""])


@given(body=st.binary(max_size=300), secret=st.binary(min_size=1, max_size=80))
def test_what_is_signed_is_accepted(body: bytes, secret: bytes) -> None:
    verify(body, header=signed(body, secret), secrets=[b"other", secret])


@given(body=st.binary(min_size=1, max_size=300), at=st.integers(0), flip=st.integers(1, 255))
def test_one_changed_byte_is_refused(body: bytes, at: int, flip: int) -> None:
    changed = bytearray(body)
    changed[at % len(body)] ^= flip

    with pytest.raises(BadSignature):
        verify(bytes(changed), header=signed(body, SECRET), secrets=[SECRET])


@given(at=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
def test_one_changed_digit_is_refused(at: int, digit: str) -> None:
    changed = HEX[:at] + digit + HEX[at + 1 :]
    if changed == HEX:
        verify(BODY, header=f"hmacsha256={changed}", secrets=[SECRET])
    else:
        with pytest.raises(BadSignature):
            verify(BODY, header=f"hmacsha256={changed}", secrets=[SECRET])


@given(st.text(max_size=100))
def test_no_header_breaks_it(header: str) -> None:
    with pytest.raises(BadSignature):
        verify(BODY, header=header, secrets=[SECRET])
