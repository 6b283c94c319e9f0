"""The model's frozen values as JSON text and back.

Reading is tolerant: a field that was added later takes its default, one that is no longer known
is passed over. The text is pure ASCII, so that lone surrogates and NULs, which testers do send,
survive in any database.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from bridge.model import (
    Attachment,
    CrashFeedback,
    Feedback,
    Kind,
    Likeness,
    ScreenshotFeedback,
)

T = TypeVar("T")

_FEEDBACK: Mapping[Kind, type[Feedback]] = {
    Kind.SCREENSHOT: ScreenshotFeedback,
    Kind.CRASH: CrashFeedback,
}

_adapter = cache(TypeAdapter[Any])


def dump(value: object) -> str:
    """Return a frozen value of the model as JSON text."""
    return json.dumps(_adapter(type(value)).dump_python(value, mode="json"))


def load(kind: type[T], text: str) -> T:
    """Return the value that `dump` was given; pydantic's ValidationError if it is none."""
    return cast("T", _adapter(kind).validate_python(json.loads(text)))


def load_feedback(kind: str, text: str) -> Feedback:
    """Return a feedback of this kind."""
    return load(_FEEDBACK[Kind(kind)], text)


def dump_attachments(files: Sequence[Attachment]) -> str:
    """Return attachments as JSON text."""
    return json.dumps([json.loads(dump(file)) for file in files])


def load_attachments(text: str) -> tuple[Attachment, ...]:
    """Return the attachments that `dump_attachments` was given."""
    return load(tuple[Attachment, ...], text)


def dump_likenesses(like: Sequence[Likeness]) -> str:
    """Return likenesses as JSON text, which `load` gives back as a tuple of them."""
    return json.dumps([json.loads(dump(one)) for one in like])


def dump_words(words: Sequence[str]) -> str:
    """Return strings as JSON text."""
    return json.dumps(list(words))


def load_words(text: str) -> tuple[str, ...]:
    """Return the strings that `dump_words` was given."""
    return load(tuple[str, ...], text)


def load_errors(text: str) -> tuple[tuple[datetime, str], ...]:
    """Return a job's errors, oldest first, with their times."""
    entries = cast("list[tuple[str, str, int]]", json.loads(text))
    return tuple((datetime.fromisoformat(at), words) for at, words, _ in entries)


def add_error(text: str, *, at: datetime, error: str, tries: int, most: int) -> str:
    """Return a job's errors with one more, and only the newest `most` of them."""
    entries = cast("list[object]", json.loads(text))
    return json.dumps([*entries, (at.isoformat(), error, tries)][-most:])
