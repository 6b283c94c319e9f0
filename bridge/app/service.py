"""The service: listens, works, and stops in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from enum import StrEnum

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError

from bridge.app.join import Bridge
from bridge.app.web import web_application
from bridge.errors import Misconfigured
from bridge.store import StoreUnavailable
from bridge.symbols import INSTALL, UNUSABLE

log = structlog.get_logger(__name__)


class Role(StrEnum):
    """What a process does."""

    ALL = "all"
    INTAKE = "intake"
    WORKER = "worker"


async def serve(
    bridge: Bridge,
    role: Role = Role.ALL,
    *,
    stop: asyncio.Event | None = None,
    listening: Callable[[str], None] | None = None,
) -> None:
    """Take deliveries and run jobs until `stop` is set or SIGTERM or SIGINT arrives.

    Then deliveries are answered 503, running jobs may finish for `worker.drain` seconds, and what
    is left stays in the store. `listening` is told the address once the port is open. Raises
    `Misconfigured` if the address can't be used.
    """
    stop = stop or asyncio.Event()
    if bridge.symbols is not None and not bridge.symbols.usable:
        log.error("symbols unusable", problem=UNUSABLE, advice=INSTALL)
    with _signals(stop):
        async with contextlib.AsyncExitStack() as stack:
            if role is not Role.WORKER:
                address = await stack.enter_async_context(_listening(bridge, role, stop))
                if listening:
                    listening(address)
            if role is not Role.INTAKE:
                await _watch(bridge)
                await bridge.worker.serve(stop)
            await stop.wait()


@contextlib.asynccontextmanager
async def _listening(bridge: Bridge, role: Role, stop: asyncio.Event) -> AsyncGenerator[str]:
    server = bridge.config.settings.server
    app, intake = web_application(bridge, working=role is not Role.INTAKE)
    runner = web.AppRunner(
        app,
        handle_signals=False,
        access_log=None,
        logger=_http_log(),
        auto_decompress=False,  # raw bytes are signed
    )
    await runner.setup()
    site = web.TCPSite(runner, server.host, server.port)

    async def close_intake() -> None:
        await stop.wait()
        intake.closing = True

    closer = asyncio.create_task(close_intake())
    try:
        try:
            await site.start()
        except OSError as problem:
            raise Misconfigured(
                f"can't listen on {server.host}:{server.port}: {problem.strerror}; "
                "is another feedback-bridge running? Change server.port"
            ) from problem
        host, port = runner.addresses[0][:2]
        log.info("listening", host=host, port=port, role=role.value)
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
    finally:
        closer.cancel()
        await runner.cleanup()


async def _watch(bridge: Bridge) -> None:
    """Begin to watch the trackers; a store that is out of reach now must not end the service."""
    try:
        await bridge.watch.begin()
    except StoreUnavailable as problem:
        log.warning("what people do in the trackers is not watched", error=str(problem))


class _NoHttp(logging.Filter):
    """Leaves out requests that are no HTTP.

    Anybody can send them, they are answered 400, and aiohttp quotes their headers.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError)


_NO_HTTP = _NoHttp()


def _http_log() -> logging.Logger:
    log = logging.getLogger("aiohttp.server")
    log.addFilter(_NO_HTTP)  # adding it again changes nothing
    return log


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Generator[None]:
    loop = asyncio.get_running_loop()
    taken: list[signal.Signals] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, stop.set)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
