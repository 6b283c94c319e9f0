"""The tokens that App Store Connect wants: ES256, good for minutes, made from the API key.

Source: Apple, "Generating Tokens for API Requests": a team key's token has `iss`, an individual
key's has none and `sub: user`; `exp` is at most 20 minutes ahead.
"""

import base64
import binascii
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bridge.appstore.settings import Account
from bridge.clock import Clock
from bridge.errors import Misconfigured

AUDIENCE = "appstoreconnect-v1"
LIFE = 15 * 60  # seconds ahead that a token ends; Apple allows 20 minutes
SKEW = 60  # seconds that `iat` lies in the past, for a clock that is ahead of Apple's
MARGIN = 2 * 60  # seconds before its end that a token is replaced


class Tokens:
    """Gives a token that is good now, and makes a new one only when that is needed.

    Raises `Misconfigured` at once if the private key can't be used.
    """

    def __init__(self, account: Account, *, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._key = _private_key(account)
        self._token = ""
        self._renew_at = float("-inf")

    def current(self) -> str:
        """Return a token that is good for at least two more minutes."""
        if self._clock.monotonic() >= self._renew_at:
            self._make()
        return self._token

    def replace(self, refused: str) -> str:
        """Return another token than the one that was refused, which others may have made since."""
        if self._token == refused:
            self._make()
        return self.current()

    def _make(self) -> None:
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {"iat": now - SKEW, "exp": now + LIFE, "aud": AUDIENCE}
        if self._account.issuer_id is None:
            claims["sub"] = "user"
        else:
            claims["iss"] = self._account.issuer_id
        headers = {"kid": self._account.key_id}
        self._token = jwt.encode(claims, self._key, algorithm="ES256", headers=headers)
        self._renew_at = self._clock.monotonic() + LIFE - MARGIN


def _private_key(account: Account) -> ec.EllipticCurvePrivateKey:
    where = (
        f"the private key of App Store Connect key {account.key_id} ({account.private_key.source})"
    )
    text = _pem(account.private_key.reveal())
    if text is None:
        raise Misconfigured(
            f"{where} is not a .p8 file's text: it should start with -----BEGIN PRIVATE KEY-----"
        )
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without the cause: what a parser says of a key may quote it.
        raise Misconfigured(
            f"{where} is damaged, or locked with a password; download it again or make a new key"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Misconfigured(f"{where} is of the wrong kind: App Store Connect's are EC P-256 keys")
    return key


def _pem(text: str) -> str | None:
    """Return the PEM text in what people put into files and environment variables."""
    text = text.lstrip("\ufeff").strip().replace("\\r", "").replace("\\n", "\n")
    if text.startswith("-----BEGIN"):
        return text
    try:
        decoded = base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded.lstrip().startswith("-----BEGIN") else None
