"""Bodies longer than a tracker takes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bridge.markup import Markup, builder
from bridge.model import Words
from bridge.render import Renderer
from bridge.render.cutting import cut_body
from tests.markup.fragments import hostile
from tests.render.contexts import MANY, context, crash_feedback, diagnosis, frame

NOTE = "cut here: this tracker takes no longer texts"


def long_body(markup: Markup) -> str:
    frames = [frame(n, f"-[Cart_{n} total:{n}]", f"Cart{n}.m", n) for n in range(80)]
    words = tuple(Words(text="```\n{code}\n" * 30, at=MANY.last_at) for _ in range(5))
    issue = context(
        crash_feedback(),
        diagnosis=diagnosis(frames),
        summary=replace(MANY, words=words),
        files=[],
    )
    return Renderer().issue(
        issue, markup=markup, tracker_type=markup, title_limit=80, body_limit=10**6
    ).block  # fmt: skip


BODIES = {markup: long_body(markup) for markup in Markup}


@settings(deadline=None)
@given(st.integers(100, 12_000))
def test_on_github_nothing_stays_open(limit: int) -> None:
    body = cut_body(BODIES[Markup.GITHUB], limit, Markup.GITHUB)
    parsed = MarkdownIt("commonmark").enable("table").parse(f"{body}\n\nafter")

    assert len(body) <= limit
    assert [t.type for t in parsed[-3:]] == ["paragraph_open", "inline", "paragraph_close"]
    assert parsed[-2].content == "after"
    assert parsed[-1].level == 0
    html = "".join(t.content for t in parsed if t.type == "html_block")
    assert html.count("<details>") == html.count("</details>")
    assert (NOTE in body) == (len(BODIES[Markup.GITHUB]) > limit)


@settings(deadline=None)
@given(st.integers(100, 12_000))
def test_on_jira_nothing_stays_open(limit: int) -> None:
    body = cut_body(BODIES[Markup.JIRA], limit, Markup.JIRA)

    assert len(body) <= limit
    assert body.count("{noformat}") % 2 == 0
    assert body.count("{quote}") % 2 == 0
    assert NOTE in body.splitlines()[-1] or len(BODIES[Markup.JIRA]) <= limit


@settings(deadline=None)
@given(st.integers(100, 12_000), st.sampled_from(list(Markup)))
def test_a_cut_falls_between_lines(limit: int, markup: Markup) -> None:
    whole = BODIES[markup].splitlines()

    kept = cut_body(BODIES[markup], limit, markup).splitlines()
    common = next((n for n, line in enumerate(kept) if line != whole[n]), len(kept))

    assert kept[:common] == whole[:common]
    closings = {"</details>", "{noformat}", "{quote}", "", *("`" * n for n in range(3, 9))}
    assert set(kept[common:]) <= closings | {line for line in kept if NOTE in line}


@settings(deadline=None)
@given(hostile, st.integers(0, 400), st.sampled_from(list(Markup)))
def test_no_text_is_longer_than_the_limit(text: str, limit: int, markup: Markup) -> None:
    body = builder(markup).quote(text * 5) + "\n\n" + builder(markup).code_block(text)

    assert length(cut_body(body, limit, markup), markup) <= limit


def length(text: str, markup: Markup) -> int:
    """What the tracker counts: Jira counts UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2 if markup is Markup.JIRA else len(text)


def test_emoji_count_as_each_tracker_counts_them() -> None:
    body = "\n".join(["🦋" * 9] * 100)

    on_jira, on_github = cut_body(body, 1200, Markup.JIRA), cut_body(body, 1200, Markup.GITHUB)

    assert on_github == body
    assert 1000 < length(on_jira, Markup.JIRA) <= 1200
    assert NOTE in on_jira


@pytest.mark.parametrize("markup", list(Markup))
def test_what_fits_is_not_touched(markup: Markup) -> None:
    body = BODIES[markup]

    assert cut_body(body, len(body), markup) == body


def test_one_line_that_is_too_long_is_left_out_whole() -> None:
    """Half a line could be half of a code span, and that would be markup."""
    body = cut_body("first\n" + "`@bob` " * 1000, 500, Markup.GITHUB)

    assert body.startswith("first\n")
    assert "bob" not in body


def test_the_renderer_keeps_to_the_limit() -> None:
    issue = context(crash_feedback(), diagnosis=diagnosis(), summary=MANY)
    rendered = Renderer().issue(
        issue, markup=Markup.GITHUB, tracker_type="github", title_limit=80, body_limit=900
    )

    assert len(rendered.block) <= 900
    assert NOTE in rendered.block
