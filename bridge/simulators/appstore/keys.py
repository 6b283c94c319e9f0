"""API keys, and the check of the tokens that are signed with them.

The rules are Apple's ("Generating Tokens for API Requests"): ES256, `kid`, `aud`, an `exp` at most
20 minutes ahead; a team key has `iss`, an individual key has none and `sub: user`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

AUDIENCE = "appstoreconnect-v1"
LONGEST = 20 * 60  # seconds that a token may live
SKEW = 60  # seconds that a client's clock may be ahead
_KEY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class BadToken(Exception):
    """A token that isn't accepted, and why; the real service never says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as one downloads it from App Store Connect."""

    issuer_id: str | None
    """None for an individual key."""
    key_id: str
    private_key_pem: str

    @classmethod
    def generate(cls, rng: Random, *, individual: bool = False) -> "ApiKey":
        """Return a new key."""
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(
            issuer_id=None if individual else str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            key_id="".join(rng.choices(_KEY_LETTERS, k=10)),
            private_key_pem=pem.decode(),
        )

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The half that the service keeps."""
        private = serialization.load_pem_private_key(self.private_key_pem.encode(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("an API key is an elliptic curve key")
        return private.public_key()


def check_token(header: str | None, *, keys: Mapping[str, ApiKey], now: datetime) -> ApiKey:
    """Return the key that signed this `Authorization` header; BadToken if it isn't accepted."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise BadToken("no bearer token")
    try:
        head = jwt.get_unverified_header(token)
        key = keys[head["kid"]]
        claims = jwt.decode(
            token,
            key.public_key,
            algorithms=["ES256"],
            audience=AUDIENCE,
            options={
                "require": ["exp", "aud"],
                "verify_exp": False,  # these two by the simulator's own clock
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise BadToken(str(error)) from error
    _check_claims(claims, key, now.timestamp())
    return key


def _check_claims(claims: Mapping[str, Any], key: ApiKey, now: float) -> None:
    expires, issued = claims["exp"], claims.get("iat", now)
    if not isinstance(expires, int | float) or not isinstance(issued, int | float):
        raise BadToken("exp and iat are numbers")
    if expires <= now:
        raise BadToken("expired")
    if expires > now + LONGEST or expires - issued > LONGEST:
        raise BadToken("lives for more than 20 minutes")
    if issued > now + SKEW:
        raise BadToken("issued in the future")
    if key.issuer_id is None:
        if "iss" in claims or claims.get("sub") != "user":
            raise BadToken("an individual key has no iss and sub: user")
    elif claims.get("iss") != key.issuer_id:
        raise BadToken("another issuer")
