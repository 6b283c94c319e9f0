"""What an issue says of others, and of its own several feedbacks."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.markup import Markup
from bridge.model import AttachmentRole
from bridge.render import IssueContext, Neighbour, Rendered, Renderer
from bridge.render.view import issue_values
from tests.markup.test_github import RESOLVED
from tests.markup.test_jira import ESCAPED
from tests.render.contexts import (
    MANY,
    NEAR,
    at,
    attached,
    context,
    crash_feedback,
    diagnosis,
    said,
    screenshot_feedback,
)
from tests.render.test_hostile import HOSTILE, tokens

PIECES = [*HOSTILE.split(), "\n", " ", "](https://evil.example.com)", "{quote}", "|", "`", "\\"]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join)


RENDERER = Renderer()


def render(issue: IssueContext, markup: Markup) -> Rendered:
    return RENDERER.issue(
        issue, markup=markup, tracker_type=markup, title_limit=250, body_limit=60_000
    )


def crash(**changes: Any) -> IssueContext:
    return context(crash_feedback(), diagnosis=diagnosis(), **changes)


def lines(issue: IssueContext, start: str) -> list[str]:
    block = render(issue, Markup.GITHUB).block
    return [line for line in block.splitlines() if line.startswith(start)]


def test_an_issue_that_is_like_none_says_nothing_of_others() -> None:
    block = render(crash(), Markup.GITHUB).block

    assert "ossibly" not in block
    assert "Taken out" not in block
    assert "is back" not in block


def test_what_was_not_compared_has_no_score() -> None:
    bare = replace(NEAR, score=None, common=(), title=None)

    assert lines(crash(possibly=[bare]), "Possibly") == [
        "Possibly the same as [`#12`](https://github.com/example/sunrise/issues/12)."
    ]


def test_screenshots_have_sentences_in_common_and_crashes_frames() -> None:
    near = replace(NEAR, title=None, score=0.8, common=("the same words",))

    [crashed] = lines(crash(possibly=[near]), "Possibly")
    [sent] = lines(context(screenshot_feedback(), possibly=[near]), "Possibly")
    assert crashed.endswith("(80% alike; in common: `the same words`).")
    assert sent.endswith("(80% alike; the same words).")


def test_only_the_nearest_are_named() -> None:
    values = issue_values(crash(possibly=[NEAR] * 8))

    assert len(values["possibly"]) == 3
    assert values["possibly_more"] == 5


def test_a_neighbours_words_are_redacted() -> None:
    near = replace(NEAR, title="mail jane@example.com", common=("/Users/jane/x.swift",))

    for markup in Markup:
        assert "jane" not in render(crash(possibly=[near], back_from=near), markup).block


def test_pictures_stand_with_the_feedback_they_came_with() -> None:
    values = issue_values(
        context(
            screenshot_feedback(),
            feedbacks=[said("new", "b", at(24)), said("old", None, at(20), tester_key="z")],
            files=[
                attached(AttachmentRole.SCREENSHOT, "b1.jpg", "b1.jpg", feedback_id="new"),
                attached(AttachmentRole.SCREENSHOT, "gone.jpg", None, feedback_id="new"),
                attached(AttachmentRole.SCREENSHOT, "a1.jpg", "a1.jpg", feedback_id="old"),
            ],
            summary=replace(MANY, occurrences=7),
        )
    )

    new, old = values["feedbacks"]
    assert [shot["name"] for shot in new["screenshots"]] == ["b1.jpg"]
    assert [shot["name"] for shot in old["screenshots"]] == ["a1.jpg"]
    assert new["by"] == "24 Nov 10:02 UTC, 2.4.1 (143)"
    assert old["by"] == "20 Nov 10:02 UTC, 2.4.1 (143), another tester"
    assert values["feedbacks_more"] == 5


def test_testers_who_cannot_be_told_apart_are_not_compared() -> None:
    pair = [said("new", "b", at(24), tester_key=None), said("old", "a", at(20), tester_key=None)]
    values = issue_values(context(screenshot_feedback(), feedbacks=pair))

    assert not [one for one in values["feedbacks"] if "tester" in one["by"]]


@pytest.mark.parametrize("markup", list(Markup))
@given(text=texts, url=texts)
def test_nothing_that_is_said_of_another_issue_does_anything(
    markup: Markup, text: str, url: str
) -> None:
    near = Neighbour(key=text, url=url, title=text, score=0.9, common=(text, text))
    issue = crash(possibly=[near, near], back_from=near, apart_from=near)
    block = render(issue, markup).block
    if markup is Markup.GITHUB:
        found = tokens(block)
        harmless = {token.type for token in tokens(render(crash(), markup).block)}
        assert {token.type for token in found} <= harmless
        shown = "\n".join(token.content for token in found if token.type == "text")
        assert not RESOLVED.search(shown)
    else:
        relations = ESCAPED.sub("", block).split("{noformat}")[0]
        outside = re.sub(r"\{\{[^{}]*\}\}", "", relations)
        macros = set(re.findall(r"\{([a-z]+)", outside))
        assert macros <= {"quote"}
        assert outside.count("{quote}") % 2 == 0
