"""Joining: every room opened with what it needs of the others, and closed in reverse."""

import contextlib
import os
import random
import secrets
import socket
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry

from bridge.appstore import AppId, AppStore
from bridge.clock import Clock, SystemClock
from bridge.config import Config
from bridge.fetch import CRASHES, SCREENSHOTS, Fetch, Source
from bridge.filing import GROUP, Attending, Creates, Desk, Desks, Issues, Rounds, Texts, Writers
from bridge.match import Match
from bridge.model import Attachment, Kind
from bridge.ops.check import Subject
from bridge.pipeline import LATE_LOG, Pipeline
from bridge.render import AppFacts, FieldContext, Renderer
from bridge.routes import reachable
from bridge.store import WATCH, Store
from bridge.symbols import Symbols
from bridge.telemetry import Metrics
from bridge.trackers.base import Opening, Tracker
from bridge.trackers.registry import tracker_type
from bridge.understanding import Understanding
from bridge.watch import Watch
from bridge.worker import Worker, WorkerSettings

REACTIONS = {
    "betaFeedbackScreenshotSubmissionCreated": SCREENSHOTS,
    "betaFeedbackCrashSubmissionCreated": CRASHES,
}
"""The event types that something reacts to, and the instance type of the job they ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Everything, joined."""

    config: Config
    store: Store
    accounts: Mapping[str, AppStore]
    trackers: Mapping[str, Tracker]
    apps: Mapping[str, AppFacts]
    renderer: Renderer
    understanding: Understanding
    symbols: Symbols | None
    pipeline: Pipeline
    watch: Watch
    worker: Worker
    metrics: Metrics
    clock: Clock


@contextlib.asynccontextmanager
async def open_bridge(config: Config, *, clock: Clock | None = None) -> AsyncGenerator[Bridge]:
    """Open the store and join the rooms; close what was opened at the end.

    Raises `Misconfigured` or `StoreUnavailable` if the store can't be used.
    """
    clock = clock or SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        store = await Store.open(config.settings.storage, base=config.base, clock=clock)
        stack.push_async_callback(store.aclose)
        accounts = await stack.enter_async_context(open_accounts(config, clock))
        trackers = open_trackers(config, store, clock)
        for tracker in trackers.values():
            stack.push_async_callback(tracker.aclose)
        yield _join(config, store, accounts, trackers, clock)


@contextlib.asynccontextmanager
async def open_accounts(config: Config, clock: Clock) -> AsyncGenerator[Mapping[str, AppStore]]:
    """Open a client for each App Store Connect account, by its name in the configuration."""
    asc = config.settings.app_store_connect
    async with contextlib.AsyncExitStack() as stack:
        accounts: dict[str, AppStore] = {}
        for name, account in asc.accounts.items():
            accounts[name] = AppStore(account, asc, clock=clock)
            stack.push_async_callback(accounts[name].aclose)
        yield accounts


def open_trackers(config: Config, store: Store, clock: Clock) -> Mapping[str, Tracker]:
    """Return the configured trackers, by their names there."""

    def path_of(file: Attachment) -> Path:
        return store.blobs.path(file.sha256)

    return {
        name: tracker_type(table.type).open(
            Opening(name=name, settings=table.settings, path_of=path_of, clock=clock)
        )
        for name, table in config.trackers.items()
    }


def sources(config: Config, accounts: Mapping[str, AppStore]) -> Mapping[str, Source]:
    """Return where each app's feedback is read, by the app's name here."""
    return {
        name: Source(
            app=AppId(name=name, app_id=app.app_id, bundle_id=app.bundle_id),
            client=accounts[config.account_of(name)],
        )
        for name, app in config.apps.items()
    }


def app_facts(config: Config) -> Mapping[str, AppFacts]:
    """Return what templates may know of each app."""
    return {
        name: AppFacts(
            name=name,
            app_id=app.app_id,
            bundle_id=app.bundle_id,
            tags=app.tags,
            vars=app.vars,
        )
        for name, app in config.apps.items()
    }


def open_symbols(config: Config, clock: Clock) -> Symbols | None:
    """Return the symbols that the configuration names; None if it names none."""
    return Symbols.of(config.settings.symbols, base=config.base, monotonic=clock.monotonic)


