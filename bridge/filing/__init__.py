"""Filing: from a feedback and its group to one issue in a tracker, once, and kept current.

`creates` sends a create at most once and settles unknown outcomes, `writers` lets one writer at a
time into a tracker, `issues` creates, attaches and rewrites, `attending` looks at an issue and does
what people and testers ask for, `rounds` says when.
"""

from bridge.filing.attending import Attending
from bridge.filing.creates import Creates, SettleSettings
from bridge.filing.desks import Desk, Desks, Subject
from bridge.filing.issues import Issues
from bridge.filing.rounds import GROUP, Rounds
from bridge.filing.texts import Texts, page_link
from bridge.filing.writers import Writers

__all__ = [
    "GROUP",
    "Attending",
    "Creates",
    "Desk",
    "Desks",
    "Issues",
    "Rounds",
    "SettleSettings",
    "Subject",
    "Texts",
    "Writers",
    "page_link",
]
