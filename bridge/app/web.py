"""The web application: deliveries in, operators' pages out."""

from collections.abc import Mapping

from aiohttp import web

from bridge.app.join import REACTIONS, Bridge
from bridge.errors import Transient
from bridge.intake import Intake
from bridge.ops.dashboard import Dashboard
from bridge.ops.health import Health

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def web_application(bridge: Bridge, *, working: bool = True) -> tuple[web.Application, Intake]:
    """Return the application, not yet listening, and its intake, which can be closed.

    `working` says whether jobs run in this process, for `/readyz`.
    """
    settings = bridge.config.settings
    intake = Intake(
        secrets={name: app.webhook_secrets for name, app in bridge.config.apps.items()},
        put=bridge.store.inbox.put,
        reactions=REACTIONS,
        clock=bridge.clock,
        max_body=settings.server.max_body,
        metrics=bridge.metrics,
        read_timeout=settings.server.read_timeout,
    )

    async def runs() -> None:
        if intake.closing:
            raise Transient("the service is stopping")
        if lost := bridge.worker.lost:
            raise Transient(f"{lost} of the workers have ended; restart the service")

    checks = {"store": bridge.store.check_writable, "workers" if working else "intake": runs}
    app = web.Application(client_max_size=settings.server.max_body)
    app.on_response_prepare.append(_secure)
    intake.add_routes(app)
    Health(
        checks=checks, queue=lambda: _queue(bridge), metrics=bridge.metrics, server=settings.server
    ).add_routes(app)
    Dashboard(
        ledger=bridge.store.ledger,
        jobs=bridge.store.jobs,
        blobs=bridge.store.blobs,
        server=settings.server,
        issue_text=bridge.pipeline.issue_text,
        understand=bridge.pipeline.understanding.of,
    ).add_routes(app)
    return app, intake


async def _queue(bridge: Bridge) -> Mapping[str, int]:
    return {state.value: count for state, count in (await bridge.store.jobs.counts()).items()}


async def _secure(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
