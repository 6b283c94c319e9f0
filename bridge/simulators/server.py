"""The three services on one port, with their shared state, faults and counts."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Protocol, cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bridge.simulators import estate
from bridge.simulators.faults import BadRule, Faults

LARGEST_BODY = 256 * 1024**2
"""More than any of the services takes, so that their own limits are the ones that are met."""


class Service(Protocol):
    """What each of the three simulators is to this file."""

    def application(self) -> web.Application: ...
    def snapshot(self) -> dict[str, Any]: ...


class Simulator:
    """App Store Connect under /appstore, GitHub under /github, Jira under /jira.

    `origin` is known once it runs. `middlewares` are put between the faults and the services, so
    that they see each request that reaches a service and each answer that a service gives.
    """

    def __init__(
        self,
        *,
        latency_ms: int = 0,
        seed: int = 0,
        real_limits: bool = False,
        middlewares: Sequence[Middleware] = (),
    ) -> None:
        self.origin = ""
        self.faults = Faults(seed=seed)
        self.requests: Counter[str] = Counter()
        shared = {"origin": self._origin, "real_limits": real_limits, "seed": seed}
        self.appstore = _service("appstore", "AppStoreSimulator", **shared)
        self.github = _service("github", "GitHubSimulator", **shared)
        self.jira = _service("jira", "JiraSimulator", **shared)
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
        app.router.add_put("/_faults", self._put_faults)
        for name, service in self._services().items():
            app.add_subapp(f"/{name}", service.application())
        app.on_shutdown.append(self._let_go)
        return app

    def state(self) -> dict[str, Any]:
        """Return what `GET /_state` answers."""
        parts = {name: service.snapshot() for name, service in self._services().items()}
        return {**parts, "requests": dict(sorted(self.requests.items()))}

    def _services(self) -> dict[str, Service]:
        services = {"appstore": self.appstore, "github": self.github, "jira": self.jira}
        return {name: service for name, service in services.items() if service is not None}

    def _origin(self) -> str:
        return self.origin

    def _furnish(self) -> None:
        if self.appstore is not None:
            for app in estate.APPS:
                self.appstore.add_app(app.name, app.app_id, app.bundle_id)
        if self.github is not None:
            for repository in (estate.REPOSITORY, estate.FEEDBACK_REPOSITORY):
                self.github.add_repository(repository, private=True)
        if self.jira is not None:
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

    async def _put_faults(self, request: web.Request) -> web.Response:
        try:
            self.faults.replace(await request.json())
        except BadRule as error:
            return web.json_response({"error": str(error)}, status=400)
        except ValueError:
            return web.json_response({"error": "the body is not JSON"}, status=400)
        return web.Response(status=204)

    async def _let_go(self, _: web.Application) -> None:
        self.faults.release()


def _service(module: str, name: str, **settings: Any) -> Any:
    full = f"bridge.simulators.{module}"
    try:
        found = import_module(full)
    except ModuleNotFoundError as error:
        if error.name != full:
            raise
        return None
    return getattr(found, name)(**settings)


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
