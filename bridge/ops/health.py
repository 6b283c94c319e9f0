"""Health and metrics: is the process alive, is it ready, and what has it counted."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bridge.errors import BridgeError, Transient
from bridge.ops.access import ServerSettings, allowed, refuse
from bridge.telemetry import Metrics

Check = Callable[[], Awaitable[None]]
"""Returns if all is well; raises a `BridgeError` that says what isn't."""


class Health:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(
        self,
        *,
        checks: Mapping[str, Check],
        queue: Callable[[], Awaitable[Mapping[str, int]]],
        metrics: Metrics,
        server: ServerSettings,
    ) -> None:
        """Answer from `checks`, by name; `queue` gives the number of jobs by state."""
        self._checks = checks
        self._queue = queue
        self._metrics = metrics
        self._server = server

    def add_routes(self, app: web.Application) -> None:
        """Add the three pages."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.numbers)

    async def alive(self, _: web.Request) -> web.Response:
        """Answer 200 while the process lives."""
        return web.json_response({"status": "alive"})

    async def ready(self, _: web.Request) -> web.Response:
        """Answer 200 if every check passes, else 503, with each check's result."""
        results: dict[str, str] = {}
        for name, check in self._checks.items():
            try:
                await check()
            except BridgeError as problem:
                results[name] = str(problem)
            else:
                results[name] = "ok"
        ready = all(result == "ok" for result in results.values())
        body = {"status": "ready" if ready else "not ready", "checks": results}
        return web.json_response(body, status=200 if ready else 503)

    async def numbers(self, request: web.Request) -> web.Response:
        """Answer the metrics as Prometheus reads them; for operators only."""
        if not allowed(request, self._server):
            return refuse(self._server)
        try:
            queue = await self._queue()
        except Transient as problem:
            return web.Response(status=503, text=f"{problem}\n")
        for state, count in queue.items():
            self._metrics.queue.labels(state=state).set(count)
        return web.Response(
            body=generate_latest(self._metrics.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )
