"""What can go wrong, told apart by what the caller can do about it.

    BridgeError
    ├── Transient            try again later; nothing is lost
    │   ├── NotYet           expected: something isn't there yet; costs no try
    │   ├── RateLimited      the other side asked us to wait; costs no try
    │   └── LostAnswer       a write was sent and its outcome isn't known
    └── Permanent            trying again changes nothing
        ├── BadCredentials   a key or token isn't accepted
        ├── Forbidden        the key or token is accepted and may not do this
        ├── Gone             the thing doesn't exist (any more)
        ├── Refused          the other side read the request and won't have it
        ├── Unreadable       what came isn't what it should be
        └── Misconfigured    our own settings are at fault

Rooms translate a vendor's errors into these; nobody above looks at a status code.
Messages are sentences for the person on call and never hold a secret or a tester's address.
"""


class BridgeError(Exception):
    """Any failure that this project words itself."""


class Transient(BridgeError):
    """Try again later.

    `retry_after` is the number of seconds that the other side asked for, if it did.
    """

    counts_as_try = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotYet(Transient):
    """Something is not there yet, as expected; waiting for it uses up no try."""

    counts_as_try = False


class RateLimited(Transient):
    """The other side asked us to wait; waiting uses up no try."""

    counts_as_try = False


class LostAnswer(Transient):
    """A write was sent once and its answer was lost, so it may or may not have happened."""


class Permanent(BridgeError):
    """Trying again changes nothing until somebody changes something."""


class BadCredentials(Permanent):
    """A key or token was not accepted."""


class Forbidden(Permanent):
    """A key or token was accepted, and may not do this."""


class Gone(Permanent):
    """The thing does not exist, or no longer."""


class Refused(Permanent):
    """The request was understood and refused."""


class Unreadable(Permanent):
    """What arrived is not what it should be."""


class Misconfigured(Permanent):
    """Our own settings are at fault; the message names the setting."""
