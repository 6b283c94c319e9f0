"""JSON from outside: read whole, or up to where it was cut, and never trusted to have a shape."""

import json
import re
from typing import Any, cast

from bridge.crash.words import known

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[{}\[\],]', re.DOTALL)
_CLOSERS = {"{": "}", "[": "]"}
_DEEPEST = 200
"""Nesting that a cut document is mended at; Apple's reports use about eight levels."""

Table = dict[str, Any]


def read_object(text: str) -> tuple[Table | None, int]:
    """The JSON object that `text` starts with, and where it ends: 0 if it does not.

    What follows it is not looked at. A document that was cut is read up to the last value that
    is whole. (None, 0) where nothing can be read.
    """
    start = len(text) - len(text.lstrip())
    table, end = _decoded(text, start)
    if table is not None:
        return table, end
    mended = _mended(text[start:])
    return (_decoded(mended, 0)[0] if mended else None), 0


def is_plain(text: str) -> bool:
    """Whether all strings of a document are ASCII without NULs."""
    return text.isascii() and "\0" not in text and ("\\" not in text or "\\u" not in text)


def _decoded(text: str, start: int) -> tuple[Table | None, int]:
    for decoder in (_DECODER, _CAREFUL_DECODER):
        try:
            value, end = decoder.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError):
            break
        except ValueError:
            continue
        return (cast("Table", value), end) if isinstance(value, dict) else (None, 0)
    return None, 0


def _usable(digits: str) -> int | None:
    """The number; None where it is so long that Python won't read it."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


_LONGEST_NUMBER = 64
_DECODER = json.JSONDecoder(strict=False)
_CAREFUL_DECODER = json.JSONDecoder(strict=False, parse_int=_usable)
"""Slower; for the document whose numbers are too long for the other one."""


def _mended(text: str) -> str | None:
    """`text` up to its last whole value, with the brackets closed that are then open."""
    stack: list[str] = []
    safe, open_then = 0, 0
    for token in _TOKEN.finditer(text):
        mark = token[0][0]
        if mark == '"':
            if not token[1]:
                break
            continue
        if mark in _CLOSERS:
            stack.append(_CLOSERS[mark])
            safe, open_then = token.end(), len(stack)
        elif mark == ",":
            safe, open_then = token.start(), len(stack)
        else:
            if not stack or stack.pop() != mark:
                break
            safe, open_then = token.end(), len(stack)
        if len(stack) > _DEEPEST:
            break
    closers = "".join(reversed(stack[:open_then]))
    return text[:safe] + closers if safe and closers else None


def table(parent: Table, key: str) -> Table:
    """The object at `key`; an empty one where there is none."""
    value = parent.get(key)
    return cast("Table", value) if isinstance(value, dict) else {}


def tables(parent: Table, key: str) -> list[Table]:
    """The objects in the list at `key`; what isn't one is an empty one, so that places stay."""
    value = parent.get(key)
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("Table", item) if isinstance(item, dict) else {} for item in items]


def lines(parent: Table, key: str) -> list[str]:
    """The lines of the string at `key`, or of the strings in the list there."""
    value = parent.get(key)
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items:
        if isinstance(item, str):
            found.extend(line for part in item.splitlines() if (line := known(part)))
    return found


def texts(parent: Table, key: str) -> list[str]:
    """The strings in the list at `key`, or the one string there."""
    value = parent.get(key)
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [text for item in items if isinstance(item, str) and (text := known(item))]


def text(parent: Table, key: str) -> str | None:
    """The string at `key`, or a number there as one; None where it says nothing."""
    value = parent.get(key)
    if value is None:
        return None
    if isinstance(value, str):
        return known(value)
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and value.bit_length() < _LONGEST_NUMBER * 4
    ):
        return str(value)
    return None


def number(parent: Table, key: str) -> int | None:
    """The whole number at `key` if it is one that a 64-bit process could have."""
    value = parent.get(key)
    usable = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 65
    return value if usable else None
