"""The service's resources as JSON: nulls, offsets in dates, and links included."""

import hmac
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bridge.simulators.appstore.state import App, Build, Delivered, Submission, Webhook

PREFIX = "/appstore"
"""Where the service lies on the simulator's port."""
ICON = (
    "https://is1-ssl.mzstatic.com/image/thumb/Purple/v4/00/00/00/"
    "00000000-0000-0000-0000-000000000000/AppIcon.png/{w}x{h}bb.{f}"
)
URL_LIFE = timedelta(days=6)
"""How long a screenshot's URL is good, as seen at the real service."""
_SIGNING_KEY = b"the simulator's own, and no secret"
_CUPERTINO = timezone(timedelta(hours=-8))


class Documents:
    """Makes resources whose links start at `root`, which is the origin and the prefix."""

    def __init__(self, root: str) -> None:
        self.root = root

    def app(self, app: App) -> dict[str, Any]:
        """Return an `apps` resource."""
        attributes = {
            "name": app.name,
            "bundleId": app.bundle_id,
            "sku": app.name.upper(),
            "primaryLocale": "en-US",
            "isOrEverWasMadeForKids": False,
            "contentRightsDeclaration": None,
        }
        return self._resource("apps", app.id, attributes)

    def build(self, build: Build, *, include: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a `builds` resource; relationships have data only where they are included."""
        uploaded = build.uploaded_at.astimezone(_CUPERTINO)
        attributes = {
            "version": build.number,
            "uploadedDate": uploaded.isoformat(timespec="seconds"),
            "expirationDate": (uploaded + timedelta(days=90)).isoformat(timespec="seconds"),
            "expired": False,
            "minOsVersion": "17.0",
            "lsMinimumSystemVersion": None,
            "computedMinMacOsVersion": "14.0",
            "computedMinVisionOsVersion": "1.0",
            "iconAssetToken": {"templateUrl": ICON, "width": 1024, "height": 1024},
            "processingState": "VALID",
            "buildAudienceType": "APP_STORE_ELIGIBLE",
            "usesNonExemptEncryption": False,
        }
        related = {"app": ("apps", build.app.id)}
        related["preReleaseVersion"] = ("preReleaseVersions", build.version_id)
        resource = self._resource("builds", build.id, attributes)
        resource["relationships"] = {
            name: self._relation(resource, name, target if name in include else None)
            for name, target in related.items()
        }
        return resource

    def version(self, build: Build) -> dict[str, Any]:
        """Return the `preReleaseVersions` resource of a build."""
        attributes = {"version": build.version, "platform": "IOS"}
        return self._resource("preReleaseVersions", build.version_id, attributes)

    def tester(self, submission: Submission) -> dict[str, Any]:
        """Return the `betaTesters` resource of who sent it; by a public link, without address."""
        public = submission.sample.public_link
        attributes = {
            "firstName": None,
            "lastName": None,
            "email": None if public else submission.sample.email,
            "inviteType": "PUBLIC_LINK" if public else "EMAIL",
            "state": "INSTALLED",
            "appDevices": None,
        }
        return self._resource("betaTesters", submission.tester_id, attributes)

    def submission(
        self, submission: Submission, *, include: tuple[str, ...], now: datetime
    ) -> dict[str, Any]:
        """Return a feedback resource of either kind."""
        attributes = _submission_attributes(submission)
        if submission.sample.kind == "screenshot":
            attributes["screenshots"] = self._screenshots(submission, now)
        resource = self._resource(submission.type, submission.id, attributes)
        relationships: dict[str, Any] = {}
        if submission.sample.kind == "crash":
            relationships["crashLog"] = self._relation(resource, "crashLog", None)
        if "build" in include:
            relationships["build"] = {"data": _linkage("builds", submission.build.id)}
        if "tester" in include:
            relationships["tester"] = {"data": _linkage("betaTesters", submission.tester_id)}
        if relationships:
            resource["relationships"] = relationships
        return resource

    def crash_log(self, submission: Submission, text: str) -> dict[str, Any]:
        """Return a `betaCrashLogs` resource."""
        return self._resource("betaCrashLogs", submission.id, {"logText": text})

    def webhook(self, webhook: Webhook, *, include: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a `webhooks` resource, which never has the secret."""
        attributes = {
            "enabled": webhook.enabled,
            "eventTypes": list(webhook.events),
            "name": webhook.name,
            "url": webhook.url,
        }
        resource = self._resource("webhooks", webhook.id, attributes)
        resource["relationships"] = {"deliveries": self._relation(resource, "deliveries", None)}
        if "app" in include:
            resource["relationships"]["app"] = {"data": _linkage("apps", webhook.app.id)}
        return resource

    def delivery(self, delivered: Delivered, *, url: str, with_event: bool) -> dict[str, Any]:
        """Return a `webhookDeliveries` resource."""
        answer = {"httpStatusCode": delivered.status, "body": delivered.answer}
        failed = "Unexpected response code" if delivered.outcome == "FAILED" else None
        attributes = {
            "createdDate": zulu(delivered.at),
            "deliveryState": delivered.outcome,
            "errorMessage": delivered.error or failed,
            "redelivery": False,
            "sentDate": zulu(delivered.at),
            "request": {"url": url},
            "response": None if delivered.status is None else answer,
        }
        resource = self._resource("webhookDeliveries", delivered.id, attributes)
        if with_event:
            linkage = _linkage("webhookEvents", delivered.event_id)
            resource["relationships"] = {"event": {"data": linkage}}
        return resource

    def webhook_event(self, delivered: Delivered) -> dict[str, Any]:
        """Return the `webhookEvents` resource of a ping: a ping has no `eventType`."""
        attributes = {
            "eventType": None,
            "payload": delivered.body,
            "ping": True,
            "createdDate": zulu(delivered.at),
        }
        return self._resource("webhookEvents", delivered.event_id, attributes)

    def ping(self, identifier: str) -> dict[str, Any]:
        """Return a `webhookPings` resource."""
        resource = self._resource("webhookPings", identifier, {})
        del resource["attributes"]
        return resource

    def event(self, submission: Submission, *, occurred_at: datetime) -> dict[str, Any]:
        """Return the body that is delivered for a new piece of feedback."""
        kind = "Crash" if submission.sample.kind == "crash" else "Screenshot"
        return {
            "data": {
                "type": f"betaFeedback{kind}SubmissionCreated",
                "id": submission.delivery_id,
                "version": 1,
                "attributes": {"timestamp": zulu(occurred_at)},
                "relationships": {
                    "instance": {
                        "data": _linkage(submission.type, submission.id),
                        "links": {"self": f"{self.root}/v1/{submission.type}/{submission.id}"},
                    }
                },
            }
        }

    def _screenshots(self, submission: Submission, now: datetime) -> list[dict[str, Any]]:
        expired = submission.reads <= submission.sample.expired_urls
        until = now - timedelta(minutes=1) if expired else now + URL_LIFE
        return [
            {
                "url": f"{self.root}{screenshot_path(submission.id, number, until)}",
                "width": width,
                "height": height,
                "expirationDate": zulu(until, digits="seconds"),
            }
            for number, (_, width, height) in enumerate(submission.sample.images, 1)
        ]

    def _resource(self, kind: str, identifier: str, attributes: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": kind,
            "id": identifier,
            "attributes": attributes,
            "links": {"self": f"{self.root}/v1/{kind}/{identifier}"},
        }

    def _relation(
        self, resource: dict[str, Any], name: str, target: tuple[str, str] | None
    ) -> dict[str, Any]:
        base = resource["links"]["self"]
        relation: dict[str, Any] = {
            "links": {"self": f"{base}/relationships/{name}", "related": f"{base}/{name}"}
        }
        if target is not None:
            relation["data"] = _linkage(*target)
        return relation


def screenshot_path(submission_id: str, number: int, until: datetime) -> str:
    """Return the pre-signed path of a screenshot, as Apple's feedback host has them."""
    expires = int(until.timestamp())
    mark = url_signature(submission_id, number, expires)
    query = f"i_for=974055077&AWSAccessKeyId=EXAMPLEKEYID&Expires={expires}"
    return f"/eimg/{submission_id}/{number}/original.jpg?{query}&Signature={mark}&p_sig=EXAMPLE"


def url_signature(submission_id: str, number: int, expires: int) -> str:
    """Return what the `Signature` of a screenshot's URL must be."""
    text = f"{submission_id}/{number}/{expires}"
    return hmac.digest(_SIGNING_KEY, text.encode(), "sha256").hex()


def zulu(at: datetime, *, digits: str = "milliseconds") -> str:
    """Return a time as feedback and webhooks write it."""
    return at.astimezone(UTC).isoformat(timespec=digits).replace("+00:00", "Z")


def _linkage(kind: str, identifier: str) -> dict[str, str]:
    return {"type": kind, "id": identifier}


def _submission_attributes(submission: Submission) -> dict[str, Any]:
    sample = submission.sample
    model = sample.device_model.replace(",", "_") if sample.device_model else None
    return {
        "createdDate": zulu(submission.created_at),
        "comment": sample.comment,
        "email": sample.email,
        "deviceModel": model,
        "osVersion": sample.os_version,
        "locale": sample.locale,
        "timeZone": sample.time_zone,
        "architecture": sample.architecture,
        "connectionType": sample.connection,
        "pairedAppleWatch": sample.paired_watch,
        "appUptimeInMilliseconds": sample.app_uptime_ms,
        "diskBytesAvailable": sample.disk_available,
        "diskBytesTotal": sample.disk_total,
        "batteryPercentage": sample.battery_percent,
        "screenWidthInPoints": sample.screen_width,
        "screenHeightInPoints": sample.screen_height,
        "appPlatform": sample.platform,
        "devicePlatform": sample.platform,
        "deviceFamily": sample.device_family,
        "buildBundleId": submission.app.bundle_id,
    }
