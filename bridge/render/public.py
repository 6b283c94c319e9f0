"""What may be shown of text from outside. Pure."""

from bridge.markup import clean
from bridge.redact import redact


def public(text: str) -> str:
    """Return `text` without what deceives or must not be shown.

    It is cleaned first: an invisible character would hide an address from the rules, and be gone
    when people read it.
    """
    return redact(clean(text))


def public_line(text: str) -> str:
    """Return the same on one line."""
    return " ".join(public(text).split())
