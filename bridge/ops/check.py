"""The check: what would go wrong, found before the first feedback does."""

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.appstore import EVENTS
from bridge.errors import BadCredentials, BridgeError, Forbidden, Gone, Misconfigured, Transient
from bridge.fetch import Source
from bridge.model import Kind
from bridge.render import AppFacts, FieldContext, Renderer
from bridge.routes import Route, reachable
from bridge.store import Store
from bridge.symbols import INSTALL, UNUSABLE, Symbols
from bridge.trackers.base import Finding, Level, Tracker

ROLES = "the key needs the role App Manager or Developer, and access to this app"
REGISTER = "feedback-bridge webhooks register"
NETWORK = "try again; if it stays so, is it reachable from here, or is a proxy in the way?"
PUBLIC_URL = re.compile(r"https?://[^\s/?#]+[^\s?#]*")
LITTLE_SPACE = 1_000_000_000  # bytes; screenshots and logs are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked."""

    routes: tuple[Route, ...]
    apps: Mapping[str, AppFacts]
    sources: Mapping[str, Source]
    trackers: Mapping[str, Tracker]
    renderer: Renderer
    store: Store
    data: Path
    """The folder that the store is in."""
    public_url: str | None
    empty_includes: tuple[str, ...] = ()
    """Patterns of more configuration files that no file matches."""
    symbols: Symbols | None = None
    """The dSYMs, where some folders with them are named."""


async def check(subject: Subject) -> AsyncGenerator[Finding]:
    """Yield what was looked at and found, as it is found."""
    yield await _store(subject)
    yield _space(subject)
    for pattern in subject.empty_includes:
        yield Finding(level=Level.WARNING, text=f"include: no file matches {pattern}")
    if subject.symbols is not None:
        for finding in await asyncio.to_thread(_symbols, subject.symbols):
            yield finding
    for name in subject.apps:
        async for finding in _app(subject, name):
            yield finding
    async for finding in _trackers(subject):
        yield finding


async def _store(subject: Subject) -> Finding:
    try:
        await subject.store.check_writable()
    except BridgeError as problem:
        return Finding(level=Level.ERROR, text=f"store: {problem}")
    return Finding(level=Level.OK, text=f"store: {subject.data} is writable")


def _space(subject: Subject) -> Finding:
    free = shutil.disk_usage(subject.data).free
    text = f"disk: {free / 1e9:.1f} GB free at {subject.data}"
    if free < LITTLE_SPACE:
        return Finding(level=Level.WARNING, text=text, advice="screenshots and logs are kept there")
    return Finding(level=Level.OK, text=text)


def _symbols(symbols: Symbols) -> Sequence[Finding]:
    if not symbols.usable:
        return [Finding(level=Level.ERROR, text=UNUSABLE, advice=INSTALL)]
    found = symbols.overview()
    return [
        Finding(level=Level.OK, text=f"symbols: {found.builds} UUIDs have symbols")
        if found.builds
        else Finding(
            level=Level.WARNING,
            text="symbols: no dSYM lies in the folders under symbols.folders",
            advice="put dSYMs, .xcarchives or zips of dSYMs there",
        ),
        *(Finding(level=Level.WARNING, text=f"symbols: {each}") for each in found.problems),
    ]


async def _app(subject: Subject, name: str) -> AsyncGenerator[Finding]:
    source = subject.sources[name]
    try:
        found = await source.client.check(source.app)
    except BridgeError as problem:
        yield Finding(level=Level.ERROR, text=f"app {name}: {problem}", advice=_advice(problem))
        return
    yield Finding(level=Level.OK, text=f"app {name}: {found.name} ({found.bundle_id}) is readable")
    for kind in Kind:
        routes = reachable(subject.routes, app=name, tags=subject.apps[name].tags, kind=kind)
        if not routes or not routes[-1].when.always_matches():
            which = f"some of its {kind} feedback" if routes else f"its {kind} feedback"
            yield Finding(
                level=Level.WARNING,
                text=f"app {name}: no route takes {which}; it would be held",
                advice="end the routes with one that has no `when`",
            )
    yield await _webhook(subject, name)


def _advice(problem: BridgeError) -> str | None:
    if isinstance(problem, BadCredentials | Forbidden | Gone):
        return ROLES
    return NETWORK if isinstance(problem, Transient) else None


async def _webhook(subject: Subject, name: str) -> Finding:
    source = subject.sources[name]
    try:
        webhooks = await source.client.webhooks(source.app.app_id)
    except BridgeError as problem:
        return Finding(level=Level.WARNING, text=f"app {name}: its webhooks: {problem}")
    ours = [hook for hook in webhooks if (hook.url or "").endswith(f"/webhooks/{name}")]
    if not ours:
        return Finding(
            level=Level.WARNING,
            text=f"app {name}: no webhook of App Store Connect ends in /webhooks/{name}",
            advice=f"run `{REGISTER}`"
            if subject.public_url
            else f"run `{REGISTER} --url https://…`",
        )
    wanted = webhook_url(subject.public_url, name) if subject.public_url else ours[0].url
    hook = next((hook for hook in ours if hook.url == wanted), None)
    if hook is None:
        return Finding(
            level=Level.WARNING,
            text=f"app {name}: its webhook goes to {ours[0].url}, not to server.public_url",
        )
    missing = sorted(set(EVENTS) - set(hook.events))
    if missing or not hook.enabled:
        why = "is switched off" if not hook.enabled else f"lacks {', '.join(missing)}"
        return Finding(
            level=Level.WARNING,
            text=f"app {name}: its webhook {why}",
            advice=f"run `{REGISTER} --url {(hook.url or '').removesuffix(f'/webhooks/{name}')}`",
        )
    return Finding(level=Level.OK, text=f"app {name}: webhook {hook.url}")


def webhook_url(public_url: str, app: str) -> str:
    """Return where App Store Connect sends an app's deliveries.

    Raises `Misconfigured` if `public_url` is no address.
    """
    if not PUBLIC_URL.fullmatch(public_url):
        raise Misconfigured(
            f"{public_url!r} is no address that App Store Connect could reach: write it whole, "
            "like https://bridge.example.com"
        )
    return f"{public_url.rstrip('/')}/webhooks/{app}"


async def _trackers(subject: Subject) -> AsyncGenerator[Finding]:
    seen: set[str] = set()
    told: set[Finding] = set()
    for name, app in subject.apps.items():
        for kind in Kind:
            for route in reachable(subject.routes, app=name, tags=app.tags, kind=kind):
                if route.tracker is None:
                    continue
                async for finding in _place(subject, route, app, kind, seen):
                    if finding not in told:
                        told.add(finding)
                        yield finding


async def _place(
    subject: Subject, route: Route, app: AppFacts, kind: Kind, seen: set[str]
) -> AsyncGenerator[Finding]:
    """Check one place that issues go to, unless it was checked for another app."""
    tracker = subject.trackers[route.tracker or ""]
    context = FieldContext(app=app, kind=kind, build="1", version="1.0")
    try:
        fields: Mapping[str, Any] = subject.renderer.fields(route.fields, context)
        key = f"{tracker.name} {sorted(fields.items(), key=str)}"
        if key in seen:
            return
        seen.add(key)
        for finding in await tracker.check(fields):
            yield Finding(
                level=finding.level,
                text=f"tracker {tracker.name}: {finding.text}",
                advice=finding.advice,
            )
    except BridgeError as problem:
        yield Finding(level=Level.ERROR, text=f"tracker {tracker.name}: {problem}")
