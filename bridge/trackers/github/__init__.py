"""GitHub as a tracker: issues in a repository, files on a branch of one, through PyGithub."""

from bridge.trackers.base import TrackerType
from bridge.trackers.github.settings import GitHubSettings
from bridge.trackers.github.tracker import open_github

__all__ = ["GITHUB", "GitHubSettings", "open_github"]

GITHUB = TrackerType(settings=GitHubSettings, open=open_github)
