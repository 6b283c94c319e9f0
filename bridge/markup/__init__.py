"""Escaping and building text for the markups that trackers speak.

Whatever comes from outside is plain `str` and is escaped; what these functions return is `Safe`
and is not escaped again. Text stays readable: it says the same to a person, and does nothing.
"""

from bridge.markup.base import Builder, Markup, Safe
from bridge.markup.clean import clean, cut, plain_line
from bridge.markup.github import GitHubBuilder
from bridge.markup.jira import JiraBuilder
from bridge.markup.plain import PlainBuilder

_BUILDERS: dict[Markup, Builder] = {
    Markup.GITHUB: GitHubBuilder(),
    Markup.JIRA: JiraBuilder(),
}


def builder(markup: Markup) -> Builder:
    """Return what builds text in `markup`."""
    return _BUILDERS[markup]


def escape(markup: Markup, text: str) -> Safe:
    """Return `text` on one line so that it shows its characters and does nothing else."""
    return _BUILDERS[markup].escape(text)


__all__ = [
    "Builder",
    "Markup",
    "PlainBuilder",
    "Safe",
    "builder",
    "clean",
    "cut",
    "escape",
    "plain_line",
]
