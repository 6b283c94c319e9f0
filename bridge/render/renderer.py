"""The renderer: templates, the user's before the shipped ones, to titles, bodies and fields."""

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from jinja2 import Template, TemplateSyntaxError

from bridge.errors import Misconfigured
from bridge.markup import Builder, Markup, PlainBuilder, builder, plain_line
from bridge.model import News
from bridge.render.context import FieldContext, IssueContext, Rendered
from bridge.render.cutting import cut_body
from bridge.render.environment import TemplateEnvironment, layered_loader, shipped_loader
from bridge.render.news import news_values
from bridge.render.view import field_values, issue_values

OUTPUT_LIMIT = 300_000  # characters; a template that makes more has gone wrong
COMMENT_LIMIT = 4000  # characters; a comment that says more than its news is a nuisance
ISSUE_BLOCKS = frozenset({"title", "body"})
COMMENT_BLOCKS = frozenset({"body"})
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


class TemplateFailed(Exception):
    """A template failed; the message holds none of the feedback's text."""


class _Templates:
    """The templates of one set of folders, for titles and for each markup."""

    def __init__(self, folders: Sequence[Path] | None) -> None:
        """Take the user's `folders` and the shipped ones; only the shipped ones if None."""
        self._loader = shipped_loader() if folders is None else layered_loader(folders)
        self._environments: dict[Markup | None, TemplateEnvironment] = {}

    def issue(
        self, names: Sequence[str], values: Mapping[str, Any], markup: Markup
    ) -> tuple[str, str]:
        """Return title and body of the first existing template; raises `TemplateFailed`."""
        try:
            title = self._block("title", names, values, None, of=ISSUE_BLOCKS)
            return title, self._block("body", names, values, markup, of=ISSUE_BLOCKS)
        except Exception as failure:  # noqa: BLE001 (a user's template may raise anything)
            raise TemplateFailed(_reason(failure, names)) from None

    def comment(self, names: Sequence[str], values: Mapping[str, Any], markup: Markup) -> str:
        """Return the body of the first existing template; raises `TemplateFailed`."""
        try:
            return self._block("body", names, values, markup, of=COMMENT_BLOCKS)
        except Exception as failure:  # noqa: BLE001 (a user's template may raise anything)
            raise TemplateFailed(_reason(failure, names)) from None

    def _block(
        self,
        name: str,
        names: Sequence[str],
        values: Mapping[str, Any],
        markup: Markup | None,
        *,
        of: frozenset[str],
    ) -> str:
        """Return what one block of those a template has gives; `markup` None is plain text."""
        environment = self._environment(markup)
        template = environment.select_template(list(names))
        return _render_block(environment, template, name, dict(values), of)

    def _environment(self, markup: Markup | None) -> TemplateEnvironment:
        if markup not in self._environments:
            text: Builder = PlainBuilder() if markup is None else builder(markup)
            self._environments[markup] = TemplateEnvironment(text, self._loader)
        return self._environments[markup]


