"""Watching what passes between our clients and the simulators, and holding it to the documents.

Exchanges are only noted while a test runs and validated when it has ended, so that validation,
which is slow, doesn't disturb anybody's timing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.responses.exceptions import ResponseFinderError
from openapi_core.validation.request.exceptions import RequestBodyValidationError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.contract.deviations import DEVIATIONS, OUTSIDE, Deviation
from tests.contract.documents import HOST, Document, Documents

LONGEST = 400
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as they were on the wire."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes | None
    status: int
    answer_headers: tuple[tuple[str, str], ...]
    answer_body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that the document does not allow."""

    service: str
    side: str
    """`request` or `answer`."""
    method: str
    template: str
    status: int
    what: str

    def __str__(self) -> str:
        where = f"{self.method} /{self.service}{self.template}"
        return f"{where} ({self.side}, {self.status}): {self.what}"


@dataclass
class SpokenRequest:
    """A request, as openapi-core wants it."""

    exchange: Exchange
    path: str
    parameters: RequestParameters = field(init=False)
    host_url: str = HOST

    def __post_init__(self) -> None:
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(self.exchange.query),
            header=Headers(list(self.exchange.request_headers)),
        )

    @property
    def method(self) -> str:
        return self.exchange.method.lower()

    @property
    def body(self) -> bytes | None:
        return self.exchange.request_body

    @property
    def content_type(self) -> str:
        return _content_type(self.exchange.request_headers)


@dataclass
class SpokenAnswer:
    """An answer, as openapi-core wants it."""

    exchange: Exchange

    @property
    def status_code(self) -> int:
        return self.exchange.status

    @property
    def headers(self) -> Headers:
        return Headers(list(self.exchange.answer_headers))

    @property
    def content_type(self) -> str:
        return _content_type(self.exchange.answer_headers)

    @property
    def data(self) -> bytes | None:
        body = self.exchange.answer_body
        if body and "json" in self.content_type:
            return json.dumps(without_nulls(json.loads(body))).encode()
        return body


class Watch:
    """The middleware that notes exchanges, and the judge of them."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.exchanges: list[Exchange] = []

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note what passes; put this between the faults and the services."""
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            answer = error
        if self._documents.of(request.path):
            self.exchanges.append(await _noted(request, answer))
        if isinstance(answer, web.HTTPException):
            raise answer
        return answer

    def violations(self) -> list[Violation]:
        """Return what broke the documents, each kind once, known deviations left out."""
        seen = {str(v): v for exchange in self.exchanges for v in self._judge(exchange)}
        return [v for v in seen.values() if not any(_explains(d, v) for d in DEVIATIONS)]

    def _judge(self, exchange: Exchange) -> Iterator[Violation]:
        found = self._documents.of(exchange.path)
        if found is None:
            return
        service, document, path = found
        if any(o.service == service and o.path.fullmatch(path) for o in OUTSIDE):
            return
        template = document.template(path)
        for side, what in _problems(document, template, path, exchange):
            yield Violation(
                service=service,
                side=side,
                method=exchange.method,
                template=template or path,
                status=exchange.status,
                what=what,
            )


def _problems(
    document: Document, template: str | None, path: str, exchange: Exchange
) -> Iterator[tuple[str, str]]:
    if template is None:
        yield "request", "there is no such path"
        return
    names = document.query_parameters(template, exchange.method.lower())
    if names is None:
        yield "request", "there is no such operation"
        return
    for name in {n for n, _ in exchange.query} - names:
        yield "request", f"there is no query parameter {name}"
    request = SpokenRequest(exchange, path)
    for what in _request_problems(document, request):
        yield "request", what
    if exchange.status != NOT_MODIFIED:  # no body, and the documents describe the 200's
        for what in _answer_problems(document, request, SpokenAnswer(exchange)):
            yield "answer", what


def _request_problems(document: Document, request: SpokenRequest) -> Iterator[str]:
    multipart = request.content_type.startswith("multipart/")
    for error in document.openapi.iter_request_errors(request):
        # openapi-core can't read a list of files, which Jira's document makes of a form.
        if not (multipart and isinstance(error, RequestBodyValidationError)):
            yield described(error)


def _answer_problems(
    document: Document, request: SpokenRequest, answer: SpokenAnswer
) -> Iterator[str]:
    for error in document.openapi.iter_response_errors(request, answer):
        if isinstance(error, ResponseFinderError):
            yield f"the status {answer.status_code} is not documented"
        else:
            yield described(error)


def described(error: BaseException) -> str:
    """Return an openapi-core error in one readable line: each place, and what is wrong there."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        parts += [
            f"at {'/'.join(map(str, e.absolute_path)) or 'the top'}: {str(e.message)[:LONGEST]}"
            for e in leaves(getattr(cause, "schema_errors", ()))
        ]
        cause = cause.__cause__
    if not parts or getattr(error, "name", None):
        parts.insert(0, str(error) or type(error).__name__)
    return "; ".join(dict.fromkeys(parts))[: 4 * LONGEST]


def leaves(errors: Any) -> Iterator[Any]:
    """Yield the innermost schema errors, where the reason is told."""
    for error in errors:
        if error.context:
            yield from leaves(error.context)
        else:
            yield error


def without_nulls(value: Any) -> Any:
    """Return the JSON value without the members that are null."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(v) for v in value]
    return value


def _explains(deviation: Deviation, violation: Violation) -> bool:
    return (
        deviation.service == violation.service
        and deviation.side == violation.side
        and bool(deviation.operation.fullmatch(f"{violation.method} {violation.template}"))
        and bool(deviation.what.search(violation.what))
    )


def _content_type(headers: tuple[tuple[str, str], ...]) -> str:
    return next((v.lower() for n, v in headers if n.lower() == "content-type"), "")


async def _noted(request: web.Request, answer: web.StreamResponse) -> Exchange:
    sent = None
    if not request.content_type.startswith("multipart/"):
        sent = await request.read() or None
    body = answer.body if isinstance(answer, web.Response) else None
    headers = dict(answer.headers)
    if isinstance(body, bytes):
        headers.setdefault("Content-Type", answer.content_type)
    return Exchange(
        method=request.method,
        path=request.rel_url.raw_path,
        query=tuple(request.query.items()),
        request_headers=tuple(request.headers.items()),
        request_body=sent,
        status=answer.status,
        answer_headers=tuple(headers.items()),
        answer_body=body if isinstance(body, bytes) else None,
    )
