"""What every part of the ledger stands on."""

from bridge.clock import Clock
from bridge.store.engine import Database


class LedgerPart:
    """The database and the clock."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