class Renderer:
    """Renders issues and fields."""

    def __init__(self, *, folders: Sequence[Path] = ()) -> None:
        """Take templates from `folders` first; the first one that has a file wins."""
        self._folders = tuple(folders)

    @cached_property
    def _users(self) -> _Templates:
        return _Templates(self._folders)

    @cached_property
    def _shipped(self) -> _Templates:
        return _Templates(None)

    @cached_property
    def _plain(self) -> TemplateEnvironment:
        return TemplateEnvironment(PlainBuilder())

    def issue(
        self,
        context: IssueContext,
        *,
        markup: Markup,
        tracker_type: str,
        title_limit: int,
        body_limit: int,
    ) -> Rendered:
        """Return an issue's title and our block of its body, within the tracker's limits.

        The template is `TRACKER_TYPE/KIND.j2`, or the markup's where the type has none. If the
        user's fails, the shipped one is used and a note says so.
        """
        values = issue_values(context)
        names = [f"{place}/{context.feedback.kind}.j2" for place in (tracker_type, markup)]
        notes: tuple[str, ...] = ()
        try:
            title, body = self._users.issue(names, values, markup)
        except TemplateFailed as failure:
            if not self._folders:
                raise
            notes = (f"{failure}; the template that ships was used instead.",)
            title, body = self._shipped.issue(names, values, markup)
        return Rendered(
            title=plain_line(title, title_limit) or plain_line(context.feedback.id, title_limit),
            block=cut_body(_tidy(body), body_limit, markup),
            notes=notes,
        )

    def comment(
        self, news: Sequence[News], context: IssueContext, *, markup: Markup, tracker_type: str
    ) -> str:
        """Return one comment that says all of the news, in the tracker's markup.

        The template is `TRACKER_TYPE/comment.j2`, or the markup's where the type has none. If the
        user's fails, the shipped one is used.
        """
        values = issue_values(context) | news_values(news, context.summary)
        names = [f"{place}/comment.j2" for place in (tracker_type, markup)]
        try:
            body = self._users.comment(names, values, markup)
        except TemplateFailed:
            if not self._folders:
                raise
            body = self._shipped.comment(names, values, markup)
        return cut_body(_tidy(body), COMMENT_LIMIT, markup).strip()

    def fields(self, fields: Mapping[str, Any], context: FieldContext) -> dict[str, Any]:
        """Return a route's fields with every text in them rendered, lists and tables too.

        Raises `Misconfigured`, naming the field.
        """
        values = field_values(context)
        return {
            name: self._value(value, values, f"fields.{name}") for name, value in fields.items()
        }

    def _value(self, value: Any, values: Mapping[str, Any], where: str) -> Any:
        if isinstance(value, str):
            return self._text(value, values, where)
        if isinstance(value, Mapping):
            table = cast("Mapping[str, Any]", value)
            return {k: self._value(v, values, f"{where}.{k}") for k, v in table.items()}
        if isinstance(value, list | tuple):
            items = cast("Sequence[Any]", value)
            return [self._value(v, values, f"{where}[{n}]") for n, v in enumerate(items)]
        return value

    def _text(self, text: str, values: Mapping[str, Any], where: str) -> str:
        if "{" not in text:
            return text.strip()
        try:
            rendered = self._plain.from_string(text).render(values)
        except Exception as failure:
            app = values["app"]["name"]
            raise Misconfigured(
                f"{where}: {text!r} can't be filled in for the app {app}: {failure}"
            ) from failure
        return str(rendered).strip()


def _render_block(
    environment: TemplateEnvironment,
    template: Template,
    name: str,
    values: dict[str, Any],
    blocks: frozenset[str],
) -> str:
    try:
        context = template.new_context(values)
        for _ in template.root_render_func(context):  # until what it extends has said its blocks
            if blocks <= context.blocks.keys():
                break
        return environment.concat(_bounded(context.blocks[name][0](context)))
    except Exception:  # noqa: BLE001 (raised again, with the template's own lines)
        environment.handle_exception()


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > OUTPUT_LIMIT:
            raise OverflowError(f"more than {OUTPUT_LIMIT:,} characters")
        yield piece


def _reason(failure: Exception, names: Sequence[str]) -> str:
    """Say which template failed and where; of the error only what can't hold a tester's words."""
    if isinstance(failure, TemplateSyntaxError):
        file = failure.name or failure.filename or names[0]
        return f"Template {file} can't be read: line {failure.lineno}: {failure.message}"
    lines = [
        (entry.filename, entry.lineno)
        for entry in traceback.extract_tb(failure.__traceback__)
        if entry.filename.endswith(".j2")
    ]
    where = f"{_short_name(lines[-1][0])}, line {lines[-1][1]}," if lines else f"{names[0]}"
    return f"Template {where} failed ({type(failure).__name__})"


def _short_name(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _tidy(body: str) -> str:
    """Drop what template lines leave behind: spaces at line ends, and empty lines in a row."""
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", body)).strip("\n") + "\n"
