"""The folder tracker: one folder an issue, on this machine, for trials, the demo and small teams.

`PATH/FB-0001/` holds `issue.md`, `issue.json` and the files that came with the feedback. People
may edit all of it; what stands between our two marks in `issue.md` is rewritten.
"""

from bridge.trackers.base import Opening, TrackerType
from bridge.trackers.folder.settings import FolderSettings
from bridge.trackers.folder.tracker import FolderTracker


def open_folder(opening: Opening) -> FolderTracker:
    """Open the tracker; touches no disk yet."""
    return FolderTracker(opening)


FOLDER = TrackerType(settings=FolderSettings, open=open_folder)

__all__ = ["FOLDER", "FolderSettings", "FolderTracker", "open_folder"]
