"""Who may see the operators' pages."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from bridge.ops.access import ServerSettings, allowed, refuse
from bridge.settings import Secret

TOKEN = "a-token-of-32-random-characters"
WITH_TOKEN = ServerSettings(admin_token=Secret(TOKEN, source="env ADMIN_TOKEN"))
Ask = Callable[..., Awaitable[tuple[int, str, str | None]]]


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """Ask for a guarded page; return status, text and what the browser is told to ask for."""
    servers: list[TestClient[web.Request, web.Application]] = []

    async def asked(
        settings: ServerSettings,
        authorization: str | None = None,
        *,
        remote: str = "127.0.0.1",
        host: str | None = None,
    ) -> tuple[int, str, str | None]:
        @web.middleware
        async def come_from(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await handler(request.clone(remote=remote))

        async def page(request: web.Request) -> web.Response:
            return web.Response(text="page") if allowed(request, settings) else refuse(settings)

        app = web.Application(middlewares=[come_from])
        app.router.add_get("/", page)
        client = TestClient(TestServer(app))
        servers.append(client)
        await client.start_server()
        headers = {"Authorization": authorization} if authorization is not None else {}
        if host is not None:
            headers["Host"] = host
        answer = await client.get("/", headers=headers)
        return answer.status, await answer.text(), answer.headers.get("WWW-Authenticate")

    yield asked
    for client in servers:
        await client.close()


def basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "shown",
    [
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN} ",
        basic("", TOKEN),
        basic("anybody", TOKEN),
        basic("ops", TOKEN).replace("Basic", "BASIC"),
    ],
)
async def test_the_token_opens_as_a_bearer_token_and_as_a_password(ask: Ask, shown: str) -> None:
    assert await ask(WITH_TOKEN, shown, remote="192.0.2.1") == (200, "page", None)


@pytest.mark.parametrize(
    "shown",
    [
        None,
        "",
        TOKEN,
        "Bearer",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Token {TOKEN}",
        basic(TOKEN, ""),
        basic("ops", TOKEN.upper()),
        "Basic not base64",
        "Basic /w==",  # base64, and then no UTF-8
        "Bearer pâssword",
    ],
)
async def test_anything_else_is_asked_for_the_token(ask: Ask, shown: str | None) -> None:
    status, text, wanted = await ask(WITH_TOKEN, shown)
    assert status == 401
    assert "needs the admin token" in text
    assert wanted is not None
    assert wanted.startswith("Basic realm=")


@pytest.mark.parametrize("shown", [b"Bearer \xff\xfe", b"Basic \xff==", b"\xff"])
async def test_bytes_that_are_no_text_are_a_wrong_token(shown: bytes) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="page") if allowed(request, WITH_TOKEN) else refuse(WITH_TOKEN)

    app = web.Application()
    app.router.add_get("/", page)
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: %b\r\n\r\n" % shown
        )
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_password_may_hold_a_colon(ask: Ask) -> None:
    settings = ServerSettings(admin_token=Secret("one:two", source="env ADMIN_TOKEN"))
    assert (await ask(settings, basic("ops", "one:two")))[0] == 200


async def test_without_a_token_nobody_gets_in_and_the_page_says_what_to_set(ask: Ask) -> None:
    status, text, wanted = await ask(ServerSettings(), "Bearer ")
    assert (status, wanted) == (403, None)
    assert "server.admin_token" in text


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.9.1", "::1"])
async def test_this_machine_needs_no_token_if_it_is_trusted(ask: Ask, remote: str) -> None:
    assert (await ask(ServerSettings(trust_loopback=True), remote=remote))[0] == 200
    assert (await ask(ServerSettings(), remote=remote))[0] == 403


@pytest.mark.parametrize("remote", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "", "unix"])
async def test_trust_in_this_machine_is_trust_in_no_other(ask: Ask, remote: str) -> None:
    settings = WITH_TOKEN.model_copy(update={"trust_loopback": True})
    assert (await ask(settings, remote=remote))[0] == 401
    assert (await ask(ServerSettings(trust_loopback=True), remote=remote))[0] == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"])
async def test_this_machine_may_be_called_by_its_own_names(ask: Ask, host: str) -> None:
    assert (await ask(ServerSettings(trust_loopback=True), host=host))[0] == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "evil.example.com:8080", "localhost.evil.example.com", "192.0.2.1", "[::1",
     "127.0.0.1@evil.example.com", "localhost:x@evil.example.com", ""],
)  # fmt: skip
async def test_a_page_that_lets_its_name_mean_this_machine_is_not_this_machine(
    ask: Ask, host: str
) -> None:
    assert (await ask(ServerSettings(trust_loopback=True), host=host))[0] == 403
    settings = WITH_TOKEN.model_copy(update={"trust_loopback": True})
    assert (await ask(settings, host=host))[0] == 401
    assert (await ask(settings, f"Bearer {TOKEN}", host=host))[0] == 200
