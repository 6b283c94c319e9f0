"""Requests to the App Store Connect API: retried, paged, capped, and never redirected."""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

import httpx

from bridge.appstore import documents
from bridge.appstore.budget import Budget
from bridge.appstore.documents import Json
from bridge.appstore.failures import failure, read_answer
from bridge.appstore.retry import Retry
from bridge.appstore.settings import AppStoreSettings
from bridge.appstore.token import Tokens
from bridge.clock import Clock
from bridge.errors import BridgeError, LostAnswer, RateLimited, Transient, Unreadable
from bridge.upstream import retry_after

ANSWER_MAX = 64 * 1024**2  # bytes; a crash log of 20 MB doubles when it is written as JSON
OVERALL = 10  # times `timeout`: no answer, however it drips, takes longer than that
MOST_PAGES = 200  # of up to 200 resources
_UNAUTHORIZED, _TOO_MANY = 401, 429
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# httpx writes whole URLs at INFO; screenshots' URLs carry signatures.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and how it is spoken of."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    url: httpx.URL
    what: str
    """What is asked for or done, for messages: `crash submission AK7U…`."""
    body: Json | None = None
    may_repeat: bool = True
    """False: if the answer is lost, the request must not be sent again."""
    hide: tuple[str, ...] = ()
    """What Apple's words about it must not be quoted with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class Client:
    """Speaks to the API with one account's key."""

    def __init__(
        self,
        settings: AppStoreSettings,
        tokens: Tokens,
        *,
        key_id: str,
        clock: Clock,
        chance: Callable[[], float],
        tls: ssl.SSLContext,
    ) -> None:
        self._base = httpx.URL(settings.base_url)
        self._tokens = tokens
        self._key_id = key_id
        self._clock = clock
        self._budget = Budget(clock)
        self._retry = Retry(settings.retry, clock=clock, chance=chance)
        self._overall = OVERALL * settings.timeout
        self._http = httpx.AsyncClient(
            timeout=settings.timeout,
            verify=tls,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": "feedback-bridge", "Accept": "application/json"},
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, *, what: str, params: Mapping[str, str] | None = None) -> Json:
        """Return the document at a path below the base URL, such as `/v1/apps/123`.

        Raises `BadCredentials`, `Forbidden`, `Gone`, `Refused`, `Unreadable`, `Transient`,
        `RateLimited`, each with Apple's words where it had some.
        """
        url = self._url(path).copy_merge_params(params or {})
        return await self._send(Call(method="GET", url=url, what=what))

    async def pages(
        self, path: str, *, what: str, params: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Json]:
        """Give the documents of a list, page after page.

        Raises as `get` does, and `CursorExpired` if the list has to be read again from its start.
        Links to anywhere but this API are not followed: `Unreadable`.
        """
        url = self._url(path).copy_merge_params(params or {})
        for _ in range(MOST_PAGES):
            document = await self._send(Call(method="GET", url=url, what=what))
            yield document
            link = documents.next_link(document)
            if link is None:
                return
            url = self._inside(link, what)
        raise Unreadable(f"the list of {what} has more than {MOST_PAGES} pages")

    async def write(
        self,
        method: Literal["POST", "PATCH"],
        path: str,
        body: Json,
        *,
        what: str,
        hide: tuple[str, ...] = (),
    ) -> Json:
        """Send a document and return the answer's.

        A POST is not sent again once it may have arrived: `LostAnswer` then. Otherwise it raises
        as `get` does.
        """
        call = Call(
            method=method,
            url=self._url(path),
            what=what,
            body=body,
            may_repeat=method == "PATCH",
            hide=hide,
        )
        return await self._send(call)

    def _url(self, path: str) -> httpx.URL:
        return httpx.URL(str(self._base) + path)

    def _inside(self, link: str, what: str) -> httpx.URL:
        """Return a link of Apple's as a URL, if it is one that our token may be sent to."""
        try:
            url = self._base.join(link)
        except httpx.InvalidURL:
            raise Unreadable(f"the next page of {what} has no readable address") from None
        ours = (self._base.scheme, self._base.host, self._base.port)
        below = f"{self._base.path.rstrip('/')}/v1/"
        stays = url.path.startswith(below) and ".." not in url.path.split("/")
        if (url.scheme, url.host, url.port) != ours or url.userinfo or not stays:
            raise Unreadable(
                f"the next page of {what} would be on {url.host or 'no host'}, outside the API; "
                "it is not followed"
            )
        return url

    async def _send(self, call: Call) -> Json:
        return await self._retry.run(lambda: self._attempt(call))

    async def _attempt(self, call: Call) -> Json:
        self._budget.check()
        token = self._tokens.current()
        answer = await self._exchange(call, token)
        if answer.status == _UNAUTHORIZED:
            answer = await self._exchange(call, self._tokens.replace(token))
        self._budget.note(answer.headers)
        if httpx.codes.is_success(answer.status):
            return _document(answer.body, call.what)
        raise self._failure(call, answer)

    def _failure(self, call: Call, answer: _Answer) -> BridgeError:
        error = failure(
            cause := read_answer(answer.status, answer.headers, answer.body, hide=call.hide),
            what=call.what,
            key_id=self._key_id,
            retry_after=retry_after(answer.headers, now=self._clock.now()),
            may_repeat=call.may_repeat,
        )
        if isinstance(error, RateLimited) and error.retry_after is not None:
            self._budget.pause(error.retry_after)
        error.__cause__ = cause
        return error

    async def _exchange(self, call: Call, token: str) -> _Answer:
        request = self._http.build_request(
            call.method,
            call.url,
            headers={"Authorization": f"Bearer {token}"},
            json=call.body,
        )
        try:
            async with asyncio.timeout(self._overall):
                response = await self._http.send(request, stream=True)
                try:
                    body = await _read(response, call.what)
                finally:
                    await response.aclose()
        except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
            raise _lost(call, error) from error
        return _Answer(status=response.status_code, headers=response.headers, body=body)


async def _read(response: httpx.Response, what: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_MAX:
            raise Unreadable(f"the answer about {what} is larger than {ANSWER_MAX // 1024**2} MiB")
    return bytes(body)


def _lost(call: Call, error: Exception) -> Transient:
    why = type(error).__name__
    if call.may_repeat or isinstance(error, _NEVER_SENT):
        return Transient(f"App Store Connect could not be asked for {call.what}: {why}")
    return LostAnswer(f"App Store Connect's answer about {call.what} was lost: {why}")


def _document(body: bytes, what: str) -> Json:
    try:
        document: object = json.loads(body)
    except RecursionError:
        raise Unreadable(f"the answer about {what} is nested too deeply") from None
    except ValueError:
        # A maintenance page, a proxy's greeting: nothing that is final.
        raise Transient(f"the answer about {what} is not JSON") from None
    if not isinstance(document, dict):
        raise Unreadable(f"the answer about {what} is no JSON object")
    return cast("dict[str, object]", document)
