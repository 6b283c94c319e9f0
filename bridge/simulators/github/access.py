"""Who may ask, how often, and how the simulated GitHub says no."""

import hashlib
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import jwt
from aiohttp import web

from bridge.simulators.github.documents import DOCS, stamp

PER_MINUTE, PER_HOUR, PRIMARY = 80, 500, 5000
"""GitHub Docs, "Rate limits for the REST API": content-creating requests, and all requests."""
TOKEN_LIFE = timedelta(hours=1)
JWT_LIFE = 600  # seconds; GitHub Docs, "Generating a JSON Web Token (JWT) for a GitHub App"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})

    def answer(self) -> web.Response:
        """Return it as GitHub words it."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        body |= {"documentation_url": DOCS, "status": str(self.status)}
        return web.json_response(body, status=self.status, headers=self.headers)


class Moved(Exception):
    """What was asked for is elsewhere now."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def invalid(resource: str, field: str, code: str, **more: Any) -> Refusal:
    """Return the 422 about one field of a resource."""
    error = {"resource": resource, "field": field, "code": code, **more}
    return Refusal(422, "Validation Failed", errors=[error])


class Access:
    """Tokens and limits."""

    def __init__(self, *, now: Callable[[], float], real_limits: bool) -> None:
        self.token = "github_pat_11SIMULATED0" + secrets.token_hex(20)
        self.permissions = {"issues": "write", "contents": "write", "metadata": "read"}
        """What a fine-grained token or an App may do; take one out and it is refused."""
        self.scopes: str | None = None
        """What a classic token may do: `repo, gist`; None for a fine-grained one."""
        self.apps: dict[str, str] = {}
        """App id → public key, PEM."""
        self.installations: dict[int, str] = {}
        """Installation → App id."""
        self.real_limits = real_limits
        self._now = now
        self._lent: dict[str, float] = {}
        self._writes: deque[float] = deque()
        self._requests: deque[float] = deque()

    def guard(self, handler: Handler, *, right: str | None = None) -> Handler:
        """Return a handler that checks token, limits and right first, and words refusals."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                self._check_token(request)
                self._check_limits(request)
                self._check_right(right, request)
                answer = self._conditional(request, await handler(request))
            except Refusal as refusal:
                answer = refusal.answer()
            except Moved as moved:
                answer = _moved(request, moved.location)
            answer.headers.update(self._limit_headers())
            return answer

        return guarded

    def app_of(self, request: web.Request) -> str:
        """Return the id of the App that signed the request; raises Refusal."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claimed = str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
            claims = jwt.decode(token, self.apps[claimed], algorithms=["RS256"])
            good = scheme == "Bearer" and claims["exp"] - self._now() <= JWT_LIFE
        except (jwt.PyJWTError, KeyError):
            good, claimed = False, ""
        if not good:
            raise Refusal(401, "A JSON web token could not be decoded")
        return claimed

    def lend(self) -> dict[str, Any]:
        """Return a new installation token's document."""
        token = "ghs_" + secrets.token_urlsafe(60)
        until = self._now() + TOKEN_LIFE.total_seconds()
        self._lent[token] = until
        return {
            "token": token,
            "expires_at": stamp(datetime.fromtimestamp(until, UTC)),
            "permissions": self.permissions,
            "repository_selection": "all",
        }

    def forget_tokens(self) -> None:
        """Withdraw all installation tokens."""
        self._lent.clear()

    def rate(self) -> dict[str, int]:
        """Return the primary limit as `GET /rate_limit` has it."""
        self._forget()
        used = len(self._requests)
        first = self._requests[0] if self._requests else self._now()
        return {
            "limit": PRIMARY,
            "used": used,
            "remaining": max(0, PRIMARY - used),
            "reset": int(first) + 3600,
        }

    def _conditional(self, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        """Return the answer to a read with its ETag, or a 304 that the primary limit doesn't count.

        GitHub Docs, "Best practices for using the REST API". Another token gets other ETags.
        """
        body = answer.body if isinstance(answer, web.Response) else None
        if request.method != "GET" or answer.status != HTTPStatus.OK or not isinstance(body, bytes):
            return answer
        seen = request.headers.get("Authorization", "").encode() + b"\n" + body
        answer.headers["ETag"] = tag = f'W/"{hashlib.sha256(seen).hexdigest()}"'
        wanted = request.headers.get("If-None-Match", "")
        if tag not in [each.strip() for each in wanted.split(",")]:
            return answer
        self._requests.pop()
        return web.Response(status=304, headers={"ETag": tag})

    def _check_token(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token:
            raise Refusal(401, "Requires authentication")
        lent = self._lent.get(token, 0.0) > self._now()
        known = lent or secrets.compare_digest(token.encode(), self.token.encode())
        if scheme.lower() not in ("token", "bearer") or not known:
            raise Refusal(401, "Bad credentials")

    def _check_limits(self, request: web.Request) -> None:
        self._forget()
        self._requests.append(self._now())
        if not self.real_limits:
            return
        if len(self._requests) > PRIMARY:
            raise Refusal(403, "API rate limit exceeded for user ID 1.")
        if request.method != "GET" and not request.path.endswith("/graphql"):
            self._check_writes()

    def _check_writes(self) -> None:
        now = self._now()
        for most, window in ((PER_MINUTE, 60.0), (PER_HOUR, 3600.0)):
            recent = [at for at in self._writes if at > now - window]
            if len(recent) >= most:
                wait = max(1, round(recent[-most] + window - now) + 1)
                raise Refusal(
                    403,
                    "You have exceeded a secondary rate limit. Please wait a few minutes before "
                    "you try again.",
                    headers={"Retry-After": str(wait)},
                )
        self._writes.append(now)

    def _check_right(self, right: str | None, request: web.Request) -> None:
        if right is None or request.method == "GET" or self.permissions.get(right) == "write":
            return
        raise Refusal(
            403,
            "Resource not accessible by personal access token",
            headers={"X-Accepted-GitHub-Permissions": f"{right}=write"},
        )

    def _forget(self) -> None:
        hour_ago = self._now() - 3600
        for times in (self._requests, self._writes):
            while times and times[0] <= hour_ago:
                times.popleft()

    def _limit_headers(self) -> dict[str, str]:
        headers = {f"X-RateLimit-{k.capitalize()}": str(v) for k, v in self.rate().items()}
        if self.scopes is not None:
            headers["X-OAuth-Scopes"] = self.scopes
        return {**headers, "X-RateLimit-Resource": "core"}


def _moved(request: web.Request, location: str) -> web.Response:
    """Return a redirect; GitHub uses 307 where the method must stay."""
    status = 301 if request.method == "GET" else 307
    body = {"message": "Moved Permanently", "url": location, "documentation_url": DOCS}
    return web.json_response(body, status=status, headers={"Location": location})
