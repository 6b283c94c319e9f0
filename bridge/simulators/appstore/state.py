"""What the simulated service knows: apps, builds, testers, feedback and webhooks."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bridge.simulators.appstore.errors import not_found
from bridge.simulators.appstore.sample import Sample

SUBMISSION_TYPES = {
    "screenshot": "betaFeedbackScreenshotSubmissions",
    "crash": "betaFeedbackCrashSubmissions",
}
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app of the team."""

    name: str
    id: str
    bundle_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """An uploaded build."""

    id: str
    app: App
    number: str
    version: str
    version_id: str
    uploaded_at: datetime


@dataclass(slots=True, kw_only=True)
class Submission:
    """A piece of feedback, and how often it was asked for."""

    id: str
    delivery_id: str
    sample: Sample
    app: App
    build: Build
    tester_id: str
    created_at: datetime
    reads: int = 0
    log_reads: int = 0

    @property
    def type(self) -> str:
        """Its resource type."""
        return SUBMISSION_TYPES[self.sample.kind]

    def log(self, now: datetime) -> str | None:
        """Return the crash log as far as it is there, counting the question."""
        self.log_reads += 1
        early = self.log_reads <= self.sample.log_after
        waiting = (now - self.created_at).total_seconds() < self.sample.log_after_seconds
        return None if early or waiting else self.sample.crash_log


@dataclass(slots=True, kw_only=True)
class Delivered:
    """One attempt to deliver an event to a webhook; without a status it is still under way."""

    id: str
    event_id: str
    body: str
    at: datetime
    status: int | None = None
    answer: str = ""
    error: str | None = None

    @property
    def outcome(self) -> str:
        """`SUCCEEDED`, `FAILED` or `PENDING`."""
        if self.status is None:
            return "PENDING" if self.error is None else "FAILED"
        return "SUCCEEDED" if self.status // 100 == 2 else "FAILED"  # noqa: PLR2004


@dataclass(slots=True, kw_only=True)
class Webhook:
    """A registered webhook with the deliveries made for it."""

    id: str
    app: App
    name: str
    url: str
    secret: str
    events: list[str]
    enabled: bool
    deliveries: list[Delivered] = field(default_factory=list[Delivered])


class State:
    """Everything that lasts while the simulator runs."""

    def __init__(self, rng: Random) -> None:
        self.apps: dict[str, App] = {}
        self.builds: dict[str, Build] = {}
        self.submissions: dict[str, Submission] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.cursor_epoch = 0
        self._rng = rng

    def new_uuid(self) -> str:
        """Return a random UUID, the same ones in the same order for the same seed."""
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def add_app(self, name: str, app_id: str, bundle_id: str) -> App:
        """Add an app to the team."""
        self.apps[app_id] = App(name=name, id=app_id, bundle_id=bundle_id)
        return self.apps[app_id]

    def app_named(self, name: str) -> App:
        """Return an app by the name it was added under; KeyError if there is none."""
        for app in self.apps.values():
            if app.name == name:
                return app
        raise KeyError(f"no app called {name!r} was added")

    def webhook(self, identifier: str) -> Webhook:
        """Return a webhook; a 404 if there is none."""
        if identifier not in self.webhooks:
            raise not_found("webhooks", identifier)
        return self.webhooks[identifier]

    def add_feedback(self, sample: Sample, *, now: datetime) -> Submission:
        """Add a piece of feedback, and its build if that is new."""
        app = self.app_named(sample.app)
        created_at = sample.created_at or now
        tester = sample.tester or sample.email
        submission = Submission(
            id="A" + "".join(self._rng.choices(_ID_LETTERS, k=22)),
            delivery_id=self.new_uuid(),
            sample=sample,
            app=app,
            build=self._build(app, sample, created_at),
            tester_id=str(uuid.uuid5(uuid.NAMESPACE_URL, tester)) if tester else self.new_uuid(),
            created_at=created_at,
        )
        self.submissions[submission.id] = submission
        return submission

    def _build(self, app: App, sample: Sample, created_at: datetime) -> Build:
        for build in self.builds.values():
            if build.app == app and (build.number, build.version) == (sample.build, sample.version):
                return build
        build = Build(
            id=self.new_uuid(),
            app=app,
            number=sample.build,
            version=sample.version,
            version_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{app.id}/{sample.version}")),
            uploaded_at=sample.uploaded_at or created_at - timedelta(days=2),
        )
        self.builds[build.id] = build
        return build


def files(sample: Sample) -> list[dict[str, Any]]:
    """Return name, size and SHA-256 of every file that came with a sample."""
    named = [(f"screenshot-{n}.jpg", data) for n, (data, _, _) in enumerate(sample.images, 1)]
    if sample.crash_log:
        suffix = "ips" if sample.crash_log.startswith("{") else "crash"
        named.append((f"crash.{suffix}", sample.crash_log.encode("utf-8", "surrogatepass")))
    return [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in named
    ]
