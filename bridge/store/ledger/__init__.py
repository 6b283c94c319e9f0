"""The ledger: which feedback belongs to which problem, and which issue that problem has."""

from bridge.store.ledger.feedback import FeedbackLedger, KeptFeedback
from bridge.store.ledger.files import FileLedger
from bridge.store.ledger.groups import GroupLedger
from bridge.store.ledger.looks import LookLedger
from bridge.store.ledger.splits import SplitLedger
from bridge.store.ledger.traces import Neighbourhood, TraceLedger

__all__ = ["KeptFeedback", "Ledger", "Neighbourhood"]


class Ledger(FeedbackLedger, GroupLedger, LookLedger, SplitLedger, TraceLedger, FileLedger):
    """Feedback as kept, groups and their issues, occurrences, stacks, and what was attached."""
