"""Talks to GitHub's API through PyGithub, from a few threads of our own.

PyGithub is blocking, resends creates by default (11 times, measured), sleeps inside calls, and its
objects fetch what they lack when an attribute is read. So: its retries and pacing are off, each
thread has a client of its own, and requests go through its `Requester` with their paths written
out. What one call sends is what can be read here, and it is sent once.
"""

import asyncio
import json
import logging
import math
import re
import threading
from collections.abc import AsyncGenerator, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

import github
import jwt
import requests
from urllib3.exceptions import NewConnectionError

from bridge.clock import Clock
from bridge.errors import BadCredentials, BridgeError, LostAnswer, RateLimited, Refused, Transient
from bridge.trackers.github.errors import Answer, failure
from bridge.trackers.github.settings import AppSettings, GitHubSettings
from bridge.upstream import check_right, read_again

THREADS = 4
_NEXT = re.compile(r'<([^<>]+)>;\s*rel="next"')


class Client:
    """GitHub's API: one request a call, its refusals as `bridge.errors`."""

    def __init__(self, settings: GitHubSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="github")
        self._own = threading.local()
        self._opened: list[github.Github] = []
        self._opening = threading.Lock()
        self._limited_until = 0.0
        # PyGithub logs whole requests and answers at DEBUG: issue texts, and an App's new tokens.
        logging.getLogger("github").setLevel(logging.WARNING)

    async def send(
        self,
        verb: str,
        path: str,
        *,
        doing: str,
        body: dict[str, Any] | None = None,
        expect: Collection[int] = (),
        once: bool = False,
        as_app: bool = False,
    ) -> Answer:
        """Send one request and return its answer: 2xx, or a status in `expect`.

        `doing` is what the errors say was tried. With `once`, an answer that doesn't come, can't
        be read, or is 5xx raises `LostAnswer`; without, `Transient`. `as_app` signs as the App
        itself and not as its installation. Raises `RateLimited` without
        asking while an earlier limit lasts: GitHub bans those who go on; and `NotYet` for a write
        whose right was lost (`check_right`).
        """
        if verb != "GET":
            check_right()
        request = _Request(verb=verb, path=path, body=body, doing=doing, once=once, as_app=as_app)
        return await self._send(request, expect)

    async def _send(self, request: "_Request", expect: Collection[int]) -> Answer:
        if (left := self._limited_until - self._clock.monotonic()) > 0:
            raise RateLimited(f"GitHub's rate limit lasts another {left:.0f} s", retry_after=left)
        answer = await self._answer(request)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._settings.app is not None:
            self._drop_clients()  # an installation's token can be withdrawn before it ends
            answer = await self._answer(request)
        if answer.status < HTTPStatus.MULTIPLE_CHOICES or answer.status in expect:
            return answer
        now = self._clock.now()
        error = failure(answer, doing=request.doing, now=now, once=request.once)
        if isinstance(error, RateLimited):
            self._limited_until = self._clock.monotonic() + (error.retry_after or 0.0)
        raise error

    async def get(
        self, path: str, *, doing: str, expect: Collection[int] = (), etag: str | None = None
    ) -> Answer:
        """Return the answer to a GET, as `send` does, but asking a few times (`read_again`).

        With `etag` the answer is a 304, which is to be in `expect`, if it would be as before; the
        primary limit doesn't count that.
        """
        return await self._read(_Request(verb="GET", path=path, doing=doing, etag=etag), expect)

    async def pages(self, path: str, *, doing: str) -> AsyncGenerator[list[dict[str, Any]]]:
        """Yield the pages of a list, by its `Link` headers.

        Raises `Refused` if a link leads away from the configured API.
        """
        following: str | None = path
        while following:
            answer = await self.get(following, doing=doing)
            yield entries(answer, doing=doing)
            following = self.following(answer)

    def following(self, answer: Answer) -> str | None:
        """Return the path of a list's next page, if there is one; raises as `pages` does."""
        link = _NEXT.search(answer.headers.get("link", ""))
        return self._local(link[1]) if link else None

    async def graph(self, query: str, variables: dict[str, Any], *, doing: str) -> Answer:
        """Return the answer to a GraphQL question; any refusal (4xx) is returned as well."""
        base = self._settings.base_url
        url = f"{base.removesuffix('/v3') if base.endswith('/api/v3') else base}/graphql"
        body = {"query": query, "variables": variables}
        request = _Request(verb="POST", path=url, doing=doing, body=body)
        return await self._read(request, {400, 401, 403, 404, 405, 410, 422})

    async def _read(self, request: "_Request", expect: Collection[int]) -> Answer:
        async def ask() -> Answer:
            return await self._send(request, expect)

        return await read_again(ask, clock=self._clock)

    async def aclose(self) -> None:
        """Give back the threads and connections; requests under way end by their time-outs."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._drop_clients()

    def _drop_clients(self) -> None:
        """Close the connections, and forget the tokens; threads then open new ones."""
        with self._opening:
            opened, self._opened = self._opened, []
            self._own = threading.local()
        for client in opened:
            client.close()

    async def _answer(self, request: "_Request") -> Answer:
        """Run the request in a thread; the time-outs of one that drips add up to a bound."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(max(300.0, 10 * self._settings.timeout)):
                status, headers, text = await loop.run_in_executor(
                    self._threads, self._exchange, request
                )
        except (requests.RequestException, OSError) as error:
            raise _broken(error, request) from None
        try:
            data = json.loads(text) if text else None
        except ValueError:
            if status < HTTPStatus.MULTIPLE_CHOICES:
                kind = LostAnswer if request.once else Transient
                raise kind(f"GitHub's answer to {request.doing} can't be read") from None
            data = None
        return Answer(status, headers, data)

    def _exchange(self, request: "_Request") -> tuple[int, dict[str, str], str]:
        """Send one request, in a thread of ours; the App's token is renewed before, not within."""
        requester = self._client(as_app=request.as_app).requester
        self._renew(requester.auth)
        headers = {"Accept": "application/vnd.github+json"}
        if request.etag is not None:
            headers["If-None-Match"] = request.etag
        try:
            status, answered, text = requester.requestJson(
                request.verb, request.path, headers=headers, input=request.body
            )
        except RuntimeError:  # PyGithub's word for a redirect to another host, or in a circle
            raise Refused(
                f"GitHub sent {request.doing} somewhere else; check base_url "
                f"({self._settings.base_url})"
            ) from None
        return status, cast("dict[str, str]", answered), text

    def _client(self, *, as_app: bool) -> github.Github:
        """Return this thread's own client."""
        name = "app" if as_app else "client"
        client = cast("github.Github | None", getattr(self._own, name, None))
        if client is None:
            client = open_client(self._settings, as_app=as_app)
            setattr(self._own, name, client)
            with self._opening:
                self._opened.append(client)
        return client

    def _renew(self, auth: github.Auth.Auth | None) -> None:
        """Fetch an App's token where there is none that still holds."""
        if self._settings.app is None or auth is None:
            return
        doing = f"a token of the App's installation {self._settings.app.installation_id}"
        ask = _Request(verb="POST", path="", doing=doing)
        try:
            _ = auth.token
        except github.GithubException as error:
            headers = {k.lower(): str(v) for k, v in (error.headers or {}).items()}
            answer = Answer(error.status, headers, error.data)
            raise failure(answer, doing=doing, now=self._clock.now()) from None
        except (requests.RequestException, OSError) as error:
            raise _broken(error, ask) from None
        except (jwt.PyJWTError, ValueError, TypeError):
            # Not a PEM file, one that is locked with a password, or of another kind of key.
            raise _bad_key(self._settings.app) from None

    def _local(self, link: str) -> str:
        """Return a link's path and query, as the API's client wants them."""
        found, base = urlsplit(link), urlsplit(self._settings.base_url)
        if (found.scheme, found.netloc) != (base.scheme, base.netloc):
            raise Refused(f"a list at GitHub goes on at another host ({found.netloc})")
        return found.path.removeprefix(base.path) + (f"?{found.query}" if found.query else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What `send` was asked for, on its way into a thread."""

    verb: str
    path: str
    doing: str
    body: dict[str, Any] | None = None
    once: bool = False
    as_app: bool = False
    etag: str | None = None


def entries(answer: Answer, *, doing: str) -> list[dict[str, Any]]:
    """Return a list's entries; raises `Transient` if the answer is no list."""
    if not isinstance(answer.data, list):
        raise Transient(f"GitHub answered {doing} with something that is no list")
    return cast("list[dict[str, Any]]", answer.data)


def open_client(settings: GitHubSettings, *, as_app: bool = False) -> github.Github:
    """Return a PyGithub client that sends each request once and never sleeps; no I/O yet."""
    return github.Github(
        auth=_auth(settings, as_app=as_app),
        base_url=settings.base_url,
        timeout=max(1, math.ceil(settings.timeout)),
        user_agent="feedback-bridge",
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )


def _auth(settings: GitHubSettings, *, as_app: bool) -> github.Auth.Auth:
    if settings.app is not None:
        app = github.Auth.AppAuth(settings.app.id, settings.app.private_key.reveal())
        return app if as_app else app.get_installation_auth(settings.app.installation_id)
    if settings.token is None or as_app:
        raise TypeError("only an App's settings can sign as an App")
    return github.Auth.Token(settings.token.reveal())


def _bad_key(app: AppSettings) -> BridgeError:
    return BadCredentials(
        f"the GitHub App's private key ({app.private_key.source}) can't be used; it is the PEM "
        "file that the App's settings page gave"
    )


def _broken(error: Exception, request: _Request) -> BridgeError:
    """Return the error for a request that got no answer.

    The library's own words are left out: they hold addresses, and some of them headers.
    """
    if _never_left(error):
        return Transient(f"GitHub can't be reached for {request.doing} ({type(error).__name__})")
    what = "in time" if isinstance(error, requests.Timeout | TimeoutError) else "at all"
    kind = LostAnswer if request.once else Transient
    return kind(f"GitHub didn't answer {request.doing} {what} ({type(error).__name__})")


def _never_left(error: Exception) -> bool:
    """Return whether no connection was made, so that nothing can have been done."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
