"""The store: what was delivered, what is to be done, what became an issue; and the attachments.

`Store.open` gives it; SQL is written in this room alone.
"""

from bridge.store.blobs import Blobs, Incoming
from bridge.store.failures import LeaseLost, StoreUnavailable
from bridge.store.inbox import Inbox
from bridge.store.intents import Intents
from bridge.store.jobs import Jobs
from bridge.store.keepsakes import Keepsakes
from bridge.store.leases import Leases
from bridge.store.ledger import KeptFeedback, Ledger
from bridge.store.schema import WATCH
from bridge.store.status import WHY, StatusRow
from bridge.store.store import StorageSettings, Store

__all__ = [
    "WATCH",
    "WHY",
    "Blobs",
    "Inbox",
    "Incoming",
    "Intents",
    "Jobs",
    "Keepsakes",
    "KeptFeedback",
    "LeaseLost",
    "Leases",
    "Ledger",
    "StatusRow",
    "StorageSettings",
    "Store",
    "StoreUnavailable",
]
