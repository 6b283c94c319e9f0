"""Screenshots: streamed from Apple's feedback host, and from nowhere else.

Their URLs are pre-signed: they need no token, get none, end after days, and are themselves secret,
so messages name the host alone.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol

import httpx

from bridge import pictures
from bridge.appstore.addresses import Resolver, is_loopback, is_public
from bridge.appstore.retry import Retry
from bridge.appstore.settings import AppStoreSettings
from bridge.clock import Clock
from bridge.errors import BridgeError, Permanent, Refused, Transient, Unreadable
from bridge.model import RemoteScreenshot
from bridge.pictures import Picture
from bridge.upstream import retry_after

MOST_REDIRECTS = 3
MOST_ADDRESSES = 4  # of a host that are tried
OVERALL = 10  # times `timeout`: no picture, however it drips, takes longer than that
_OK = 200
_EXPIRED = frozenset({403, 404, 410})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})


class Expired(Permanent):
    """A screenshot's URL is no longer good; a fresh one comes with the submission."""


class Sink(Protocol):
    """Where the bytes go as they arrive."""

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        ...


class Images:
    """Fetches screenshots, checked on their way in."""

    def __init__(
        self,
        settings: AppStoreSettings,
        *,
        clock: Clock,
        chance: Callable[[], float],
        resolve: Resolver,
        tls: ssl.SSLContext,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolve = resolve
        self._retry = Retry(settings.retry, clock=clock, chance=chance)
        self._timeout = httpx.Timeout(settings.timeout).as_dict()
        # No connection is kept: one that was opened for a host must not serve another one that
        # shares its address.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def download(self, shot: RemoteScreenshot, sink: Sink) -> Picture:
        """Stream a screenshot into `sink` and return what kind of picture it is.

        Raises `Expired` if the URL's time is over; `Refused` if it leads where we don't go, or to
        more bytes than allowed; `Unreadable` if it is no picture; `Transient` if it can be tried
        again, with a new sink. After an error, what the sink has is to be thrown away.
        """
        try:
            async with asyncio.timeout(OVERALL * self._settings.timeout):
                response = await self._retry.run(lambda: self._open(shot.url))
                try:
                    data = await self._stream(response, sink)
                finally:
                    await response.aclose()
        except httpx.TransportError as error:
            raise Transient(f"a screenshot broke off: {type(error).__name__}") from error
        except TimeoutError as error:
            raise Transient("a screenshot took too long") from error
        try:
            return pictures.check(data)
        except Unreadable as error:
            raise Unreadable(f"the screenshot is {error}") from error

    async def _open(self, address: str) -> httpx.Response:
        """Return the response whose body is the picture, after at most three redirects."""
        url = _parse(address)
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._get(url)
            if response.status_code == _OK:
                return response
            await response.aclose()
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                raise self._failure(url, response)
            url = _parse(response.headers["Location"], base=url)
        raise Refused(f"a screenshot was redirected more than {MOST_REDIRECTS} times")

    def _failure(self, url: httpx.URL, response: httpx.Response) -> BridgeError:
        status = response.status_code
        if status in _EXPIRED:
            return Expired(f"the screenshot's address at {url.host} is no longer good ({status})")
        if status in _LATER or status >= 500:  # noqa: PLR2004
            wait = retry_after(response.headers, now=self._clock.now())
            return Transient(f"{url.host} did not give a screenshot ({status})", retry_after=wait)
        return Refused(f"{url.host} refused a screenshot ({status})")

    async def _get(self, url: httpx.URL) -> httpx.Response:
        """Send a request to the first of the host's addresses that can be reached."""
        problem: httpx.TransportError | None = None
        for address in (await self._addresses(url))[:MOST_ADDRESSES]:
            request = httpx.Request(
                "GET",
                url.copy_with(host=address),
                headers={
                    "Host": url.netloc.decode("ascii"),
                    "User-Agent": "feedback-bridge",
                    "Accept": "image/*",
                    "Accept-Encoding": "identity",
                },
                # The certificate has to be the name's, though we connect to the address.
                extensions={"timeout": self._timeout, "sni_hostname": url.host},
            )
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                problem = error
            except httpx.TransportError as error:
                problem = error
                break
        why = type(problem).__name__
        raise Transient(f"{url.host} could not be asked for a screenshot: {why}") from problem

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        """Return the addresses of a URL's host, if it is one that we may connect to."""
        self._check_name(url)
        try:
            found = await self._resolve(url.host, url.port or 443)
        except OSError as error:
            raise Transient(f"{url.host} could not be found: {type(error).__name__}") from error
        except UnicodeError as error:
            raise Refused(
                "a screenshot's address has no host name that can be looked up"
            ) from error
        if not found:
            raise Transient(f"{url.host} could not be found")
        if self._settings.image_allow_loopback and all(is_loopback(each) for each in found):
            return found
        if not all(is_public(each) for each in found):
            raise Refused(f"{url.host} is at an address that is not public; nothing was fetched")
        if url.scheme != "https" or url.port is not None:
            raise Refused(f"a screenshot's address at {url.host} is not https on its usual port")
        return found

    def _check_name(self, url: httpx.URL) -> None:
        allowed = ("https", "http") if self._settings.image_allow_loopback else ("https",)
        if url.scheme not in allowed or url.userinfo:
            raise Refused(f"a screenshot's address is not plain https: {url.scheme[:10]!r}")
        if url.host.lower().rstrip(".") not in self._settings.image_hosts:
            raise Refused(
                f"a screenshot is on {url.host[:100]!r}, which is not one of image_hosts: "
                + ", ".join(self._settings.image_hosts)
            )

    async def _stream(self, response: httpx.Response, sink: Sink) -> bytes:
        most = self._settings.image_max_size
        too_big = Refused(f"a screenshot is larger than image_max_size ({most:,} bytes)")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Unreadable("a screenshot came compressed, though it was asked for as it is")
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > most:
            raise too_big
        data = bytearray()
        async for chunk in response.aiter_raw():
            if len(data) + len(chunk) > most:
                raise too_big
            data += chunk
            await sink.write(chunk)
        return bytes(data)


def _parse(address: str, *, base: httpx.URL | None = None) -> httpx.URL:
    try:
        return httpx.URL(address) if base is None else base.join(address)
    except (httpx.InvalidURL, UnicodeError):
        # Without the cause, which may quote the address.
        raise Refused("a screenshot's address is no URL") from None
