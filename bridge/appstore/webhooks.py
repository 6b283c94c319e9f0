"""Webhooks: what App Store Connect is told to send us, and where.

A webhook belongs to one app for good, an app has at most ten (App Store Connect Help, "Manage
webhooks"), and `eventTypes` in an update replaces the whole list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bridge.appstore import documents
from bridge.appstore.client import Client
from bridge.appstore.documents import Json, Resource
from bridge.errors import Refused
from bridge.settings import Secret

EVENTS = (
    "BETA_FEEDBACK_CRASH_SUBMISSION_CREATED",
    "BETA_FEEDBACK_SCREENSHOT_SUBMISSION_CREATED",
)
"""The events that something here reacts to."""
MOST = 10  # webhooks of one app
NAME = "feedback-bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as App Store Connect has it; the secret is never given back."""

    id: str
    name: str | None
    url: str | None
    enabled: bool
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A webhook that is as it should be, and what that took."""

    webhook: Webhook
    how: Literal["created", "updated", "unchanged"]


class Webhooks:
    """Reads and writes webhooks; see the methods of `AppStore`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, app_id: str) -> tuple[Webhook, ...]:
        """Return an app's webhooks."""
        identifier = documents.identifier(app_id, what="an app")
        found: list[Webhook] = []
        async for document in self._client.pages(
            f"/v1/apps/{identifier}/webhooks",
            params={"limit": "200"},
            what=f"webhooks of app {identifier}",
        ):
            found += [_webhook(each) for each in documents.resources(document, "webhooks")]
        return tuple(found)

    async def create(
        self, app_id: str, *, url: str, secret: Secret, events: Sequence[str], name: str
    ) -> Webhook:
        """Create a webhook; `LostAnswer` if it may or may not be there now."""
        identifier = documents.identifier(app_id, what="an app")
        attributes = {
            "enabled": True,
            "eventTypes": list(events),
            "name": name,
            "secret": secret.reveal(),
            "url": url,
        }
        body = {
            "data": {
                "type": "webhooks",
                "attributes": attributes,
                "relationships": {"app": {"data": {"type": "apps", "id": identifier}}},
            }
        }
        document = await self._client.write(
            "POST",
            "/v1/webhooks",
            body,
            what=f"a new webhook for app {identifier}",
            hide=(secret.reveal(),),
        )
        return _webhook(documents.resource(document, "webhooks"))

    async def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
        secret: Secret | None = None,
    ) -> Webhook:
        """Change what is given, and leave the rest."""
        identifier = documents.identifier(webhook_id, what="a webhook")
        given: dict[str, Any] = {
            "url": url,
            "eventTypes": None if events is None else list(events),
            "enabled": enabled,
            "secret": None if secret is None else secret.reveal(),
        }
        attributes = {name: value for name, value in given.items() if value is not None}
        body = {"data": {"type": "webhooks", "id": identifier, "attributes": attributes}}
        document = await self._client.write(
            "PATCH",
            f"/v1/webhooks/{identifier}",
            body,
            what=f"webhook {identifier}",
            hide=() if secret is None else (secret.reveal(),),
        )
        return _webhook(documents.resource(document, "webhooks"))

    async def ensure(
        self, app_id: str, *, url: str, secret: Secret, events: Sequence[str], name: str
    ) -> Registration:
        """Make sure that an app has an enabled webhook to `url` with at least these events."""
        present = await self.of(app_id)
        ours = next((each for each in present if each.url == url), None)
        if ours is None:
            if len(present) >= MOST:
                raise Refused(
                    f"app {app_id} has {len(present)} webhooks already, and App Store Connect "
                    f"allows {MOST}; delete one there, under Users and Access, Integrations"
                )
            made = await self.create(app_id, url=url, secret=secret, events=events, name=name)
            return Registration(webhook=made, how="created")
        if ours.enabled and set(events) <= set(ours.events):
            return Registration(webhook=ours, how="unchanged")
        wanted = (*ours.events, *(event for event in events if event not in ours.events))
        changed = await self.update(ours.id, events=wanted, enabled=True)
        return Registration(webhook=changed, how="updated")

    async def ping(self, webhook_id: str) -> str:
        """Have App Store Connect send a ping, and return its id; the delivery comes on its own."""
        identifier = documents.identifier(webhook_id, what="a webhook")
        target = {"webhook": {"data": {"type": "webhooks", "id": identifier}}}
        body: Json = {"data": {"type": "webhookPings", "relationships": target}}
        document = await self._client.write(
            "POST", "/v1/webhookPings", body, what=f"a ping to webhook {identifier}"
        )
        return documents.resource(document, "webhookPings").id


def _webhook(found: Resource) -> Webhook:
    at = f"{found.at}.attributes"
    events = documents.items(found.attributes, "eventTypes", at=at)
    return Webhook(
        id=found.id,
        name=documents.text(found.attributes, "name", at=at),
        url=documents.text(found.attributes, "url", at=at),
        enabled=documents.flag(found.attributes, "enabled", at=at) is not False,
        events=tuple(event for event in events if isinstance(event, str)),
    )
