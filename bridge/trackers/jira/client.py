"""The jira library, held to one request a call, and the threads it runs in.

Left to itself the library (3.10.5) sends a create up to four times, sleeps in its caller, waits
for ever, follows redirects with our token, hides a created issue behind a failed read, and assigns
issues to the first user that a search finds. So it is used for its session, its sign-in and its
addresses: no retries, no redirects, a time limit, one client a thread, and every request is one
that we word ourselves.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, cast

from jira import JIRA
from jira.resilientsession import ResilientSession
from requests import Response
from requests import exceptions as network

from bridge.clock import Clock
from bridge.errors import BridgeError, LostAnswer, Misconfigured, Transient
from bridge.trackers.jira.failures import Answer, redirected, translate
from bridge.trackers.jira.settings import JiraSettings
from bridge.upstream import check_right, read_again

THREADS = 4
CONNECT = 5.0  # seconds
_NEVER_CONNECTED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to be sent: its name there, where it lies here, and what it is."""

    name: str
    path: Path
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to Jira's REST API, version 2."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    """Below `/rest/api/2/`."""
    doing: str
    """Completes "Jira did not …", for messages."""
    params: Mapping[str, str | int] | None = None
    body: Mapping[str, Any] | None = None
    files: Sequence[Upload] = ()
    once: bool = False
    """Whether a lost answer must be told apart from a request that was not sent."""
    reads: bool = False
    """Whether it changes nothing: a GET, or a question that takes a body."""


class _Unwelcome(Exception):
    """An answer that is not a success."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _stop(response: Response, *_: object, **__: object) -> None:
    """End a request that is refused or redirected before the library looks at its answer.

    The library's own reading loses which field an error is about, and fails on odd bodies.
    """
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        raise _Unwelcome(response)


class Client(JIRA):
    """A jira client that sends a request once and says what became of it. For one thread."""

    def __init__(self, settings: JiraSettings) -> None:
        token = settings.token.reveal()
        super().__init__(
            server=settings.url,
            basic_auth=(settings.email, token) if settings.email else None,
            token_auth=None if settings.email else token,
            get_server_info=False,
            max_retries=0,
            timeout=(CONNECT, settings.timeout),
        )
        self._open_session().hooks["response"].append(_stop)

    def perform(self, request: Request) -> Response:
        """Send the request once. Raises `_Unwelcome` or one of the network's exceptions."""
        url = self._get_url(request.path)
        send = cast("Callable[..., Response]", self._open_session().request)  # pyright: ignore[reportUnknownMemberType] - untyped keywords
        if not request.files:
            data = None if request.body is None else json.dumps(request.body)
            return send(request.method, url, params=request.params, data=data)
        with ExitStack() as opened:
            parts = [
                ("file", (file.name, opened.enter_context(file.path.open("rb")), file.media_type))
                for file in request.files
            ]
            # The session's own content type is JSON; None lets the multipart one in.
            headers = {"Content-Type": None, "X-Atlassian-Token": "no-check"}
            return send(request.method, url, files=parts, headers=headers)

    def _open_session(self) -> ResilientSession:
        if self._session is None:
            raise RuntimeError("the Jira client is closed")
        return self._session


class Connection:
    """Jira's REST API for asyncio: a few threads with a client each."""

    def __init__(self, settings: JiraSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="jira")
        self._own = threading.local()
        self._clients: list[Client] = []

    async def get(
        self, path: str, *, doing: str, params: Mapping[str, str | int] | None = None
    ) -> Any:
        """Return the JSON at `path`, asking a few times (`read_again`)."""
        return await self._read(Request(method="GET", path=path, doing=doing, params=params))

    async def ask(self, path: str, body: Mapping[str, Any], *, doing: str) -> Any:
        """Return the answer to a question that is posted; as `get`."""
        request = Request(method="POST", path=path, doing=doing, body=body, reads=True)
        return await self._read(request)

    async def post(self, path: str, body: Mapping[str, Any], *, doing: str) -> Any:
        """Post JSON; for what may be repeated."""
        return await self.send(Request(method="POST", path=path, doing=doing, body=body))

    async def send(self, request: Request) -> Any:
        """Send the request once and return its JSON, None if there is none.

        Raises the errors of `bridge.errors`, `JiraRefused` with the fields at fault among them, and
        `NotYet` for a write whose right was lost (`check_right`).
        """
        if request.method != "GET" and not request.reads:
            check_right()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._perform, request)

    async def _read(self, request: Request) -> Any:
        async def ask() -> Any:
            return await self.send(request)

        return await read_again(ask, clock=self._clock)

    async def aclose(self) -> None:
        """Wait for the requests that are under way, then give back threads and connections."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        while self._clients:
            self._clients.pop().close()

    def _client(self) -> Client:
        client: Client | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = Client(self._settings)
            self._clients.append(client)
        return client

    def _perform(self, request: Request) -> Any:
        # The causes are cut off (`from None`): the library's errors show headers and bodies.
        try:
            response = self._client().perform(request)
        except _Unwelcome as unwelcome:
            raise self._refusal(unwelcome.response, request) from None
        except network.RequestException as error:
            raise _unreached(error, request) from None
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise _no_json(request) from None

    def _refusal(self, response: Response, request: Request) -> BridgeError:
        try:
            body = response.json()
        except (ValueError, network.RequestException):
            body = None
        answer = Answer(status=response.status_code, headers=response.headers, body=body)
        return translate(answer, doing=request.doing, once=request.once, now=self._clock.now())


def _unreached(error: network.RequestException, request: Request) -> BridgeError:
    if isinstance(error, network.TooManyRedirects):
        return Misconfigured(redirected(request.doing))
    if isinstance(error, network.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Transient(
            "Jira's certificate is not trusted here. If it is signed by your own authority, name "
            "its file in REQUESTS_CA_BUNDLE."
        )
    if isinstance(error, network.ConnectTimeout) or _never_connected(error):
        return Transient(f"Jira could not be reached to {request.doing}: no connection.")
    what = "took too long" if isinstance(error, network.Timeout) else "broke the connection off"
    kind = LostAnswer if request.once else Transient
    return kind(f"Jira {what} when asked to {request.doing}.")


def _never_connected(error: network.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in _NEVER_CONNECTED


def _no_json(request: Request) -> BridgeError:
    said = f"Something that is not Jira's API answered when asked to {request.doing}."
    if request.once:
        return LostAnswer(said)
    return Misconfigured(
        f"{said} Check the tracker's `url`: a login page or a proxy may be in the way."
    )
