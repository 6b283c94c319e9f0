"""Tokens are held to Apple's rules."""

from random import Random
from typing import Any

import jwt
import pytest

from bridge.simulators.appstore import ApiKey
from tests.simulators.appstore.caller import Caller, token


@pytest.mark.parametrize(
    "changes",
    [
        {"life": -1},
        {"life": 20 * 60 + 5},
        {"aud": "apple-developer-enterprise-v1"},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"iss": "57246542-96fe-1a63-e053-0824d011072a"},
        {"iss": None},
        {"iss": None, "sub": "user"},
        {"iat": 4_000_000_000},
        {"iat": 1},
    ],
    ids=str,
)
async def test_a_token_that_breaks_a_rule_is_refused(
    changes: dict[str, Any], caller: Caller
) -> None:
    bad = token(caller.service.keys, caller.clock.now(), **changes)
    status, code, detail = await caller.error("/v1/apps", auth=bad)
    assert (status, code) == (401, "NOT_AUTHORIZED")
    assert detail.startswith("Provide a properly configured and signed bearer token")


async def test_a_token_by_another_key_is_refused(caller: Caller) -> None:
    key, now = caller.service.keys, caller.clock.now()
    stranger = ApiKey.generate(Random(7))
    forged = ApiKey(
        issuer_id=key.issuer_id, key_id=key.key_id, private_key_pem=stranger.private_key_pem
    )
    head, _, rest = token(key, now).partition(".")
    for bad in (token(stranger, now), token(forged, now), f"{head}x.{rest}", "x.y.z", ""):
        assert (await caller.error("/v1/apps", auth=bad))[0] == 401


async def test_a_token_without_signature_or_by_a_shared_secret_is_refused(caller: Caller) -> None:
    key, at = caller.service.keys, int(caller.clock.now().timestamp())
    claims = {"iss": key.issuer_id, "exp": at + 900, "aud": "appstoreconnect-v1"}
    headers = {"kid": key.key_id}
    unsigned = jwt.encode(claims, None, "none", headers=headers)
    shared = jwt.encode(claims, "a shared secret of at least 32 bytes", "HS256", headers=headers)
    for bad in (unsigned, shared):
        assert (await caller.error("/v1/apps", auth=bad))[0] == 401


async def test_a_token_of_exactly_20_minutes_is_taken(caller: Caller) -> None:
    at = int(caller.clock.now().timestamp())
    longest = token(caller.service.keys, caller.clock.now(), life=1200, iat=at)
    assert (await caller.ask("/v1/apps", auth=longest))[0] == 200


async def test_an_individual_key_has_a_subject_instead_of_an_issuer(caller: Caller) -> None:
    key = caller.service.add_key(individual=True)
    good = token(key, caller.clock.now(), sub="user")
    assert (await caller.ask("/v1/apps", auth=good))[0] == 200
    assert (await caller.error("/v1/apps", auth=token(key, caller.clock.now())))[0] == 401
