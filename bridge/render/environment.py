"""The Jinja environment: a sandbox in which whatever is put out is escaped, asked for or not.

Jinja's own autoescape knows HTML alone. Here `finalize` escapes every value for the tracker's
markup unless it is `Safe`, and whatever a template itself builds (a block, a macro, an include) is
made of finalised pieces and so is `Safe`. Joining, slicing or replacing gives plain text again.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bridge.markup import Builder, Safe
from bridge.render.filters import FILTERS, span
from bridge.resources import shipped

LOOP_LIMIT = 1000  # of `range`, in numbers
GROWTH_LIMIT = 100_000  # of a text or list by `*`, in characters or items
EXPONENT_LIMIT = 64
# Filters that speak HTML, or that make much out of little.
_UNFIT = ("safe", "e", "escape", "forceescape", "urlize", "xmlattr", "tojson", "center", "format")


def _bounded_range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > LOOP_LIMIT:
        raise SecurityError(f"a range may have {LOOP_LIMIT} numbers")
    return numbers


def _joined(pieces: Iterable[str]) -> Safe:
    return Safe("".join(pieces))


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox for templates of one markup."""

    intercepted_binops = frozenset({"*", "**", "%"})
    concat = staticmethod(_joined)  # pyright: ignore[reportAssignmentType] (Safe is a str)

    def __init__(self, text: Builder, loader: BaseLoader | None = None) -> None:
        """Escape for the markup that `text` builds."""
        super().__init__(
            loader=loader,
            autoescape=False,  # `finalize` escapes, see above
            finalize=_finalizer(text),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in _UNFIT:
            self.filters.pop(name)
        self.filters.update(FILTERS)
        self.filters.update(
            quote=text.quote,
            code=text.code,
            code_block=text.code_block,
            strong=text.strong,
            heading=text.heading,
            bullets=text.bullets,
        )
        offered: dict[str, Callable[..., Any]] = {
            "range": _bounded_range,
            "span": span,
            "link": text.link,
            "picture": text.picture,
            "table": text.table,
            "fold": text.fold,
        }
        self.globals.pop("lipsum")
        self.globals.update(cast("dict[str, Any]", offered))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Let `format` give plain text: what was filled in has not been escaped."""
        wrapped = super().wrap_str_format(value)
        return None if wrapped is None else lambda *args, **named: str(wrapped(*args, **named))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what makes much out of little."""
        if operator == "*" and _is_sized(left) + _is_sized(right) == 1:
            if _length(left) * _length(right) > GROWTH_LIMIT:
                raise SecurityError("the result would be too long")
        elif operator == "**" and not (isinstance(right, int) and abs(right) <= EXPONENT_LIMIT):
            raise SecurityError("the exponent is too large")
        elif operator == "%" and isinstance(left, str):
            raise SecurityError("text is formatted by filters, not by %")
        return super().call_binop(context, operator, left, right)


def shipped_loader() -> BaseLoader:
    """Return the loader of the templates that came with this installation."""
    return FunctionLoader(lambda name: _read(shipped("templates"), name))


def layered_loader(folders: Sequence[Path]) -> BaseLoader:
    """Return a loader that takes the first folder's file, else the next, else the shipped one.

    `shipped/NAME` is the shipped one in any case, for a template that extends what it replaces.
    """
    ours = shipped_loader()
    theirs = [FileSystemLoader(folder) for folder in folders]
    return ChoiceLoader([*theirs, PrefixLoader({"shipped": ours}), ours])


def _read(folder: Traversable, name: str) -> tuple[str, str, Callable[[], bool]] | None:
    file = folder.joinpath(*split_template_path(name))
    if not file.is_file():
        return None
    return file.read_text("utf-8"), f"shipped/{name}", lambda: True


def _is_sized(factor: Any) -> bool:
    return isinstance(factor, str | list | tuple)


def _length(factor: Any) -> int:
    """Return a text's or list's length, else the number itself; 1 at least."""
    return max(len(factor) if _is_sized(factor) else int(factor), 1)


def _finalizer(text: Builder) -> Callable[[Any], Safe]:
    def finalize(value: Any) -> Safe:
        if value is None:
            return Safe("")
        return value if isinstance(value, Safe) else text.escape(str(value))

    return finalize
