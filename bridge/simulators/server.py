"""The three services on one port, with their shared state, faults and counts."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast, get_args

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bridge.simulators import estate
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from bridge.simulators.appstore.state import SUBMISSION_TYPES
from bridge.simulators.faults import BadRule, Faults
from bridge.simulators.github import GitHubSimulator
from bridge.simulators.jira import JiraSimulator
from bridge.simulators.supply import Kind, NoSuchSample, Supply

LARGEST_BODY = 256 * 1024**2
"""More than any of the services takes, so that their own limits are the ones that are met."""

MOST_FEEDBACK = 10_000
"""So many submissions can be made by one request."""


class Service(Protocol):
    """What each of the three simulators is to this file."""

    def application(self) -> web.Application: ...
    def snapshot(self) -> dict[str, Any]: ...


class Simulator:
    """App Store Connect under /appstore, GitHub under /github, Jira under /jira.

    `origin` is known once it runs. `key` and `github_token` are what is accepted, new ones if None;
    `crash_logs` a folder whose files crashes take in turn. `middlewares` are put between
    the faults and the services, so that they see each request that reaches a service and each
    answer that a service gives.
    """

    def __init__(
        self,
        *,
        latency_ms: int = 0,
        seed: int = 0,
        real_limits: bool = False,
        key: ApiKey | None = None,
        github_token: str | None = None,
        crash_logs: Path | None = None,
        middlewares: Sequence[Middleware] = (),
    ) -> None:
        self.origin = ""
        self.faults = Faults(seed=seed)
        self.requests: Counter[str] = Counter()
        self.supply = Supply(seed=seed, crash_logs=crash_logs)
        self.apps: dict[str, estate.App] = {}
        self.appstore = AppStoreSimulator(
            origin=self._origin, real_limits=real_limits, seed=seed, key=key
        )
        self.github = GitHubSimulator(origin=self._origin, real_limits=real_limits, seed=seed)
        if github_token is not None:
            self.github.access.token = github_token
        self.jira = JiraSimulator(origin=self._origin, real_limits=real_limits, seed=seed)
        self._latency = latency_ms / 1000
        self._middlewares = tuple(middlewares)
        self._furnish()

    def application(self) -> web.Application:
        """Return the application to serve."""
        app = web.Application(
            middlewares=[self._count, self.faults.middleware, *self._middlewares],
            client_max_size=LARGEST_BODY,
        )
        app.router.add_get("/_state", self._state)
        app.router.add_post("/_feedback", self._post_feedback)
        app.router.add_put("/_faults", self._put_faults)
        for name, service in self._services().items():
            app.add_subapp(f"/{name}", service.application())
        app.on_shutdown.append(self._let_go)
        return app

    def state(self) -> dict[str, Any]:
        """Return what `GET /_state` answers."""
        parts = {name: service.snapshot() for name, service in self._services().items()}
        return {**parts, "requests": dict(sorted(self.requests.items()))}

    def add_app(self, app: estate.App) -> None:
        """Add an app that feedback can be made for."""
        self.apps[app.name] = app
        self.appstore.add_app(app.name, app.app_id, app.bundle_id)

    def make_feedback(
        self, app: str, kind: Kind, count: int, *, build: str | None = None, bug: str | None = None
    ) -> list[dict[str, Any]]:
        """Make the next submissions of an app, without a delivery.

        Each comes with its id, its delivery's id and the `event` that its delivery would say.
        Raises NoSuchSample for an app or a bug that isn't there.
        """
        if app not in self.apps:
            raise NoSuchSample(f"there is no app {app!r}; there are: {', '.join(self.apps)}")
        return [self._make_one(self.apps[app], kind, build, bug) for _ in range(count)]

    def _make_one(
        self, app: estate.App, kind: Kind, build: str | None, bug: str | None
    ) -> dict[str, Any]:
        sample = self.supply.next(app, kind, build=build, bug=bug)
        submission_id = self.appstore.add_feedback(sample)
        event = self.appstore.event(submission_id)
        return {
            "id": submission_id,
            "delivery_id": event["data"]["id"],
            "app": app.name,
            "kind": sample.kind,
            "instance_type": SUBMISSION_TYPES[sample.kind],
            "build": sample.build,
            "bug": sample.bug,
            "event": event,
        }

    def _services(self) -> dict[str, Service]:
        return {"appstore": self.appstore, "github": self.github, "jira": self.jira}

    def _origin(self) -> str:
        return self.origin

    def _furnish(self) -> None:
        for app in estate.APPS:
            self.add_app(app)
        for repository in (estate.REPOSITORY, estate.FEEDBACK_REPOSITORY):
            self.github.add_repository(repository, private=True)
        self.jira.add_project(estate.PROJECT_KEY, estate.PROJECT_NAME)

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/_"):
            return await handler(request)
        resource = request.match_info.route.resource
        template = resource.canonical if resource is not None else "(no such path)"
        self.requests[f"{request.method} {template}"] += 1
        if self._latency:
            await asyncio.sleep(self._latency)
        return await handler(request)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _post_feedback(self, request: web.Request) -> web.Response:
        try:
            made = self.make_feedback(**_wanted(await request.json()))
        except ValueError as error:
            return _bad(error)
        return web.json_response({"ids": [each["id"] for each in made], "submissions": made})

    async def _put_faults(self, request: web.Request) -> web.Response:
        try:
            self.faults.replace(await request.json())
        except ValueError as error:
            return _bad(error)
        return web.Response(status=204)

    async def _let_go(self, _: web.Application) -> None:
        self.faults.release()


def _wanted(document: object) -> dict[str, Any]:
    """Return what `POST /_feedback` asks for; ValueError with a sentence if it can't be meant."""
    if not isinstance(document, dict):
        raise NoSuchSample("the body is an object with app, kind and count")
    table = cast("dict[str, Any]", document)
    known = ("app", "kind", "count", "build", "bug")
    if unknown := sorted(set(table) - set(known)):
        raise NoSuchSample(f"{', '.join(unknown)} is not known; there are {', '.join(known)}")
    for key in ("app", "build", "bug"):
        if not isinstance(table.get(key), str | None) or (key == "app" and key not in table):
            raise NoSuchSample(f"{key} is text")
    kind, count = table.get("kind", "both"), table.get("count", 1)
    if kind not in get_args(Kind):
        raise NoSuchSample(f"kind is one of {', '.join(get_args(Kind))}")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_FEEDBACK:
        raise NoSuchSample(f"count is a whole number from 1 to {MOST_FEEDBACK}")
    return {
        "kind": kind,
        "count": count,
        **{key: table.get(key) for key in ("app", "build", "bug")},
    }


def _bad(error: ValueError) -> web.Response:
    ours = isinstance(error, BadRule | NoSuchSample)
    return web.json_response({"error": str(error) if ours else "the body is not JSON"}, status=400)


@asynccontextmanager
async def running(
    simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[Simulator]:
    """Serve a simulator while the context lasts; port 0 takes a free one.

    Raises OSError if the port is taken.
    """
    runner = web.AppRunner(simulator.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        address = cast("tuple[str, int]", runner.addresses[0])
        simulator.origin = f"http://{address[0]}:{address[1]}"
        yield simulator
    finally:
        await runner.cleanup()
