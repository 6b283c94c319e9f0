"""The signature of a delivery. Pure."""

import hashlib
import hmac
import re
from collections.abc import Sequence

from bridge.errors import Refused

_HEADER = re.compile(r"hmacsha256=([0-9a-f]{64})", re.IGNORECASE | re.ASCII)


class BadSignature(Refused):
    """A delivery is not signed with any of the app's secrets."""


def verify(body: bytes, *, header: str | None, secrets: Sequence[bytes]) -> None:
    """Return if `header` signs exactly these bytes with one of `secrets`; raise BadSignature.

    The header is `hmacsha256=` and the HMAC-SHA256 in hex; the scheme is required, its case and
    the hex's don't matter (Apple's "Configuring webhook notifications"; other receivers agree).
    One wording for whatever is wrong, and every secret is compared, so that an answer tells
    nothing of how near a guess came. An empty secret, or none at all, lets nothing in.
    """
    found = _HEADER.fullmatch(header.strip(" \t")) if header is not None else None
    signed = found[1].lower() if found else ""
    fits = [
        hmac.compare_digest(hmac.digest(secret, body, hashlib.sha256).hex(), signed)
        for secret in secrets
        if secret
    ]
    if not any(fits):
        raise BadSignature("the signature is missing or doesn't fit the body")
