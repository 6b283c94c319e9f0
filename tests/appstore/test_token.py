"""Tokens are what Apple asks for, and are made from whatever people paste as the key."""

import base64

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bridge.appstore.settings import Account
from bridge.appstore.token import Tokens
from bridge.errors import Misconfigured
from bridge.settings import Secret
from bridge.simulators.appstore import ApiKey
from tests.clock import FakeClock


def account(key: ApiKey, pem: str | None = None) -> Account:
    secret = Secret(pem if pem is not None else key.private_key_pem, source="env ASC_PRIVATE_KEY")
    return Account(issuer_id=key.issuer_id, key_id=key.key_id, private_key=secret)


def claims(token: str, key: ApiKey) -> dict[str, object]:
    options = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(
        token, key.public_key, algorithms=["ES256"], audience="appstoreconnect-v1", options=options
    )


def pem_of(key: object) -> str:
    return key.private_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def test_a_team_key_signs_with_its_issuer(key: ApiKey, clock: FakeClock) -> None:
    token = Tokens(account(key), clock=clock).current()
    now = int(clock.now().timestamp())
    assert claims(token, key) == {
        "iss": key.issuer_id,
        "iat": now - 60,
        "exp": now + 900,
        "aud": "appstoreconnect-v1",
    }
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": key.key_id, "typ": "JWT"}


def test_an_individual_key_has_a_subject_and_no_issuer(key: ApiKey, clock: FakeClock) -> None:
    given = account(key).model_copy(update={"issuer_id": None})
    found = claims(Tokens(given, clock=clock).current(), key)
    assert found["sub"] == "user"
    assert "iss" not in found


def test_a_token_is_used_until_two_minutes_before_its_end(key: ApiKey, clock: FakeClock) -> None:
    tokens = Tokens(account(key), clock=clock)
    first = tokens.current()
    clock.advance(779)
    assert tokens.current() == first
    clock.advance(1)
    second = tokens.current()
    assert second != first
    assert claims(second, key)["exp"] == int(clock.now().timestamp()) + 900


def test_a_refused_token_is_replaced_once_for_all_who_used_it(
    key: ApiKey, clock: FakeClock
) -> None:
    tokens = Tokens(account(key), clock=clock)
    refused = tokens.current()
    second = tokens.replace(refused)
    assert second != refused
    assert tokens.replace(refused) == second


@pytest.mark.parametrize(
    "dress",
    [
        lambda pem: pem,
        lambda pem: "\ufeff  " + pem + "\n\n",
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: pem.replace("\n", "\\r\\n"),
        lambda pem: base64.b64encode(pem.encode()).decode(),
        lambda pem: base64.encodebytes(pem.encode()).decode(),
    ],
    ids=["pem", "bom and spaces", "crlf", r"literal \n", r"literal \r\n", "base64", "base64 lines"],
)
def test_a_key_is_taken_as_people_paste_it(dress, key: ApiKey, clock: FakeClock) -> None:
    token = Tokens(account(key, dress(key.private_key_pem)), clock=clock).current()
    assert claims(token, key)["iss"] == key.issuer_id


@pytest.mark.parametrize(
    ("pem", "sentence"),
    [
        ("", "is not a .p8 file's text"),
        ("hunter2", "is not a .p8 file's text"),
        (base64.b64encode(b"hunter2").decode(), "is not a .p8 file's text"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "is damaged"),
        (pem_of(ec.generate_private_key(ec.SECP384R1())), "is of the wrong kind"),
        (pem_of(rsa.generate_private_key(65537, 2048)), "is of the wrong kind"),
    ],
    ids=["empty", "words", "base64 of words", "damaged", "another curve", "rsa"],
)
def test_a_bad_key_is_our_own_fault_and_never_told(
    pem: str, sentence: str, key: ApiKey, clock: FakeClock
) -> None:
    with pytest.raises(Misconfigured, match=sentence) as caught:
        Tokens(account(key, pem), clock=clock)
    told = str(caught.value)
    assert f"key {key.key_id} (env ASC_PRIVATE_KEY)" in told
    assert "hunter2" not in told
    assert caught.value.__cause__ is None


def test_a_locked_key_is_named_as_such(key: ApiKey, clock: FakeClock) -> None:
    private = serialization.load_pem_private_key(key.private_key_pem.encode(), None)
    locked = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"hunter2"),
    )
    with pytest.raises(Misconfigured, match="locked with a password"):
        Tokens(account(key, locked.decode()), clock=clock)
