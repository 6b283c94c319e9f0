"""What stands in front of the site: sign-in, rate limits, and how it refuses."""

import base64
import binascii
import hmac
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.simulators.jira.documents import Documents
from bridge.simulators.jira.site import Issue, Site

_NO_LOGIN = "Client must be authenticated to access this resource."
_ISSUE_GONE = "Issue does not exist or you do not have permission to see it."
# developer.atlassian.com, Jira Cloud platform, "Rate limiting": per-issue writes, then bursts.
_ISSUE_WRITES = ((20, 2.0), (100, 30.0))
_BURSTS = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}  # a second, for each endpoint
_WRITES = ("POST", "PUT", "DELETE")


def refusal(
    status: int,
    *messages: str,
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.HTTPException:
    """Return the error answer with Jira's body, to be raised."""
    body = json.dumps({"errorMessages": list(messages), "errors": dict(errors or {})})
    return _STATUSES[status](text=body, content_type="application/json", headers=headers)


def _too_large(**known: Any) -> web.HTTPException:
    return web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, **known)


_STATUSES: dict[int, Any] = {
    400: web.HTTPBadRequest,
    401: web.HTTPUnauthorized,
    403: web.HTTPForbidden,
    404: web.HTTPNotFound,
    410: web.HTTPGone,
    413: _too_large,
    415: web.HTTPUnsupportedMediaType,
    429: web.HTTPTooManyRequests,
}


class Access:
    """Checks who asks and how often. Cloud wants `email:token`, a server the token as Bearer."""

    def __init__(self, site: Site, *, email: str, token: str, real_limits: bool) -> None:
        self._site = site
        self.email = email
        self.token = token
        self.real_limits = real_limits
        self._issue_writes: dict[str, deque[float]] = defaultdict(deque)
        self._bursts: dict[str, deque[float]] = defaultdict(deque)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what isn't signed in (401) or comes too fast (429)."""
        if "/rest/" in request.path:
            self._sign_in(request)
            if self.real_limits:
                self._limit(request)
        return await handler(request)

    def _sign_in(self, request: web.Request) -> None:
        given = request.headers.get("Authorization")
        if given is None and request.path.endswith("/serverInfo"):
            return  # The one answer that anybody gets.
        if given is None or not self._accepts(given):
            raise refusal(401, _NO_LOGIN, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})

    def _accepts(self, header: str) -> bool:
        scheme, _, rest = header.partition(" ")
        if not self._site.cloud:
            return scheme.lower() == "bearer" and _equal(rest.strip(), self.token)
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme.lower() == "basic" and _equal(pair, f"{self.email}:{self.token}")

    def _limit(self, request: web.Request) -> None:
        now = self._site.monotonic()
        resource = request.match_info.route.resource
        endpoint = f"{request.method} {resource.canonical if resource else ''}"
        recent = self._bursts[endpoint]
        if wait := _full(recent, ((_BURSTS.get(request.method, 100), 1.0),), now):
            raise _slow_down(wait, "jira-burst-based")
        issue = self._site.find(request.match_info.get("issueIdOrKey", ""))
        if issue and request.method in _WRITES:
            writes = self._issue_writes[issue.id]
            if wait := _full(writes, _ISSUE_WRITES, now):
                raise _slow_down(wait, "jira-per-issue-on-write")
            writes.append(now)
        recent.append(now)


class Desk:
    """What every handler needs of a request: the issue it is about, its JSON, its version."""

    def __init__(self, site: Site, base: Callable[[], str]) -> None:
        self.site = site
        self._base = base

    @property
    def base(self) -> str:
        """The site's address, known once it is served."""
        return self._base()

    def documents(self, request: web.Request) -> Documents:
        version = 3 if "/rest/api/3/" in request.path else 2
        return Documents(self.site, base=self.base, version=version)

    def issue(self, request: web.Request) -> Issue:
        """Return the issue in the path; raises the 404."""
        issue = self.site.find(request.match_info["issueIdOrKey"])
        if issue is None:
            raise refusal(404, _ISSUE_GONE)
        return issue

    def need(self, permission: str, message: str) -> None:
        """Raise the 403 unless the account holds the permission."""
        if not self.site.may(permission):
            raise refusal(403, message)


async def json_body(request: web.Request) -> dict[str, Any]:
    """Return the request's JSON object; raises Jira's refusal of anything else."""
    if request.content_type != "application/json":
        raise refusal(415, "Unsupported Media Type")
    try:
        body: object = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise refusal(400, "Invalid request payload. Refer to the REST API documentation.")
    return cast("dict[str, Any]", body)


def listed(request: web.Request, name: str, default: str) -> list[str]:
    """Return a query parameter that may be repeated, or hold several values apart by commas."""
    values = request.query.getall(name, [default])
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def whole(request: web.Request, name: str, default: int) -> int:
    """Return a query parameter as a number; raises the 400 if it is none."""
    value = request.query.get(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise refusal(400, f"The value '{value}' of the parameter '{name}' is not a number.")
    return int(value)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _full(times: deque[float], limits: tuple[tuple[int, float], ...], now: float) -> float:
    """Return the seconds until another request fits, 0 if it does now."""
    while times and times[0] <= now - limits[-1][1]:
        times.popleft()
    waits = [times[-most] + span - now for most, span in limits if len(times) >= most]
    return max([0.0, *waits])


def _slow_down(wait: float, reason: str) -> web.HTTPException:
    headers = {
        "Retry-After": str(int(wait) + 1),
        "RateLimit-Reason": reason,
        "X-RateLimit-Remaining": "0",
    }
    return refusal(429, "Rate limit exceeded.", headers=headers)
