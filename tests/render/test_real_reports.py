"""Real crash reports, from the log to the issue."""

import os
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bridge import crash
from bridge.markup import Markup
from bridge.redact import redact_log
from bridge.render import Renderer
from tests.markup.test_github import RESOLVED
from tests.render.contexts import context, crash_feedback

pytestmark = pytest.mark.skipif(
    "CRASH_CORPUS_DIR" not in os.environ, reason="CRASH_CORPUS_DIR is not set"
)


def reports() -> list[Path]:
    folder = Path(os.environ["CRASH_CORPUS_DIR"])
    return sorted(f for f in folder.rglob("*") if f.suffix in {".ips", ".crash", ".txt", ".json"})


def test_every_report_becomes_an_issue_that_does_nothing() -> None:
    renderer, parser, seen = Renderer(), MarkdownIt("commonmark").enable("table"), 0
    for file in reports():
        found = crash.understand(redact_log(file.read_bytes()))
        if found is None:
            continue
        seen += 1
        issue = context(crash_feedback(comment=None), diagnosis=found)
        for markup in Markup:
            rendered = renderer.issue(
                issue, markup=markup, tracker_type=markup, title_limit=250, body_limit=30_000
            )
            assert rendered.notes == (), file.name
            assert 0 < len(rendered.title) <= 80, file.name
            assert not RESOLVED.search(rendered.title), (file.name, rendered.title)
            assert "cut here" not in rendered.block, file.name
            if markup is Markup.GITHUB:
                tokens = [t for top in parser.parse(rendered.block) for t in top.children or []]
                text = "\n".join(t.content for t in tokens if t.type == "text")
                assert not RESOLVED.search(text), (file.name, RESOLVED.search(text))
    assert seen > 10
