"""A user's templates: overriding, extending, failing, and not getting out of the sandbox."""

from pathlib import Path

import pytest

from bridge.markup import Markup
from bridge.render import IssueContext, Rendered, Renderer
from tests.render.contexts import context, screenshot_feedback

COMMENT = "*hi* @bob <b> [x](y)"
ESCAPED = "\\*hi\\* `@bob` &lt;b&gt; \\[x\\](y)"
SHIPPED = Renderer()
TITLE = "{% block title %}t{% endblock %}"
MACRO = "{% macro m() %}{{ caller() }}{% endmacro %}"
HTML = "{% autoescape true %}VALUE{% endautoescape %}"


@pytest.fixture
def issue() -> IssueContext:
    return context(screenshot_feedback(comment=COMMENT))


def render(renderer: Renderer, issue: IssueContext) -> Rendered:
    return renderer.issue(
        issue, markup=Markup.GITHUB, tracker_type="github", title_limit=250, body_limit=60_000
    )


def user(folder: Path, source: str, name: str = "github/screenshot.j2") -> Renderer:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, "utf-8")
    return Renderer(folders=[folder])


def body(folder: Path, source: str, issue: IssueContext) -> str:
    whole = f"{{% block title %}}t{{% endblock %}}{{% block body %}}{source}{{% endblock %}}"
    rendered = render(user(folder, whole), issue)
    assert rendered.notes == ()
    return rendered.block.strip()


def failure(folder: Path, source: str, issue: IssueContext) -> str:
    """Return the note; assert that the issue is the shipped one."""
    renderer = user(folder, source)
    rendered = render(renderer, issue)
    assert (rendered.title, rendered.block) == (
        render(SHIPPED, issue).title,
        render(SHIPPED, issue).block,
    )
    (note,) = rendered.notes
    assert "bob" not in note
    assert "hi" not in note.replace("this", "").replace("ships", "")
    return note


def test_a_users_file_replaces_ours_and_the_others_stay(
    tmp_path: Path, issue: IssueContext
) -> None:
    renderer = user(
        tmp_path, "{% block title %}T{% endblock %}{% block body %}B{% endblock %}", "jira/crash.j2"
    )

    assert render(renderer, issue) == render(SHIPPED, issue)


def test_a_template_may_extend_what_it_replaces(tmp_path: Path, issue: IssueContext) -> None:
    renderer = user(
        tmp_path,
        '{% extends "shipped/github/screenshot.j2" %}'
        "{% block body %}Team {{ app.vars.project }}\n\n{{ super() }}{% endblock %}",
    )

    rendered = render(renderer, issue)

    assert rendered.title == render(SHIPPED, issue).title
    assert rendered.block == "Team SUN\n\n" + render(SHIPPED, issue).block
    assert rendered.notes == ()


def test_a_partial_alone_may_be_replaced(tmp_path: Path, issue: IssueContext) -> None:
    renderer = user(tmp_path, "{{ app.name }}: {{ device.name }}", "_screenshot_title.j2")

    assert render(renderer, issue).title == "sunrise: iPad Pro 13-inch (M4)"


def test_the_first_folder_wins(tmp_path: Path, issue: IssueContext) -> None:
    for folder, title in (("a", "first"), ("b", "second")):
        user(tmp_path / folder, title, "_screenshot_title.j2")

    renderer = Renderer(folders=[tmp_path / "a", tmp_path / "b"])

    assert render(renderer, issue).title == "first"


@pytest.mark.parametrize(
    "source",
    [
        "{{ feedback.comment }}",
        "{{ feedback.comment | upper | lower }}",
        "{{ feedback.comment ~ '' }}",
        "{% set x = feedback.comment %}{{ x }}",
        "{% set x %}{{ feedback.comment }}{% endset %}{{ x }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(feedback.comment) }}",
        MACRO + "{% call m() %}{{ feedback.comment }}{% endcall %}",
        "{% for x in [feedback.comment] %}{{ x }}{% endfor %}",
        "{% filter trim %}{{ feedback.comment }}{% endfilter %}",
        "{{ [feedback.comment] | join }}",
        "{{ {'a': feedback.comment}.a }}",
        "{% with x = feedback.comment %}{{ x }}{% endwith %}",
        "{{ feedback.comment if true else '' }}",
        "{{ '%s' | replace('%s', feedback.comment) }}",
        "{{ '{}'.format(feedback.comment) }}",
    ],
)
def test_a_careless_template_can_not_forget_to_escape(
    tmp_path: Path, issue: IssueContext, source: str
) -> None:
    assert body(tmp_path, source, issue).lower() == ESCAPED


