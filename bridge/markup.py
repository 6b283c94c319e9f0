"""Escaping and building text for the markups that trackers speak."""

from enum import StrEnum


class Markup(StrEnum):
    """A tracker's markup."""

    GITHUB = "github"
    JIRA = "jira"
