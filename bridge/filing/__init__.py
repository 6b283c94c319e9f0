"""Filing: from a feedback and its group to one issue in a tracker, once, and kept current.

`creates` sends a create at most once and settles unknown outcomes, `writers` lets one writer at a
time into a tracker, `issues` renders, attaches and updates.
"""

from bridge.filing.creates import Creates, SettleSettings
from bridge.filing.issues import Desk, Issues, Subject, page_link
from bridge.filing.writers import Writers

__all__ = ["Creates", "Desk", "Issues", "SettleSettings", "Subject", "Writers", "page_link"]
