"""What a delivery says: bytes to `Delivery`. Pure; strict only where something depends on it."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn, cast

from bridge.errors import Unreadable
from bridge.model import Delivery

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}", re.ASCII)
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)


class NotAnEvent(Unreadable):
    """A body is not a webhook of App Store Connect's."""


class EventType(StrEnum):
    """The event types that App Store Connect is documented to send, as delivered.

    `WebhookEventType` in Apple's OpenAPI document, in lowerCamelCase; the ping is what receivers
    see, Apple's document doesn't name it. Others are kept all the same: Apple adds types.
    """

    APP_VERSION_STATE = "appStoreVersionAppVersionStateUpdated"
    SCREENSHOT_FEEDBACK = "betaFeedbackScreenshotSubmissionCreated"
    CRASH_FEEDBACK = "betaFeedbackCrashSubmissionCreated"
    BUILD_UPLOAD_STATE = "buildUploadStateUpdated"
    EXTERNAL_BUILD_STATE = "buildBetaDetailExternalBuildStateUpdated"
    ASSET_STATE = "backgroundAssetVersionStateUpdated"
    ASSET_INTERNAL_RELEASE = "backgroundAssetVersionInternalBetaReleaseCreated"
    ASSET_EXTERNAL_RELEASE_STATE = "backgroundAssetVersionExternalBetaReleaseStateUpdated"
    ASSET_STORE_RELEASE_STATE = "backgroundAssetVersionAppStoreReleaseStateUpdated"
    PACKAGE_VERSION = "alternativeDistributionPackageVersionCreated"
    PACKAGE_AVAILABLE = "alternativeDistributionPackageAvailableUpdated"
    TERRITORY_AVAILABILITY = "alternativeDistributionTerritoryAvailabilityUpdated"
    PING = "webhookPingCreated"


EVENT_TYPES: dict[EventType, str | None] = {
    EventType.APP_VERSION_STATE: "appStoreVersions",
    EventType.SCREENSHOT_FEEDBACK: "betaFeedbackScreenshotSubmissions",
    EventType.CRASH_FEEDBACK: "betaFeedbackCrashSubmissions",
    EventType.BUILD_UPLOAD_STATE: "buildUploads",
    EventType.EXTERNAL_BUILD_STATE: "buildBetaDetails",
    EventType.ASSET_STATE: "backgroundAssetVersions",
    EventType.ASSET_INTERNAL_RELEASE: "backgroundAssetVersionInternalBetaReleases",
    EventType.ASSET_EXTERNAL_RELEASE_STATE: "backgroundAssetVersionExternalBetaReleases",
    EventType.ASSET_STORE_RELEASE_STATE: "backgroundAssetVersionAppStoreReleases",
    EventType.PACKAGE_VERSION: "alternativeDistributionPackageVersions",
    EventType.PACKAGE_AVAILABLE: "alternativeDistributionPackages",
    EventType.TERRITORY_AVAILABILITY: None,
    EventType.PING: None,
}
"""The type of the instance that each event is about; None where it is about none."""


def read_event(body: bytes, *, app: str, received_at: datetime) -> Delivery:
    """Return the delivery that a signed body is. Raises NotAnEvent, and nothing else.

    Fields that we don't know don't matter, and neither does a timestamp that makes no sense; an
    instance that isn't named well is none. A body without `data.id`, as some receivers have seen
    in pings, is known by its digest.
    """
    data = _data(body)
    instance_type, instance_id = _instance(data)
    return Delivery(
        app=app,
        id=_id(data, body),
        type=_name(data.get("type"), "data.type"),
        instance_type=instance_type,
        instance_id=instance_id,
        occurred_at=_time(_table(data, "attributes").get("timestamp")),
        received_at=received_at,
        body=body,
    )


def malformed(body: bytes, *, app: str, received_at: datetime) -> Delivery:
    """Return the delivery as which a signed body is kept that is no event."""
    return Delivery(
        app=app,
        id=f"malformed:{hashlib.sha256(body).hexdigest()}",
        type="",
        received_at=received_at,
        body=body,
    )


def _data(body: bytes) -> dict[str, Any]:
    whole = _parsed(body)
    data = cast("dict[str, Any]", whole).get("data") if isinstance(whole, dict) else None
    if not isinstance(data, dict):
        raise NotAnEvent("the body has no object data")
    return cast("dict[str, Any]", data)


def _parsed(body: bytes) -> object:
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except NotAnEvent:
        raise
    except UnicodeDecodeError as error:
        raise NotAnEvent("the body is not UTF-8") from error
    except RecursionError as error:
        raise NotAnEvent("the body is nested too deeply") from error
    except ValueError as error:  # JSON's own errors, and numbers of more than 4,300 digits
        raise NotAnEvent("the body is not JSON") from error


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that is there twice: readers differ in which one they take."""
    table = dict(pairs)
    if len(table) != len(pairs):
        raise NotAnEvent("the body has a key twice in one object")
    return table


def _refuse_constant(name: str) -> NoReturn:
    raise NotAnEvent(f"the body holds {name}, which is not JSON")


def _table(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _instance(data: dict[str, Any]) -> tuple[str, str] | tuple[None, None]:
    """Return the type and id of what the event is about, from either shape.

    Most events have `instance.data.{type,id}`; Apple's background-asset examples have
    `instance.{type,id}` ("Webhook events", seen 2026-08).
    """
    instance = _table(_table(data, "relationships"), "instance")
    named = _table(instance, "data") if "data" in instance else instance
    type_, id_ = named.get("type"), named.get("id")
    if not (isinstance(type_, str) and _NAME.fullmatch(type_)):
        return None, None
    if not (isinstance(id_, str) and _ID.fullmatch(id_)):
        return None, None
    return type_, id_


def _id(data: dict[str, Any], body: bytes) -> str:
    if data.get("id") is None:
        return f"sha256:{hashlib.sha256(body).hexdigest()}"
    return _name(data["id"], "data.id")


def _name(value: object, where: str) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise NotAnEvent(f"{where} is missing or no plain name")


def _time(value: object) -> datetime | None:
    """Return a timestamp in UTC; None if it makes no sense. Digits past microseconds are cut."""
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
