"""The ledger: which feedback belongs to which problem, and which issue that problem has."""

from bridge.store.ledger.feedback import FeedbackLedger, KeptFeedback
from bridge.store.ledger.files import FileLedger
from bridge.store.ledger.groups import GroupLedger
from bridge.store.ledger.members import MemberLedger

__all__ = ["KeptFeedback", "Ledger"]


class Ledger(FeedbackLedger, GroupLedger, MemberLedger, FileLedger):
    """Feedback as kept, groups and their issues, occurrences, and what was attached."""
