"""Grouping: whether a feedback is a new problem, and a problem's figures. Pure."""

from bridge.grouping.decision import UNTAKEN, Decision, Verdict, decide
from bridge.grouping.summary import incident_of, occurrence_of, summarise

__all__ = ["UNTAKEN", "Decision", "Verdict", "decide", "incident_of", "occurrence_of", "summarise"]
