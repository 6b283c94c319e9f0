"""Comments: what is worth one, in one, with nothing in it that does anything."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bridge.markup import Markup
from bridge.model import BuildCount, News, NewsKind
from bridge.render import IssueContext, Renderer
from tests.markup.test_github import RESOLVED
from tests.markup.test_jira import ESCAPED
from tests.render.contexts import MANY, context, crash_feedback, diagnosis, screenshot_feedback
from tests.render.test_hostile import HOSTILE

BACK = News(kind=NewsKind.REGRESSION, value="143", since="2026-11-21")
VERSION = News(kind=NewsKind.NEW_VERSION, value="2.4.1")
TESTERS = News(kind=NewsKind.TESTERS, value="10")
CRASH = context(crash_feedback(), diagnosis=diagnosis(), summary=MANY)


def comment(
    *news: News, tracker: str = "github", issue: IssueContext = CRASH, folders: Sequence[Path] = ()
) -> str:
    return Renderer(folders=folders).comment(
        news,
        issue,
        markup=Markup.JIRA if tracker == "jira" else Markup.GITHUB,
        tracker_type=tracker,
    )


def test_a_regression_says_where_it_is_back_and_since_when() -> None:
    assert comment(BACK) == (
        "**Back in 2.4.1 (143)**, after it was closed on 21 November 2026.\n\n"
        "In all: 14 crashes · 6 testers · 2.4.0 (139) → 2.4.1 (143)."
    )


def test_jira_is_told_in_its_own_markup() -> None:
    assert comment(BACK, tracker="jira").startswith(
        "*Back in 2.4.1 (143)*, after it was closed on 21 November 2026.\n\nIn all: 14 crashes"
    )


def test_several_news_are_one_comment_and_the_regression_comes_first() -> None:
    assert comment(TESTERS, VERSION, BACK).split("\n\n")[:3] == [
        "**Back in 2.4.1 (143)**, after it was closed on 21 November 2026.",
        "**10 testers** have met it by now.",
        "**First crash in 2.4.1**.",
    ]


def test_a_build_that_no_occurrence_names_is_shown_as_it_is() -> None:
    odd = [replace(BACK, value="2.4.2 (150)"), replace(BACK, value="150", since=None)]

    assert comment(odd[0]).startswith("**Back in 2.4.2 (150)**, after")
    assert comment(odd[1]).startswith("**Back in build 150**.\n")


def test_a_closing_without_a_readable_date_is_shown_as_it_is() -> None:
    assert "closed on last week." in comment(replace(BACK, since="last week"))


def test_screenshot_feedback_is_called_so() -> None:
    issue = context(screenshot_feedback(), summary=MANY)

    assert "**First feedback in 2.4.1**." in comment(VERSION, issue=issue)
    assert "In all: 14 feedbacks" in comment(VERSION, issue=issue)


@pytest.mark.parametrize("tracker", ["folder", "gitea"])
def test_a_tracker_without_words_of_its_own_says_what_github_does(tracker: str) -> None:
    assert comment(BACK, TESTERS, tracker=tracker) == comment(BACK, TESTERS)


def test_a_template_of_the_users_wins_and_may_extend_the_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "github"
    folder.mkdir()
    (folder / "comment.j2").write_text(
        '{% extends "shipped/github/comment.j2" %}{% block body %}Look: {{ super() }}{% endblock %}'
    )

    assert comment(BACK, folders=[tmp_path]).startswith("Look: **Back in 2.4.1 (143)**")


def test_a_template_that_fails_loses_no_comment(tmp_path: Path) -> None:
    folder = tmp_path / "github"
    folder.mkdir()
    (folder / "comment.j2").write_text("{% block body %}{{ nothing.there }}{% endblock %}")

    assert comment(BACK, folders=[tmp_path]) == comment(BACK)


@pytest.mark.parametrize("markup", list(Markup))
def test_a_hostile_version_does_nothing(markup: Markup) -> None:
    line = " ".join(HOSTILE.split())
    summary = replace(
        MANY,
        builds=(
            BuildCount(version=line, build=line, occurrences=9, testers=5,
                       os_versions=(), device_models=()),
        ),
    )  # fmt: skip
    news = [News(kind=kind, value=line, since=line) for kind in NewsKind]
    written = Renderer().comment(
        news, replace(CRASH, summary=summary), markup=markup, tracker_type=markup
    )

    assert len(written) < 2000
    if markup is Markup.GITHUB:
        tokens = [t for token in MarkdownIt().parse(written) for t in (token.children or [])]
        assert {t.type for t in tokens} <= {
            "text", "code_inline", "strong_open", "strong_close", "softbreak",
        }  # fmt: skip
        assert not RESOLVED.search("\n".join(t.content for t in tokens if t.type == "text"))
    else:
        assert not set("{}[]!") & set(ESCAPED.sub("", written))
