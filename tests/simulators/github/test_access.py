"""Who may ask the simulated GitHub, and how often."""

import time
from collections.abc import AsyncIterator

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bridge.simulators.github import GitHubSimulator
from tests.simulators.github.api import REPO, Api


async def test_without_a_token_nothing_is_told(api: Api) -> None:
    api.headers = {}
    answer = await api.ask("GET", REPO, status=401)
    assert answer["message"] == "Requires authentication"


@pytest.mark.parametrize("value", ["Bearer wrong", "token wrong", "Basic d3Jvbmc=", "wrong wrong"])
async def test_a_wrong_token_is_bad_credentials(api: Api, value: str) -> None:
    api.headers = {"Authorization": value}
    assert (await api.ask("GET", REPO, status=401))["message"] == "Bad credentials"


async def test_both_schemes_are_taken(api: Api, github: GitHubSimulator) -> None:
    for scheme in ("token", "Bearer", "bearer"):
        api.headers = {"Authorization": f"{scheme} {github.token}"}
        assert (await api.ask("GET", REPO))["full_name"] == "example/sunrise"


async def test_a_right_that_is_missing_is_named(api: Api, github: GitHubSimulator) -> None:
    del github.access.permissions["issues"]
    answer = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=403)
    assert answer["message"] == "Resource not accessible by personal access token"
    assert api.last["x-accepted-github-permissions"] == "issues=write"
    assert await api.ask("GET", f"{REPO}/issues") == []


async def test_an_unknown_repository_is_not_found(api: Api) -> None:
    assert (await api.ask("GET", "/repos/example/no", status=404))["message"] == "Not Found"


class Clock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.at = 1_795_514_520.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def limited(clock: Clock) -> AsyncIterator[tuple[GitHubSimulator, Api]]:
    """A GitHub with the real limits and a clock of its own."""
    github = GitHubSimulator(
        origin=lambda: str(server.make_url("")).rstrip("/"), real_limits=True, now=clock
    )
    github.add_repository("example/sunrise")
    app = web.Application()
    app.add_subapp("/github", github.application())
    async with TestServer(app) as server:
        yield github, Api(str(server.make_url("/github")), github.token)


async def test_eighty_writes_a_minute_are_taken(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    _, api = limited
    for n in range(80):
        clock.at += 0.1
        await api.ask("POST", f"{REPO}/issues", {"title": f"{n}"}, status=201)
    refused = await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=403)
    assert refused["message"].startswith("You have exceeded a secondary rate limit")
    wait = int(api.last["retry-after"])
    assert 52 <= wait <= 54
    await api.ask("GET", f"{REPO}/issues")
    clock.at += wait
    await api.ask("POST", f"{REPO}/issues", {"title": "x"}, status=201)


async def test_five_hundred_writes_an_hour_are_taken(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    github, api = limited
    github.world.add_issue(github.world.repositories["example/sunrise"], "x", None)
    for _ in range(500):
        clock.at += 1
        await api.ask("PATCH", f"{REPO}/issues/1", {"title": "y"})
    await api.ask("PATCH", f"{REPO}/issues/1", {"title": "y"}, status=403)
    assert int(api.last["retry-after"]) > 3000


async def test_the_primary_limit_is_told_in_headers(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    _, api = limited
    rate = (await api.ask("GET", "/rate_limit"))["rate"]
    assert (rate["limit"], rate["used"]) == (5000, 1)
    assert api.last["x-ratelimit-remaining"] == "4999"
    assert api.last["x-ratelimit-reset"] == str(int(clock.at) + 3600)


def pem_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


async def test_an_apps_token_ends_after_an_hour(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    github, api = limited
    private, public = pem_pair()
    github.add_installation(7, app_id="12", public_key=public)
    now = int(time.time())  # the JWT library asks the machine's clock
    claims = {"iss": "12", "iat": now - 60, "exp": now + 300}
    clock.at = now
    signed = jwt.encode(claims, private, algorithm="RS256")
    api.headers = {"Authorization": f"Bearer {signed}"}
    assert (await api.ask("GET", "/app/installations/7"))["id"] == 7
    await api.ask("POST", "/app/installations/8/access_tokens", status=404)
    lent = await api.ask("POST", "/app/installations/7/access_tokens", status=201)

    api.headers = {"Authorization": f"token {lent['token']}"}
    await api.ask("GET", REPO)
    clock.at += 3601
    await api.ask("GET", REPO, status=401)


async def test_an_app_that_signs_wrongly_is_refused(
    limited: tuple[GitHubSimulator, Api], clock: Clock
) -> None:
    github, api = limited
    private, public = pem_pair()
    github.add_installation(7, app_id="12", public_key=public)
    now = int(time.time())  # the JWT library asks the machine's clock
    clock.at = now
    good = {"iss": "12", "iat": now - 60, "exp": now + 300}
    other = pem_pair()[0]
    for claims, key in (
        (good, other),
        ({**good, "exp": now + 900}, private),
        ({**good, "exp": now - 1}, private),
        ({**good, "iss": "13"}, private),
    ):
        signed = jwt.encode(claims, key, algorithm="RS256")
        api.headers = {"Authorization": f"Bearer {signed}"}
        await api.ask("POST", "/app/installations/7/access_tokens", status=401)
