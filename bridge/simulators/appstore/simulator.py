"""The simulated App Store Connect as a whole: its gate, its rooms and what was put into it."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.simulators.appstore import errors
from bridge.simulators.appstore.deliveries import Deliveries
from bridge.simulators.appstore.documents import PREFIX, Documents
from bridge.simulators.appstore.keys import ApiKey, BadToken, check_token
from bridge.simulators.appstore.limits import Limits
from bridge.simulators.appstore.pictures import Pictures
from bridge.simulators.appstore.reading import Reading
from bridge.simulators.appstore.sample import Sample
from bridge.simulators.appstore.state import State, Submission, files
from bridge.simulators.appstore.webhooks import Webhooks


class AppStoreSimulator:
    """App Store Connect in small: the feedback, build and webhook part of its API.

    `keys` is the team key that is accepted. `now` may be replaced, so that a test holds the time
    by which tokens and URLs end. Learned from Apple's OpenAPI document 4.4.1 and public notes of
    real answers (2026-11).
    """

    def __init__(
        self,
        *,
        origin: Callable[[], str],
        real_limits: bool = False,
        seed: int = 0,
        key: ApiKey | None = None,
    ) -> None:
        self._rng = Random(seed)  # noqa: S311 - ids that repeat are wanted here
        self.keys = key or ApiKey.generate(self._rng)
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.agreement_signed = True
        """False: every request is refused until the Account Holder signs."""
        self._accepted = {self.keys.key_id: self.keys}
        self._forbidden: set[str] = set()
        self._state = State(self._rng)
        self._origin = origin
        self._limits = Limits(enforced=real_limits)

    @property
    def private_key_pem(self) -> str:
        """The private half of the accepted team key, as the `.p8` file has it."""
        return self.keys.private_key_pem

    def application(self) -> web.Application:
        """Return the service; its paths are relative to where it is mounted, `/appstore`."""
        app = web.Application(middlewares=[self._gate])
        Reading(self._state, origin=self._origin, now=self._time).add_routes(app)
        Webhooks(self._state, origin=self._origin).add_routes(app)
        Deliveries(self._state, origin=self._origin, now=self._time).add_routes(app)
        Pictures(self._state, now=self._time).add_routes(app)
        app.router.add_route("*", "/{path:.*}", self._no_such_path)
        return app

    def add_key(self, *, individual: bool = False) -> ApiKey:
        """Return another key that is accepted from now on."""
        key = ApiKey.generate(self._rng, individual=individual)
        self._accepted[key.key_id] = key
        return key

    def revoke(self, key_id: str) -> None:
        """Accept no more tokens of a key."""
        self._accepted.pop(key_id, None)

    def add_app(self, name: str, app_id: str, bundle_id: str) -> None:
        """Add an app to the team."""
        self._state.add_app(name, app_id, bundle_id)

    def forbid(self, identifier: str) -> None:
        """Answer 403 whenever a resource with this id is asked for."""
        self._forbidden.add(identifier)

    def add_feedback(self, sample: Sample) -> str:
        """Add a piece of feedback and return its submission's id; KeyError for an unknown app."""
        return self._state.add_feedback(sample, now=self.now()).id

    def remove_feedback(self, submission_id: str) -> None:
        """Delete a piece of feedback, as somebody may do in App Store Connect."""
        del self._state.submissions[submission_id]

    def remove_builds(self) -> None:
        """Forget all builds, so that looking one up is answered 404."""
        self._state.builds.clear()

    def forget_cursors(self) -> None:
        """Let every paging cursor that was handed out expire."""
        self._state.cursor_epoch += 1

    def event(self, submission_id: str) -> dict[str, Any]:
        """Return the body that is delivered to webhooks for a submission; the same each time."""
        submission = self._state.submissions[submission_id]
        documents = Documents(self._origin() + PREFIX)
        return documents.event(submission, occurred_at=submission.created_at)

    def snapshot(self) -> dict[str, Any]:
        """Return this service's part of `GET /_state`."""
        return {"submissions": [_summary(each) for each in self._state.submissions.values()]}

    def _time(self) -> datetime:
        return self.now()

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(f"{PREFIX}/v1/"):
            return await handler(request)
        try:
            self._admit(request)
            response = await handler(request)
        except errors.ApiError as error:
            response = error.response()
        response.headers["X-Rate-Limit"] = self._limits.header()
        response.headers["x-request-id"] = str(uuid.uuid4())
        return response

    def _admit(self, request: web.Request) -> None:
        try:
            header = request.headers.get("Authorization")
            check_token(header, keys=self._accepted, now=self.now())
        except BadToken as error:
            raise errors.not_authorized() from error
        if not self._limits.take(self.now()):
            raise errors.rate_limited()
        if not self.agreement_signed:
            raise errors.agreement_missing()
        if request.match_info.get("id") in self._forbidden:
            raise errors.key_not_allowed()

    async def _no_such_path(self, request: web.Request) -> web.Response:
        raise errors.no_such_path(request.path)


def _summary(submission: Submission) -> dict[str, Any]:
    return {
        "id": submission.id,
        "kind": submission.sample.kind,
        "app": submission.app.name,
        "build": submission.build.number,
        "version": submission.build.version,
        "os_version": submission.sample.os_version,
        "device_model": submission.sample.device_model,
        "tester": submission.tester_id,
        "bug": submission.sample.bug,
        "delivery_id": submission.delivery_id,
        "files": files(submission.sample),
    }
