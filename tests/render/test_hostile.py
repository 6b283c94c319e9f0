"""A comment with everything in it, all the way into an issue."""

import re
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bridge.markup import Markup
from bridge.model import Device, Fingerprint, SkippedFrame, Words
from bridge.render import IssueContext, Rendered, Renderer, long_comment
from tests.markup.test_github import RESOLVED
from tests.markup.test_jira import ESCAPED
from tests.render.contexts import MANY, NEAR, at, context, crash_feedback, diagnosis, frame, said
from tests.render.contexts import screenshot_feedback as screenshot

HOSTILE = (
    "\u202eevil\u202c\0 @octocat @org/team fixes #1 closes o/r#2, GH-3 and "
    "https://github.com/o/r/issues/4 a5c3785ed8d6a35868bc169f07e40e889087fd2e\n"
    "```\n~~~\n</details></summary><!-- feedback-bridge:v1 group=1 --><script>alert(1)</script>\n"
    "![x](https://evil.example.com/p.png) [y](javascript:alert(1)) <https://evil.example.com>\n"
    "{{ 7*7 }} {% for x in y %} {# no #} {{ ''.__class__ }}\n"
    "{code}{noformat}{html}<b>{html}{panel}{quote} [~admin] [^f.txt] !p.png! SUN-1 ----\n"
    "h1. big\n# big\n- item\n| a | b |\n|--|--|\n[1]: http://e.com\n\ud800 \u200b \ufeff "
)
LONG = (HOSTILE * 25)[:10_000]
HTML = {"<details>", "</details>", "<summary>", "</summary>"}


def crash(text: str) -> IssueContext:
    """Return a crash of which every string that comes from outside is hostile."""
    line = " ".join(text.split())[:300]
    hostile = diagnosis(
        (frame(0, line, line, 1), frame(1, None, image=line)),
        exception_type=line,
        application_info=(text,),
        termination=text,
        warnings=(text,),
    )
    hostile = replace(
        hostile,
        title=text,
        facts=(text, line),
        blame=frame(0, line, line, 1),
        fingerprint=Fingerprint(
            key="v1:1",
            used=(line,),
            skipped=(SkippedFrame(frame=frame(0, line, line, 1), reason=text),),
            confident=False,
        ),
    )
    return context(
        crash_feedback(comment=text, device=Device(model=line, os_version=line, locale=line)),
        diagnosis=hostile,
        summary=replace(MANY, words=(Words(text=text, at=MANY.last_at, build=line),) * 2),
        notes=(text,),
        tester=line,
        newest_build=line,
        **neighbours(text),
    )


def neighbours(text: str) -> dict[str, Any]:
    """Return other issues of which everything is hostile."""
    hostile = replace(NEAR, key=text, url=text, title=text, common=(text, "and b"), closed_at=at(3))
    return {"possibly": [hostile] * 5, "back_from": hostile, "apart_from": hostile}


def several(text: str) -> IssueContext:
    """Return a screenshot's issue of several feedbacks with hostile words, builds and versions."""
    line = " ".join(text.split())[:300]
    return context(
        screenshot(comment=text),
        feedbacks=[
            said(name, text, at(24), version=line, build=line, tester_key=name) for name in "abc"
        ],
        summary=replace(MANY, occurrences=9),
        **neighbours(text),
    )


def render(issue: IssueContext, markup: Markup) -> Rendered:
    return Renderer().issue(
        issue, markup=markup, tracker_type=markup, title_limit=250, body_limit=60_000
    )


def tokens(block: str) -> list[Token]:
    flat: list[Token] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(block):
        flat.extend([token, *(token.children or [])])
    return flat


@pytest.mark.parametrize("issue", [crash(LONG), context(screenshot(comment=LONG)), several(LONG)])
def test_on_github_it_does_nothing(issue: IssueContext) -> None:
    rendered = render(issue, Markup.GITHUB)
    found = tokens(rendered.block)
    text = "\n".join(t.content for t in found if t.type == "text")
    html = " ".join(t.content for t in found if t.type in ("html_block", "html_inline"))
    links = {t.attrs["href"] for t in found if t.type == "link_open"}

    assert rendered.notes == ()
    assert set(re.findall(r"<[^>]*>", html)) <= HTML
    assert {str(link).split("/")[2] for link in links} <= {
        "appstoreconnect.apple.com",
        "developer.apple.com",
    }
    assert not [t for t in found if t.type in ("image", "heading_open", "hr", "ordered_list_open")]
    assert not RESOLVED.search(text)
    assert html.count("<details>") == html.count("</details>")


@pytest.mark.parametrize("issue", [crash(LONG), context(screenshot(comment=LONG)), several(LONG)])
def test_on_jira_it_does_nothing(issue: IssueContext) -> None:
    block = ESCAPED.sub("", render(issue, Markup.JIRA).block)
    outside = re.sub(r"\{noformat\}\n.*?\n\{noformat\}", "", block, flags=re.DOTALL)

    assert set(re.findall(r"\{([a-z]+)[}:]", block)) <= {"quote", "noformat"}
    assert block.count("{quote}") % 2 == 0
    assert block.count("{noformat}") % 2 == 0
    assert not re.search(r"\[[~^]|!\S+!|^-{2,}|\bSUN-1", outside, re.MULTILINE)
    assert set(re.findall(r"^h\d\.", outside, re.MULTILINE)) <= {"h6."}
    assert {url.split("/")[2] for url in re.findall(r"\|(https?://[^\]]*)\]", outside)} <= {
        "appstoreconnect.apple.com",
        "developer.apple.com",
    }


@pytest.mark.parametrize("markup", list(Markup))
def test_what_looks_like_a_template_is_text(markup: Markup) -> None:
    block = render(context(screenshot(comment=HOSTILE)), markup).block

    assert "49" not in block
    assert "7\\*7" in block
    assert "<class" not in block


@pytest.mark.parametrize("markup", list(Markup))
@pytest.mark.parametrize("issue", [crash(LONG), context(screenshot(comment=LONG)), several(LONG)])
def test_a_title_is_one_quiet_line(issue: IssueContext, markup: Markup) -> None:
    title = render(issue, markup).title

    assert title.isprintable()
    assert not RESOLVED.search(title)
    assert len(title) <= 80


def test_the_whole_comment_is_kept_as_text() -> None:
    whole = (long_comment(screenshot(comment=LONG)) or b"").decode("utf-8")

    assert len(whole) > 9000
    assert "\0" not in whole
    assert "{{ 7*7 }}" in whole
    assert long_comment(screenshot(comment="short")) is None
    assert long_comment(screenshot(comment=None)) is None
    assert long_comment(screenshot(comment="a\n" * 41)) == b"a\n" * 41


def test_the_whole_comment_is_redacted() -> None:
    whole = long_comment(screenshot(comment="jane@example.com " * 1000))

    assert whole is not None
    assert b"jane" not in whole


@pytest.mark.parametrize(
    "hidden", ["jane\u200b.doe@exam\u00adple.com", "jane.doe\u2060@example.com"]
)
def test_what_nobody_sees_hides_no_address(hidden: str) -> None:
    words = long_comment(screenshot(comment=f"{hidden} " * 1000))

    assert words is not None
    assert b"doe" not in words
    for written in (crash(hidden), context(screenshot(comment=hidden))):
        issue = replace(
            written,
            feedback=replace(written.feedback, device=Device()),
            summary=replace(MANY, words=()),
            notes=(),
            tester=None,
        )
        for markup in Markup:
            rendered = render(issue, markup)
            assert "doe" not in rendered.title + rendered.block
