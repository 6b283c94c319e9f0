"""Lists are read page after page, and only from the API itself."""

import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from bridge.appstore import AppId, AppStoreSettings
from bridge.appstore.client import Client
from bridge.appstore.failures import CursorExpired
from bridge.appstore.token import Tokens
from bridge.errors import Unreadable
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from bridge.simulators.server import Simulator
from tests.appstore.conftest import account_for
from tests.appstore.scripted import document, serving
from tests.clock import FakeClock

MakeClient = Callable[[str, ApiKey], Client]


@pytest.fixture
async def make_client(clock: FakeClock) -> AsyncIterator[MakeClient]:
    made: list[Client] = []

    def make(base_url: str, key: ApiKey) -> Client:
        account = account_for(key)
        made.append(
            Client(
                AppStoreSettings(accounts={"acme": account}, base_url=base_url),
                Tokens(account, clock=clock),
                key_id=key.key_id,
                clock=clock,
                chance=random.random,
                tls=httpx.create_ssl_context(trust_env=False),
            )
        )
        return made[-1]

    yield make
    for client in made:
        await client.aclose()


async def ids(client: Client, path: str, **params: str) -> list[str]:
    return [
        each["id"]
        async for page in client.pages(path, what="feedback", params=params)
        for each in page["data"]
    ]


async def test_all_pages_are_read_in_order(
    make_client: MakeClient,
    simulator: Simulator,
    service: AppStoreSimulator,
    app: AppId,
    crash: Callable[..., str],
    clock: FakeClock,
) -> None:
    made: list[str] = []
    for _ in range(5):
        made.append(crash())
        clock.advance(60)
    client = make_client(f"{simulator.origin}/appstore", service.keys)
    path = f"/v1/apps/{app.app_id}/betaFeedbackCrashSubmissions"
    assert await ids(client, path, limit="2", sort="createdDate", include="build,tester") == made
    assert await ids(client, path, limit="2", sort="-createdDate") == made[::-1]


async def test_a_cursor_that_expired_is_told_apart_from_a_bad_request(
    make_client: MakeClient,
    simulator: Simulator,
    service: AppStoreSimulator,
    app: AppId,
    crash: Callable[..., str],
) -> None:
    for _ in range(3):
        crash()
    client = make_client(f"{simulator.origin}/appstore", service.keys)
    path = f"/v1/apps/{app.app_id}/betaFeedbackCrashSubmissions"
    pages = client.pages(path, what="feedback", params={"limit": "2"})
    await anext(pages)
    service.forget_cursors()
    with pytest.raises(CursorExpired, match="the list of feedback changed while it was read"):
        await anext(pages)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/v1/apps?cursor=x",
        "http://evil.example.com/v1/apps",
        "//evil.example.com/v1/apps",
        "{origin}.evil.example.com/v1/apps",
        "{other_scheme}/v1/apps",
        "{with_user}/v1/apps",
        "{origin}/v2/apps",
        "{origin}/v1",
        "{origin}/v1/../admin",
        "{origin}/v1/%2e%2e/admin",
        "file:///etc/passwd",
        "http://[broken/v1/",
    ],
)
async def test_a_next_page_elsewhere_never_gets_the_token(
    link: str, make_client: MakeClient, key: ApiKey
) -> None:
    first: dict[str, Any] = {"data": [], "links": {}}
    async with serving() as script:
        first["links"]["next"] = link.format(
            origin=script.origin,
            other_scheme=script.origin.replace("http:", "https:"),
            with_user=script.origin.replace("//", "//user:password@"),
        )
        script.answers.append(document(first))
        with pytest.raises(Unreadable, match="next page of feedback"):
            await ids(make_client(script.origin, key), "/v1/apps/1/webhooks")
        assert len(script.requests) == 1


async def test_a_list_without_an_end_is_given_up(make_client: MakeClient, key: ApiKey) -> None:
    async with serving() as script:
        links = {"next": f"{script.origin}/v1/apps?cursor=again"}
        script.answers.append(document({"data": [], "links": links}))
        with pytest.raises(Unreadable, match="more than 200 pages"):
            await ids(make_client(script.origin, key), "/v1/apps")
