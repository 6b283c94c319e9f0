"""Feedback and crash logs, from Apple's documents to the project's own words."""

import re
from datetime import datetime
from typing import TypedDict

from bridge.appstore import documents
from bridge.appstore.builds import BuildFacts, Builds
from bridge.appstore.client import Client
from bridge.appstore.documents import Json, Resource
from bridge.appstore.settings import AppId
from bridge.clock import Clock
from bridge.errors import Gone, Refused, Unreadable
from bridge.model import (
    Build,
    CrashFeedback,
    Device,
    RemoteScreenshot,
    ScreenshotFeedback,
    Tester,
)

SCREENSHOTS = "betaFeedbackScreenshotSubmissions"
CRASHES = "betaFeedbackCrashSubmissions"
_QUERY = {"include": "build,tester", "fields[betaTesters]": "email"}
_MODEL = re.compile(r"([A-Za-z]+\d+)_(\d+)")
_AT = "data.attributes"


class _Common(TypedDict):
    app: str
    id: str
    created_at: datetime
    comment: str | None
    device: Device
    build: Build | None
    tester: Tester
    bundle_id: str | None


class FeedbackReader:
    """Reads submissions and crash logs, one at a time."""

    def __init__(self, client: Client, builds: Builds, *, clock: Clock) -> None:
        self._client = client
        self._builds = builds
        self._clock = clock

    async def screenshot(self, app: AppId, submission_id: str) -> ScreenshotFeedback:
        """Return a screenshot feedback; see `AppStore.screenshot`."""
        what = f"screenshot feedback {submission_id[:40]}"
        document = await self._fetch(SCREENSHOTS, submission_id, what)
        common = await self._common(document, SCREENSHOTS, app, submission_id, what)
        attributes = documents.resource(document, SCREENSHOTS).attributes
        return ScreenshotFeedback(**common, screenshots=_screenshots(attributes))

    async def crash(self, app: AppId, submission_id: str) -> CrashFeedback:
        """Return a crash feedback, without its log; see `AppStore.crash`."""
        what = f"crash feedback {submission_id[:40]}"
        document = await self._fetch(CRASHES, submission_id, what)
        return CrashFeedback(**await self._common(document, CRASHES, app, submission_id, what))

    async def crash_log(self, submission_id: str) -> str | None:
        """Return a crash feedback's log; None while it is missing or empty."""
        identifier = documents.identifier(submission_id, what="crash feedback")
        try:
            document = await self._client.get(
                f"/v1/{CRASHES}/{identifier}/crashLog", what=f"crash log of {identifier}"
            )
        except Gone:
            return None
        if document.get("data") is None:
            return None
        attributes = documents.resource(document, "betaCrashLogs").attributes
        log = documents.raw_text(attributes, "logText", at=_AT)
        return log if log and log.strip() else None

    async def _fetch(self, kind: str, submission_id: str, what: str) -> Json:
        identifier = documents.identifier(submission_id, what="feedback")
        return await self._client.get(f"/v1/{kind}/{identifier}", params=_QUERY, what=what)

    async def _common(
        self, document: Json, kind: str, app: AppId, submission_id: str, what: str
    ) -> _Common:
        found = documents.resource(document, kind)
        if found.id != submission_id:
            raise Unreadable(f"App Store Connect answered with another submission than {what}")
        build_id = found.related("build")
        facts = await self._builds.facts(build_id) if build_id is not None else None
        if facts is not None and facts.app_id not in (None, app.app_id):
            raise Refused(
                f"{what} is of another app: App Store Connect's {facts.app_id}, not {app.name} "
                f"({app.app_id}); check which app's webhook sends to /webhooks/{app.name}"
            )
        tester_id = found.related("tester")
        return _Common(
            app=app.name,
            id=submission_id,
            created_at=documents.moment(found.attributes, "createdDate", at=_AT)
            or self._clock.now(),
            comment=documents.text(found.attributes, "comment", at=_AT) or None,
            device=_device(found.attributes),
            build=_build(documents.included(document, "builds", build_id), build_id, facts),
            tester=_tester(found, documents.included(document, "betaTesters", tester_id)),
            bundle_id=documents.text(found.attributes, "buildBundleId", at=_AT),
        )


def _device(attributes: Json) -> Device:
    def text(name: str) -> str | None:
        return documents.text(attributes, name, at=_AT)

    def whole(name: str) -> int | None:
        return documents.whole(attributes, name, at=_AT)

    model = text("deviceModel")
    return Device(
        # Apple writes `iPhone16_2` here, and `iPhone16,2` everywhere else.
        model=_MODEL.sub(r"\1,\2", model) if model else None,
        family=text("deviceFamily"),
        platform=text("devicePlatform") or text("appPlatform"),
        os_version=text("osVersion"),
        locale=text("locale"),
        time_zone=text("timeZone"),
        architecture=text("architecture"),
        connection=text("connectionType"),
        paired_watch=text("pairedAppleWatch"),
        app_uptime_ms=whole("appUptimeInMilliseconds"),
        disk_available=whole("diskBytesAvailable"),
        disk_total=whole("diskBytesTotal"),
        battery_percent=whole("batteryPercentage"),
        screen_width=whole("screenWidthInPoints"),
        screen_height=whole("screenHeightInPoints"),
    )


def _build(
    included: Resource | None, build_id: str | None, facts: BuildFacts | None
) -> Build | None:
    if build_id is None:
        return None
    number, uploaded_at = None, None
    if included is not None:
        at = f"{included.at}.attributes"
        number = documents.text(included.attributes, "version", at=at)
        uploaded_at = documents.moment(included.attributes, "uploadedDate", at=at)
    if facts is None:
        return Build(id=build_id, number=number, uploaded_at=uploaded_at)
    return Build(
        id=build_id,
        number=number or facts.number,
        version=facts.version,
        uploaded_at=uploaded_at or facts.uploaded_at,
    )


def _tester(found: Resource, included: Resource | None) -> Tester:
    """Return who it was: the tester's own address, else the one typed for this feedback.

    Those who came by a public link have no address but, if they typed one, the latter.
    """
    email = None
    if included is not None:
        email = documents.text(included.attributes, "email", at=f"{included.at}.attributes")
    typed = documents.text(found.attributes, "email", at=_AT)
    return Tester(id=found.related("tester"), email=email or typed or None)


def _screenshots(attributes: Json) -> tuple[RemoteScreenshot, ...]:
    shots: list[RemoteScreenshot] = []
    for number, value in enumerate(documents.items(attributes, "screenshots", at=_AT)):
        at = f"{_AT}.screenshots[{number}]"
        if value is None:
            continue
        shot = documents.as_table(value, at)
        url = documents.text(shot, "url", at=at)
        if url:
            shots.append(
                RemoteScreenshot(
                    url=url,
                    width=documents.whole(shot, "width", at=at),
                    height=documents.whole(shot, "height", at=at),
                    expires_at=documents.moment(shot, "expirationDate", at=at),
                )
            )
    return tuple(shots)
