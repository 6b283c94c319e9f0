"""What the store raises, and the translation of a database's errors into it."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bridge.errors import Transient


class StoreUnavailable(Transient):
    """The store can't be read or written just now: disk full, locked, read-only, damaged."""


class LeaseLost(Transient):
    """Somebody else holds the job now; what this worker still wants to write no longer counts."""

    counts_as_try = False


_ADVICE = {
    "is full": "the disk is full; free some space and the bridge goes on by itself",
    "locked": "another process holds the database; it is tried again",
    "readonly": "the database may not be written; check the owner and mode of its file and folder",
    "malformed": "the database is damaged; stop the bridge and restore the last backup",
    "not a database": "the database is damaged; stop the bridge and restore the last backup",
    "unable to open": "the database can't be opened; check that its folder is there and writable",
    "disk i/o error": "the disk reports an error; look at the machine's log",
}


def advice(error: BaseException) -> str:
    """Return what a database's error means for the person on call."""
    text = str(getattr(error, "orig", None) or error)
    for words, sentence in _ADVICE.items():
        if words in text.lower():
            return sentence
    return f"the database says: {text}"


def is_damage(error: BaseException) -> bool:
    """Return whether an error says that a database's file is damaged, or no database at all."""
    return type(getattr(error, "orig", None) or error) is sqlite3.DatabaseError


@contextmanager
def translated() -> Generator[None]:
    """Raise StoreUnavailable for what is the database's trouble; our own mistakes fly as they are.

    A violated constraint or a value of the wrong type is a bug of ours, so it stays what it is.
    """
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, PoolTimeout) as error:
        raise StoreUnavailable(f"the store is unavailable: {advice(error)}") from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        if not is_damage(error):
            raise
        raise StoreUnavailable(f"the store is unavailable: {advice(error)}") from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise StoreUnavailable(f"the store is unavailable: {error.strerror}{where}") from error
