"""Who asks the simulated App Store Connect, with good tokens and bad ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from aiohttp import ClientSession
from yarl import URL

from bridge.simulators.appstore import ApiKey, AppStoreSimulator, Sample
from tests.clock import FakeClock

APP, OTHER = "6448311069", "6448311070"


def token(key: ApiKey, now: datetime, *, life: int = 900, **changes: Any) -> str:
    at = int(now.timestamp())
    claims = {"iss": key.issuer_id, "iat": at - 60, "exp": at + life, "aud": "appstoreconnect-v1"}
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(claims, key.private_key_pem, "ES256", headers={"kid": key.key_id})


@dataclass
class Caller:
    """Asks the simulator with its key's token."""

    origin: str
    service: AppStoreSimulator
    clock: FakeClock
    session: ClientSession
    headers: Mapping[str, str]

    async def ask(
        self, path: str, *, method: str = "GET", body: Any = None, auth: str | None = None
    ) -> tuple[int, Any]:
        """Return status and document; `auth` replaces the good token."""
        bearer = token(self.service.keys, self.clock.now()) if auth is None else auth
        url = URL(self.origin + "/appstore" + path, encoded=True)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            self.headers = answer.headers
            text = await answer.text()
        return answer.status, json.loads(text) if text else None

    async def error(self, path: str, **options: Any) -> tuple[int, str, str]:
        """Return status, code and detail of an error."""
        status, document = await self.ask(path, **options)
        (entry,) = document["errors"]
        assert entry["status"] == str(status)
        return status, entry["code"], entry["detail"]

    async def raw(self, url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        async with self.session.get(
            URL(url, encoded=True), headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read(), dict(answer.headers)


def crash(**fields: Any) -> Sample:
    return Sample(**{"app": "sunrise-github", "kind": "crash", "bug": "bounds", **fields})


def shot(**fields: Any) -> Sample:
    return Sample(**{"app": "sunrise-github", "kind": "screenshot", "bug": "total", **fields})
