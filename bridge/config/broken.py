"""Words what the YAML reader found wrong: it speaks of tokens, people speak of lines and quotes."""

import re
from typing import Any

from ruamel.yaml.error import YAMLError

_NO_COLON = (
    "no colon fits here; does the line above lack one, is a line indented wrongly, or does a text "
    "with a colon lack its quotes?"
)
_EXPLAINED: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    # what the reader says, what we say, and whether it is about where it began to read
    (re.compile(r'found duplicate key "(.*?)" with'), r"\1 stands twice in this table", False),
    (re.compile(r"found character '\\t'"), "there is a tab; indent with spaces", False),
    (re.compile(r"found character '(.)'"), r"a value can't start with \1; put it in quotes", False),
    (re.compile(r"expected <block end>"), "its indentation fits no line above it", False),
    (re.compile(r"mapping values are not allowed"), _NO_COLON, False),
    (re.compile(r"sequence entries are not allowed"), "a list starts on a line of its own", False),
    (re.compile(r"could not find expected ':'"), "this line has no colon after its key", True),
    (re.compile(r"expected ',' or '([\]}])'"), r"a \1 or a comma is missing after here", True),
    (re.compile(r"unexpected end of stream"), "a quote is opened here and not closed", True),
)  # fmt: skip


def explained(error: YAMLError) -> tuple[int | None, str]:
    """Return the line, counted from 1, and what is wrong there.

    Values are not repeated: one may be a secret that should not be there.
    """
    # ruamel gives these no types.
    mark: Any = getattr(error, "problem_mark", None)
    begin: Any = getattr(error, "context_mark", None) or mark
    reason = str(getattr(error, "problem", None) or "broken")
    for said, ours, at_begin in _EXPLAINED:
        if found := said.search(reason):
            return _line(begin if at_begin else mark), found.expand(ours)
    return _line(mark), " ".join(reason.split())


def _line(mark: Any) -> int | None:
    return mark.line + 1 if mark is not None else None
