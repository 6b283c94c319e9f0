"""App Store Connect as seen with one account's key."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from bridge.appstore import documents
from bridge.appstore.addresses import Resolver, look_up
from bridge.appstore.builds import Builds
from bridge.appstore.client import Client
from bridge.appstore.feedback import CRASHES, FeedbackReader
from bridge.appstore.images import Images, Sink
from bridge.appstore.settings import Account, AppId, AppStoreSettings
from bridge.appstore.token import Tokens
from bridge.appstore.webhooks import EVENTS, NAME, Registration, Webhook, Webhooks
from bridge.clock import Clock
from bridge.errors import Misconfigured
from bridge.model import CrashFeedback, RemoteScreenshot, ScreenshotFeedback
from bridge.pictures import Picture
from bridge.settings import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFound:
    """An app as App Store Connect has it."""

    app_id: str
    name: str | None
    bundle_id: str | None


class AppStore:
    """The client of one account.

    Every method raises `BadCredentials`, `Forbidden`, `Gone`, `Refused`, `Unreadable`,
    `RateLimited` or another `Transient`, with Apple's own code, title and detail as the cause
    (`bridge.appstore.failures.AppleAnswer`). Reads may be repeated; short waits are made here,
    longer ones are raised with `retry_after`.
    """

    def __init__(
        self,
        account: Account,
        settings: AppStoreSettings,
        *,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        resolve: Resolver = look_up,
    ) -> None:
        """Open no connection yet; raise `Misconfigured` if the private key can't be used.

        `chance` gives random numbers from 0 to 1, `resolve` the addresses of image hosts.
        """
        tokens = Tokens(account, clock=clock)
        tls = httpx.create_ssl_context(trust_env=False)
        self._client = Client(
            settings, tokens, key_id=account.key_id, clock=clock, chance=chance, tls=tls
        )
        self._images = Images(settings, clock=clock, chance=chance, resolve=resolve, tls=tls)
        self._feedback = FeedbackReader(self._client, Builds(self._client), clock=clock)
        self._webhooks = Webhooks(self._client)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()
        await self._images.aclose()

    async def screenshot(self, app: AppId, submission_id: str) -> ScreenshotFeedback:
        """Return a screenshot feedback with tester, build and marketing version.

        The version is None if the build can't be looked up. `Refused` if the build is another
        app's than `app`.
        """
        return await self._feedback.screenshot(app, submission_id)

    async def crash(self, app: AppId, submission_id: str) -> CrashFeedback:
        """Return a crash feedback, as `screenshot` does; its log is fetched by `crash_log`."""
        return await self._feedback.crash(app, submission_id)

    async def crash_log(self, submission_id: str) -> str | None:
        """Return a crash feedback's log as it is; None while it isn't there, or empty.

        App Store Connect may have it only minutes after the feedback.
        """
        return await self._feedback.crash_log(submission_id)

    async def download(self, shot: RemoteScreenshot, sink: Sink) -> Picture:
        """Stream a screenshot into `sink` and return what kind of picture it is.

        Raises `Expired` if the URL's time is over: fetch the submission again for another one.
        Further `Refused` (a host, address or size that isn't allowed), `Unreadable` (no picture)
        and `Transient`. After an error, what the sink has is to be thrown away.
        """
        return await self._images.download(shot, sink)

    async def webhooks(self, app_id: str) -> tuple[Webhook, ...]:
        """Return the webhooks of an app."""
        return await self._webhooks.of(app_id)

    async def ensure_webhook(
        self, app_id: str, *, url: str, secret: Secret, events: Sequence[str] = EVENTS
    ) -> Registration:
        """Make sure that an app has an enabled webhook to `url` with at least these events.

        May be called again at any time. What is there keeps its secret, since App Store Connect
        doesn't tell which one it has; `update_webhook` sets another. `Refused` if the app has ten
        webhooks already.
        """
        return await self._webhooks.ensure(app_id, url=url, secret=secret, events=events, name=NAME)

    async def register_webhook(
        self,
        app_id: str,
        *,
        url: str,
        secret: Secret,
        events: Sequence[str] = EVENTS,
        name: str = NAME,
    ) -> Webhook:
        """Create a webhook; `LostAnswer` if it may or may not be there now (list them to see)."""
        return await self._webhooks.create(app_id, url=url, secret=secret, events=events, name=name)

    async def update_webhook(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
        secret: Secret | None = None,
    ) -> Webhook:
        """Change what is given and leave the rest; `events` replaces the whole list."""
        return await self._webhooks.update(
            webhook_id, url=url, events=events, enabled=enabled, secret=secret
        )

    async def ping(self, webhook_id: str) -> str:
        """Have App Store Connect send a ping, and return its id; the delivery comes on its own."""
        return await self._webhooks.ping(webhook_id)

    async def check(self, app: AppId) -> AppFound:
        """Return the app if this key can read it and its feedback.

        Raises `Misconfigured` if the bundle id in the configuration is another one.
        """
        identifier = documents.identifier(app.app_id, what="an app")
        document = await self._client.get(f"/v1/apps/{identifier}", what=f"app {identifier}")
        found = documents.resource(document, "apps")
        bundle_id = documents.text(found.attributes, "bundleId", at="data.attributes")
        if app.bundle_id and bundle_id and app.bundle_id != bundle_id:
            raise Misconfigured(
                f"apps.{app.name}: app {identifier} has the bundle id {bundle_id} in App Store "
                f"Connect, and {app.bundle_id} here"
            )
        await self._client.get(
            f"/v1/apps/{identifier}/{CRASHES}",
            params={"limit": "1"},
            what=f"the feedback of app {identifier}",
        )
        name = documents.text(found.attributes, "name", at="data.attributes")
        return AppFound(app_id=identifier, name=name, bundle_id=bundle_id)
