"""What Apple's error answers mean for us.

The shape is `{"errors": [{status, code, title, detail, source}]}`; `code` is dotted, general to
specific, and the only part that is meant for programs (Apple, "Parsing the Error Response Code").
"""

import json
from collections.abc import Mapping
from typing import cast

from bridge.errors import (
    BadCredentials,
    BridgeError,
    Forbidden,
    Gone,
    LostAnswer,
    NotYet,
    RateLimited,
    Refused,
    Transient,
    Unreadable,
)

AGREEMENT_WAIT = 3600.0  # seconds until we look again whether somebody signed
LONGEST_DETAIL = 300  # characters
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 400, 401, 403, 404, 429


class CursorExpired(Transient):
    """A list has to be read again from its start."""


class AgreementMissing(NotYet):
    """Apple wants an agreement signed before it answers anything; no work is lost meanwhile."""


class AppleAnswer(Exception):
    """An error as Apple words it; the `__cause__` of ours.

    Several errors may come in one answer, and the decisive one is not always the first: `codes`
    has the code of each, the rest is the first's.
    """

    def __init__(
        self,
        *,
        status: int,
        codes: tuple[str, ...] = (),
        title: str = "",
        detail: str = "",
        parameter: str = "",
        request_id: str = "",
    ) -> None:
        self.status = status
        self.codes = codes
        self.title = title
        self.detail = detail
        self.parameter = parameter
        self.request_id = request_id
        super().__init__(self._sentence())

    @property
    def code(self) -> str:
        """The first error's code, such as `FORBIDDEN_ERROR`; empty if there was none."""
        return self.codes[0] if self.codes else ""

    def has(self, prefix: str) -> bool:
        """Say whether any of the codes is this one or a more specific one."""
        return any(code == prefix or code.startswith(f"{prefix}.") for code in self.codes)

    def _sentence(self) -> str:
        facts = [str(self.status), *self.codes[:1]]
        if self.request_id:
            facts.append(f"request {self.request_id}")
        words = self.detail or self.title
        return f"{words} ({', '.join(facts)})" if words else f"({', '.join(facts)})"


def read_answer(
    status: int, headers: Mapping[str, str], body: bytes, *, hide: tuple[str, ...] = ()
) -> AppleAnswer:
    """Return the error that an answer tells of; the body may be anything, or nothing.

    What is in `hide` is blotted out, since Apple's details quote the values they don't like.
    """
    errors = _errors(body)
    first = errors[0] if errors else {}
    source = first.get("source")
    parameter = cast("dict[str, object]", source).get("parameter") if _is_table(source) else None
    return AppleAnswer(
        status=status,
        codes=tuple(code for each in errors if (code := _word(each.get("code"), hide))),
        title=_word(first.get("title"), hide),
        detail=_word(first.get("detail"), hide),
        parameter=_word(parameter, hide),
        request_id=_word(headers.get("x-request-id"), hide),
    )


def failure(
    answer: AppleAnswer, *, what: str, key_id: str, retry_after: float | None, may_repeat: bool
) -> BridgeError:
    """Return our error for an answer that is not a success; `what` was asked for, or to be done."""
    status = answer.status
    if status >= 500:  # noqa: PLR2004
        kind = Transient if may_repeat else LostAnswer
        return kind(f"App Store Connect failed at {what}: {answer}", retry_after=retry_after)
    if status < _BAD_REQUEST:
        return Unreadable(
            f"App Store Connect answered {what} with a redirect ({status}), which is not followed; "
            "check base_url"
        )
    if status == _TOO_MANY:
        sentence = f"App Store Connect wants fewer requests: {answer}"
        return RateLimited(sentence, retry_after=retry_after)
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return _no_access(answer, what, key_id)
    return _no_success(answer, what)


def _no_access(answer: AppleAnswer, what: str, key_id: str) -> BridgeError:
    if answer.status == _UNAUTHORIZED:
        return BadCredentials(
            f"App Store Connect does not accept API key {key_id}: {answer} Check issuer_id and "
            "key_id, that the key was not revoked, and this machine's clock."
        )
    if answer.has("FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"):
        return AgreementMissing(
            "Apple wants an agreement signed: the Account Holder has to do that in App Store "
            f"Connect under Business; until then all feedback waits. {answer}",
            retry_after=AGREEMENT_WAIT,
        )
    return Forbidden(
        f"API key {key_id} has no right to {what}: {answer} Its role has to allow that; App "
        "Manager does."
    )


def _no_success(answer: AppleAnswer, what: str) -> BridgeError:
    if answer.status == _NOT_FOUND:
        return Gone(
            f"App Store Connect has no {what}, or the API key has no access to its app: {answer}"
        )
    if answer.has("PARAMETER_ERROR") and _is_about_cursor(answer):
        return CursorExpired(f"the list of {what} changed while it was read: {answer}")
    return Refused(f"App Store Connect refused {what}: {answer}")


def _is_about_cursor(answer: AppleAnswer) -> bool:
    return answer.parameter == "cursor" or "valid cursor" in answer.detail


def _errors(body: bytes) -> list[dict[str, object]]:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not _is_table(document):
        return []
    errors = cast("dict[str, object]", document).get("errors")
    if not isinstance(errors, list):
        return []
    return [
        cast("dict[str, object]", each) for each in cast("list[object]", errors) if _is_table(each)
    ]


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _word(value: object, hide: tuple[str, ...]) -> str:
    """Return a text of Apple's on one line, without control characters and secrets."""
    if not isinstance(value, str):
        return ""
    for secret in hide:
        value = value.replace(secret, "…")
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"