def places(
    config: Config, apps: Mapping[str, AppFacts], renderer: Renderer
) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return which apps file into each (tracker, project)."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for name, app in apps.items():
        for kind in Kind:
            for route in reachable(config.settings.routes, app=name, tags=app.tags, kind=kind):
                if route.tracker is not None:
                    context = FieldContext(app=app, kind=kind, build=None, version=None)
                    project = renderer.fields(
                        {k: v for k, v in route.fields.items() if k == "project"}, context
                    ).get("project", "")
                    found[route.tracker, str(project)].add(name)
    return {place: frozenset(names) for place, names in found.items()}


def check_subject(bridge: Bridge) -> Subject:
    """Return what `check` looks at."""
    settings = bridge.config.settings
    return Subject(
        routes=settings.routes,
        apps=bridge.apps,
        sources=sources(bridge.config, bridge.accounts),
        trackers=bridge.trackers,
        renderer=bridge.renderer,
        store=bridge.store,
        data=bridge.config.base / settings.storage.attachments,
        public_url=settings.server.public_url,
        empty_includes=bridge.config.empty_includes(),
        symbols=bridge.symbols,
    )


def _desks(
    config: Config,
    trackers: Mapping[str, Tracker],
    shared: Mapping[tuple[str, str], frozenset[str]],
) -> Mapping[str, Desk]:
    crowded: defaultdict[str, set[str]] = defaultdict(set)
    for (tracker, _), names in shared.items():
        if len(names) > 1:
            crowded[tracker] |= names
    return {
        name: Desk(
            tracker=tracker, type=config.trackers[name].type, shared_by=frozenset(crowded[name])
        )
        for name, tracker in trackers.items()
    }


def _join(
    config: Config,
    store: Store,
    accounts: Mapping[str, AppStore],
    trackers: Mapping[str, Tracker],
    clock: Clock,
) -> Bridge:
    settings = config.settings
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    metrics = Metrics(CollectorRegistry(), apps=config.apps)
    renderer = Renderer(folders=config.template_folders())
    apps = app_facts(config)
    symbols = open_symbols(config, clock)
    understanding = Understanding(
        store.blobs,
        keepsakes=store.keepsakes,
        rules=settings.crash_rules,
        symbols=symbols,
    )
    creates = Creates(store.intents, key=store.marker_key, settle=settings.settle, clock=clock)
    writers = Writers(store.leases, owner=owner, lease=settings.worker.lease, clock=clock)
    desks = Desks(_desks(config, trackers, places(config, apps, renderer)), store.ledger)
    texts = Texts(store=store, renderer=renderer, apps=apps, clock=clock)
    rounds = Rounds(store.jobs, clock=clock)
    issues = Issues(
        store=store, texts=texts, creates=creates, writers=writers, desks=desks, clock=clock
    )
    pipeline = Pipeline(
        fetch=Fetch(
            sources=sources(config, accounts),
            store=store,
            crash_log=settings.crash_log,
            clock=clock,
        ),
        understanding=understanding,
        match=Match(store, tester_key=texts.tester_key),
        issues=issues,
        attending=Attending(
            store=store,
            issues=issues,
            texts=texts,
            creates=creates,
            writers=writers,
            desks=desks,
            rounds=rounds,
            clock=clock,
        ),
        rounds=rounds,
        store=store,
        routes=settings.routes,
        tags={name: app.tags for name, app in config.apps.items()},
        clock=clock,
    )
    watch = Watch(
        store=store, trackers=trackers, rounds=rounds, settings=settings.watch, clock=clock
    )
    return Bridge(
        config=config,
        store=store,
        accounts=accounts,
        trackers=trackers,
        apps=apps,
        renderer=renderer,
        understanding=understanding,
        symbols=symbols,
        pipeline=pipeline,
        watch=watch,
        worker=_worker(pipeline, watch, store, settings.worker, metrics, owner=owner, clock=clock),
        metrics=metrics,
        clock=clock,
    )


def _worker(
    pipeline: Pipeline,
    watch: Watch,
    store: Store,
    settings: WorkerSettings,
    metrics: Metrics,
    *,
    owner: str,
    clock: Clock,
) -> Worker:
    return Worker(
        jobs=store.jobs,
        reactions={
            SCREENSHOTS: pipeline.feedback,
            CRASHES: pipeline.feedback,
            GROUP: pipeline.refresh,
            LATE_LOG: pipeline.late_log,
            WATCH: watch.look,
        },
        settings=settings,
        clock=clock,
        owner=owner,
        chance=random.random,
        metrics=metrics,
    )
