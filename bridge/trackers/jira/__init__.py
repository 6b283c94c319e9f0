"""Jira, Cloud and Data Center: what the entry point `jira` names."""

from bridge.trackers.base import Opening, Tracker, TrackerType
from bridge.trackers.jira.settings import JiraSettings
from bridge.trackers.jira.tracker import JiraTracker

__all__ = ["JIRA", "JiraSettings", "JiraTracker", "open_jira"]


def open_jira(opening: Opening) -> Tracker:
    """Build the tracker; it connects when it is first used."""
    if not isinstance(opening.settings, JiraSettings):
        raise TypeError("a Jira tracker is opened with JiraSettings")
    return JiraTracker(opening, opening.settings)


JIRA = TrackerType(settings=JiraSettings, open=open_jira)
