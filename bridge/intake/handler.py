"""The webhook over HTTP: verify, keep, answer. Nothing is worked on here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol, TypeVar

from aiohttp import web

from bridge.clock import Clock
from bridge.errors import Transient
from bridge.intake.event import NotAnEvent, malformed, read_event
from bridge.intake.problem import Problem
from bridge.intake.signature import BadSignature, verify
from bridge.model import Delivery, JobKey
from bridge.settings import Secret

SIGNATURE = "X-Apple-SIGNATURE"
MAX_BODY = 1 << 20  # bytes; real bodies are under 2 KiB
READ_TIMEOUT = 15.0  # seconds in which a body must have come
RETRY_AFTER = 30  # seconds; how long a full disk or a restart may last at least

B = TypeVar("B", bytes, bytearray)

Put = Callable[[Delivery, JobKey | None], Awaitable[bool]]


class DeliveryCounter(Protocol):
    """Counts requests by app and by what became of them."""

    def delivery(self, app: str, result: str) -> None:
        """Count one."""
        ...


class _Uncounted:
    def delivery(self, app: str, result: str) -> None:
        del app, result


class Intake:
    """Takes App Store Connect's deliveries at `/webhooks/{app}`."""

    def __init__(
        self,
        *,
        secrets: Mapping[str, Sequence[Secret]],
        put: Put,
        reactions: Mapping[str, str],
        clock: Clock,
        max_body: int = MAX_BODY,
        metrics: DeliveryCounter | None = None,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        """Take deliveries for the apps that have `secrets`, and hand them to `put`.

        `put` returns once a delivery is durable: True if it is new; it raises Transient if that
        can't be. `reactions` says for each event type that something reacts to the instance type
        of the job it asks for; other events are kept, and answered `ignored`.
        """
        self._secrets = {
            app: [secret.reveal().encode() for secret in its] for app, its in secrets.items()
        }
        self._put = put
        self._reactions = reactions
        self._clock = clock
        self._max_body = max_body
        self._metrics = metrics or _Uncounted()
        self._read_timeout = read_timeout
        self.closing = False
        """Set this to take no more, while what was taken is answered."""

    def add_routes(self, app: web.Application) -> None:
        """Add `/webhooks/{app}` to a web application."""
        app.router.add_route("*", "/webhooks/{app}", self._receive)

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 once the delivery is durable; a problem document for anything else."""
        app = request.match_info["app"]
        try:
            self._refuse_early(request, app)
            body = await self._read(request)
            self._verify(request, app, body)
            result = await self._keep(app, body)
        except Problem as problem:
            if problem.result is not None:
                self._metrics.delivery(app, problem.result)
            return problem.response()
        self._metrics.delivery(app, result)
        return web.json_response({"status": result})

    def _refuse_early(self, request: web.Request, app: str) -> None:
        """Refuse what needs no reading of a body."""
        if app not in self._secrets:
            raise Problem(
                HTTPStatus.NOT_FOUND, "There is no app of this name.", result="unknown_app"
            )
        if request.method != "POST":
            raise Problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "Webhooks are posted.",
                headers={"Allow": "POST"},
            )
        if self.closing:
            raise _unavailable("The service is stopping; send this again.")
        if request.content_length is not None and request.content_length > self._max_body:
            raise self._too_large()

    async def _read(self, request: web.Request) -> bytes:
        """Return the body's bytes; never more than allowed are held."""
        try:
            if request.content.is_eof():  # small ones come whole, with the headers
                return self._capped(request.content.read_nowait())
            async with asyncio.timeout(self._read_timeout):
                body = bytearray()
                async for chunk in request.content.iter_any():
                    body += chunk
                    self._capped(body)
                return bytes(body)
        except TimeoutError as error:
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "The body took too long.") from error
        except web.RequestPayloadError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "The body can't be read.") from error

    def _capped(self, body: B) -> B:
        if len(body) > self._max_body:
            raise self._too_large()
        return body

    def _verify(self, request: web.Request, app: str, body: bytes) -> None:
        headers = request.headers.getall(SIGNATURE, [])
        try:
            verify(
                body,
                header=headers[0] if len(headers) == 1 else None,
                secrets=self._secrets[app],
            )
        except BadSignature as error:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                f"The {SIGNATURE} header is missing or doesn't fit the body.",
                result="unauthorized",
            ) from error

    async def _keep(self, app: str, body: bytes) -> str:
        """Keep a signed body, whatever it holds; return what became of it."""
        now = self._clock.now()
        try:
            delivery = read_event(body, app=app, received_at=now)
            job = self._job(delivery)
        except NotAnEvent as error:
            await self._durable(malformed(body, app=app, received_at=now), None)
            raise Problem(
                HTTPStatus.BAD_REQUEST, f"This is no webhook: {error}.", result="malformed"
            ) from error
        if not await self._durable(delivery, job):
            return "duplicate"
        return "ignored" if job is None else "accepted"

    def _job(self, delivery: Delivery) -> JobKey | None:
        """Return the job that a delivery asks for. Raises NotAnEvent if it doesn't say of what."""
        wanted = self._reactions.get(delivery.type)
        if wanted is None:
            return None
        if delivery.instance_type != wanted or delivery.instance_id is None:
            raise NotAnEvent(f"{delivery.type} names no instance of type {wanted}")
        return JobKey(app=delivery.app, instance_type=wanted, instance_id=delivery.instance_id)

    async def _durable(self, delivery: Delivery, job: JobKey | None) -> bool:
        try:
            return await self._put(delivery, job)
        except Transient as error:
            raise _unavailable("The delivery can't be kept just now; send it again.") from error

    def _too_large(self) -> Problem:
        return Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body may have {self._max_body} bytes.",
            result="too_large",
        )


def _unavailable(detail: str) -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        detail,
        result="unavailable",
        headers={"Retry-After": str(RETRY_AFTER)},
    )