@pytest.mark.parametrize(
    "source",
    [
        "{{ feedback.comment ~ ('x' | strong) }}",
        "{{ ('x' | strong) ~ feedback.comment }}",
        "{{ ('x' | strong) + feedback.comment }}",
        "{{ ('x' | strong).replace('x', feedback.comment) }}",
        "{{ ('{}' | strong).format(feedback.comment) }}",
        "{{ ('{x}' | strong).format_map({'x': feedback.comment}) }}",
        HTML.replace("VALUE", "{{ feedback.comment }}"),
        HTML.replace("VALUE", "{{ ('x' | strong) ~ feedback.comment }}"),
    ],
)
def test_mixing_markup_and_text_gives_text(
    tmp_path: Path, issue: IssueContext, source: str
) -> None:
    block = body(tmp_path, source, issue)

    assert "\\*hi\\*" in block
    assert "<b>" not in block
    assert "`@bob`" in block


def test_markup_functions_escape_what_they_are_given(tmp_path: Path, issue: IssueContext) -> None:
    assert body(tmp_path, "{{ feedback.comment | strong }}", issue) == f"**{ESCAPED}**"
    assert body(tmp_path, "{{ table([feedback.comment], []) }}", issue).startswith(f"| {ESCAPED}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ feedback.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ('' | attr('__class__')).__mro__ }}",
        "{{ link.__globals__ }}",
        "{{ fold.__func__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ group.words.append(1) }}",
        "{{ app.vars.update({'x': 1}) }}",
        "{{ '{0.__class__.__mro__}'.format('') }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../pyproject.toml' %}",
        "{% import 'os' as os %}",
    ],
)
def test_a_template_can_not_leave_the_sandbox(
    tmp_path: Path, issue: IssueContext, source: str
) -> None:
    failure(tmp_path, f"{TITLE}{{% block body %}}{source}{{% endblock %}}", issue)


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in range(100000000) %}x{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 1000000000 * ['x'] }}",
        "{{ 9 ** 999999999 }}",
        "{{ '%0999999999d' % 1 }}",
        "{% for x in range(1000) %}{% for y in range(1000) %}{{ y }}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_a_template_can_not_make_much_out_of_little(
    tmp_path: Path, issue: IssueContext, source: str
) -> None:
    failure(tmp_path, f"{TITLE}{{% block body %}}{source}{{% endblock %}}", issue)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("TITLE\n{% block body %}\n{{ nobody.knows }}\n{% endblock %}",
         "github/screenshot.j2, line 3, failed (UndefinedError)"),
        ("TITLE{% block body %}{{ {}[feedback.comment] }}{% endblock %}",
         "github/screenshot.j2, line 1, failed (UndefinedError)"),
        ("TITLE{% block body %}{{ 1 / 0 }}{% endblock %}",
         "github/screenshot.j2, line 1, failed (ZeroDivisionError)"),
        ("TITLE{% block body %}{{ feedback.comment.nope() }}{% endblock %}",
         "failed (UndefinedError)"),
        ("TITLE", "failed (KeyError)"),
        ('{% extends "shipped/github/nothing.j2" %}', "failed (TemplateNotFound)"),
    ],
)  # fmt: skip
def test_a_template_that_fails_is_named_and_ours_is_used(
    tmp_path: Path, issue: IssueContext, source: str, why: str
) -> None:
    note = failure(tmp_path, source.replace("TITLE", TITLE), issue)

    assert why in note
    assert "the template that ships was used instead" in note


def test_a_template_that_can_not_be_read_is_named_with_its_line(
    tmp_path: Path, issue: IssueContext
) -> None:
    note = failure(tmp_path, "{% block title %}\n{% if %}", issue)

    assert note.startswith("Template github/screenshot.j2 can't be read: line 2: ")


def test_a_user_folder_that_is_not_there_is_no_failure(tmp_path: Path, issue: IssueContext) -> None:
    assert render(Renderer(folders=[tmp_path / "nothing"]), issue) == render(SHIPPED, issue)
