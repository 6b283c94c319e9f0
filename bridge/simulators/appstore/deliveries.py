"""Pings to webhooks, and the record of what was delivered."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bridge.simulators.appstore import errors
from bridge.simulators.appstore.answers import one, several
from bridge.simulators.appstore.bodies import data_of, target
from bridge.simulators.appstore.documents import PREFIX, Documents, zulu
from bridge.simulators.appstore.query import Allowed, Query, page, read_query
from bridge.simulators.appstore.state import Delivered, State, Webhook

RECORDS = timedelta(days=10)  # how far back deliveries may be asked for, as seen live
ANSWER_TIME = aiohttp.ClientTimeout(total=10)
_SINCE = "createdDateGreaterThanOrEqualTo"
_UNTIL = "createdDateLessThan"
_DELIVERIES = Allowed(include=("event",), filters=(_SINCE, _UNTIL), pages=True)


def sign(body: bytes, secret: str) -> str:
    """Return the `X-Apple-SIGNATURE` of a body."""
    return "hmacsha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


class Deliveries:
    """The handlers of pings and delivery records."""

    def __init__(
        self, state: State, *, origin: Callable[[], str], now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._origin = origin
        self._now = now
        self._under_way: set[asyncio.Task[None]] = set()

    def add_routes(self, app: web.Application) -> None:
        """Add the paths; pings that are under way end with the service."""
        app.router.add_get("/v1/webhooks/{id}/deliveries", self.deliveries)
        app.router.add_post("/v1/webhookPings", self.ping)
        app.on_cleanup.append(self._stop)

    async def deliveries(self, request: web.Request) -> web.Response:
        query = read_query(request, _DELIVERIES)
        webhook = self._state.webhook(request.match_info["id"])
        first, last = self._window(query)
        found = [each for each in reversed(webhook.deliveries) if first <= each.at < last]
        shown, following = page(found, query, epoch=self._state.cursor_epoch)
        documents = Documents(self._origin() + PREFIX)
        with_event = "event" in query.include
        return several(
            request,
            [documents.delivery(each, url=webhook.url, with_event=with_event) for each in shown],
            origin=self._origin(),
            query=query,
            total=len(found),
            following=following,
            included=[documents.webhook_event(each) for each in shown],
        )

    async def ping(self, request: web.Request) -> web.Response:
        data = await data_of(request, "webhookPings")
        webhook = self._state.webhook(target(data, "webhook", "webhooks"))
        task = asyncio.create_task(self._deliver_ping(webhook))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        document = Documents(self._origin() + PREFIX).ping(self._state.new_uuid())
        return one(request, document, origin=self._origin(), status=201)

    async def _deliver_ping(self, webhook: Webhook) -> None:
        event_id, at = self._state.new_uuid(), self._now()
        event: dict[str, Any] = {
            "type": "webhookPingCreated",
            "id": event_id,
            "version": 1,
            "attributes": {"timestamp": zulu(at, digits="microseconds")},
        }
        body = json.dumps({"data": event}, separators=(",", ":"))
        delivered = Delivered(id=self._state.new_uuid(), event_id=event_id, body=body, at=at)
        webhook.deliveries.append(delivered)
        await _post(webhook, delivered)

    def _window(self, query: Query) -> tuple[datetime, datetime]:
        now = self._now()
        since, until = query.filters.get(_SINCE), query.filters.get(_UNTIL)
        if (since is None) == (until is None):
            raise errors.bad_parameter(f"filter[{_SINCE}]", "One createdDate filter is required")
        first = _time(_SINCE, since) if since else now - RECORDS
        last = _time(_UNTIL, until) if until else now + timedelta(days=1)
        if min(first, last) < now - RECORDS - timedelta(minutes=1):
            detail = "createdDate must lie within the last 10 days"
            raise errors.bad_parameter(f"filter[{_SINCE}]", detail)
        return first, last

    async def _stop(self, _: web.Application) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


async def _post(webhook: Webhook, delivered: Delivered) -> None:
    body = delivered.body.encode()
    headers = {"Content-Type": "application/json", "X-Apple-SIGNATURE": sign(body, webhook.secret)}
    try:
        async with (
            aiohttp.ClientSession(timeout=ANSWER_TIME) as session,
            session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            delivered.status = answer.status
            delivered.answer = (await answer.text(errors="replace"))[:1000]
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        delivered.error = f"No response: {type(error).__name__}"


def _time(name: str, values: tuple[str, ...]) -> datetime:
    try:
        at = datetime.fromisoformat(values[0])
    except ValueError as error:
        raise errors.bad_parameter(f"filter[{name}]", f"'{values[0]}' is not a date") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
