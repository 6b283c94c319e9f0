"""GitHub in small: issues, comments, labels, files, tokens and limits.

Learned from GitHub's REST description and the documentation at docs.github.com, November 2026.
"""

from bridge.simulators.github.simulator import GitHubSimulator

__all__ = ["GitHubSimulator"]
