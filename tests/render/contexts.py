"""Feedback, reports and groups to render, made up for these tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bridge.model import (
    Attachment,
    AttachmentResult,
    AttachmentRole,
    Build,
    BuildCount,
    Cause,
    CrashFeedback,
    CrashReport,
    Device,
    Diagnosis,
    Feedback,
    Fingerprint,
    Frame,
    GroupSummary,
    Occurrence,
    ScreenshotFeedback,
    SkippedFrame,
    Tester,
    Thread,
    Trace,
    Words,
)
from bridge.render import AppFacts, IssueContext, Neighbour

APP = AppFacts(
    name="sunrise",
    app_id="6448311069",
    bundle_id="com.example.sunrise",
    tags=("retail",),
    vars={"project": "SUN", "component": "Sunrise"},
)
DEVICE = Device(
    model="iPhone17,1",
    family="IPHONE",
    platform="IOS",
    os_version="26.1",
    locale="de-DE",
    time_zone="Europe/Berlin",
    architecture="arm64e",
    connection="WIFI",
    app_uptime_ms=252_000,
    disk_available=12_300_000_000,
    disk_total=128_000_000_000,
    battery_percent=81,
    screen_width=402,
    screen_height=874,
)
BUILD = Build(id="b-143", number="143", version="2.4.1")
PAGE = "https://appstoreconnect.apple.com/apps/6448311069/testflight/"


def at(day: int, hour: int = 10, minute: int = 2) -> datetime:
    """Return a moment in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def crash_feedback(**changes: Any) -> CrashFeedback:
    return replace(
        CrashFeedback(
            app="sunrise",
            id="AK7Uv_2-x",
            created_at=at(24),
            comment="emptied basket, boom",
            device=DEVICE,
            build=BUILD,
            tester=Tester(id="t-1", email="secret.tester@example.com"),
        ),
        **changes,
    )


def screenshot_feedback(**changes: Any) -> ScreenshotFeedback:
    return replace(
        ScreenshotFeedback(
            app="sunrise",
            id="AK7Uv_2-y",
            created_at=at(24),
            comment="Total wrong after removing last item",
            device=replace(DEVICE, model="iPad16,5", family="IPAD"),
            build=BUILD,
            tester=Tester(id="t-1", email="secret.tester@example.com"),
        ),
        **changes,
    )


def frame(
    index: int,
    symbol: str | None,
    file: str | None = None,
    line: int | None = None,
    image: str = "Sunrise",
) -> Frame:
    return Frame(
        index=index,
        image=image,
        symbol=symbol,
        file=file,
        line=line,
        offset=1000 + index,
        address=0x104E8C000 + index,
        symbol_offset=84,
        in_app=image == "Sunrise",
    )


FRAMES = (
    frame(0, "_assertionFailure(_:_:file:line:flags:)", image="libswiftCore.dylib"),
    frame(1, "CartView.total", "CartView.swift", 88),
    frame(2, "CartView.body", "CartView.swift", 41),
    frame(3, "closure #1 in CartModel.remove(_:)", "CartModel.swift", 112),
    frame(4, None, image="SwiftUI"),
    frame(5, "main", "SunriseApp.swift", 9),
)


def diagnosis(frames: Sequence[Frame] = FRAMES, **report: Any) -> Diagnosis:
    crash = CrashReport(
        format="ips-json",
        process="Sunrise",
        app_version="2.4.1",
        build="143",
        os_version="iPhone OS 26.1 (23B85)",
        hardware="iPhone17,1",
        incident_id="5F2A1C3D-0B6E-4E0C-9A51-1D2E3F405162",
        exception_type="EXC_BREAKPOINT (SIGTRAP)",
        exception_codes="0x0000000000000001, 0x0000000104e8d3f0",
        application_info=("Fatal error: Index out of range",),
        crashed_thread=0,
        threads=(
            Thread(
                index=0,
                queue="com.apple.main-thread",
                crashed=True,
                frames=tuple(frames),
                n_frames=len(frames),
            ),
        ),
        app_image="Sunrise",
    )
    return Diagnosis(
        trace=Trace(family="swift.bounds"),
        report=replace(crash, **report),
        cause=Cause(
            id="swift.bounds",
            title="Crash: index out of range",
            explanation="Swift trap: array index out of range, on the main thread.",
            link="https://developer.apple.com/documentation/xcode/exc_breakpoint",
        ),
        fingerprint=Fingerprint(
            key="v1:3f5a0c1d2e4b6a78",
            used=("Sunrise CartView.total", "Sunrise CartView.body"),
            skipped=(SkippedFrame(frame=frames[0], reason="runtime"),) if frames else (),
        ),
        title="Crash: index out of range in CartView.total",
        blame=frames[1] if len(frames) > 1 else None,
    )


def summary(feedback: Feedback) -> GroupSummary:
    """Return the figures of a group of one."""
    words = (Words(text=feedback.comment, at=feedback.created_at, build="143"),)
    return GroupSummary(
        occurrences=1,
        testers=1,
        first_at=feedback.created_at,
        last_at=feedback.created_at,
        builds=(
            BuildCount(version="2.4.1", build="143", occurrences=1, testers=1,
                       os_versions=("26.1",), device_models=("iPhone17,1",)),
        ),
        words=words if feedback.comment else (),
    )  # fmt: skip


MANY = GroupSummary(
    occurrences=14,
    testers=6,
    first_at=at(18),
    last_at=at(24),
    builds=(
        BuildCount(version="2.4.1", build="143", occurrences=9, testers=5,
                   os_versions=("26.1",), device_models=("iPhone17,1", "iPad16,5")),
        BuildCount(version="2.4.0", build="139", occurrences=5, testers=2,
                   os_versions=("26.0", "18.6"), device_models=("iPhone14,7",)),
    ),
    words=(
        Words(text="emptied basket, boom", at=at(24), build="143"),
        Words(text="crashes every time\nI remove the last item", at=at(20), build="139"),
    ),
)  # fmt: skip


NEAR = Neighbour(
    key="#12",
    url="https://github.com/example/sunrise/issues/12",
    title="Crash: index out of range in CartModel.remove(_:)",
    score=0.874,
    common=("CartView.total", "CartView.body"),
)


def said(feedback_id: str, comment: str | None, when: datetime, **changes: Any) -> Occurrence:
    """Return a screenshot feedback as a member of its group."""
    plain = Occurrence(
        group_id="g",
        app="sunrise",
        feedback_id=feedback_id,
        at=when,
        comment=comment,
        version="2.4.1",
        build="143",
        tester_key="a",
    )
    return replace(plain, **changes)


def attached(role: AttachmentRole, name: str, url: str | None, **changes: Any) -> AttachmentResult:
    file = Attachment(
        role=role,
        name=name,
        sha256="a1b2c3" * 10 + "a1b2",
        size=48_213,
        media_type="image/jpeg" if role is AttachmentRole.SCREENSHOT else "text/plain",
        feedback_id=changes.pop("feedback_id", "AK7Uv_2-x"),
    )
    return AttachmentResult(attachment=file, url=url, **changes)


def context(feedback: Feedback, **changes: Any) -> IssueContext:
    plain = IssueContext(
        app=APP,
        feedback=feedback,
        diagnosis=None,
        summary=summary(feedback),
        link=PAGE + ("crashes" if isinstance(feedback, CrashFeedback) else "screenshots"),
    )
    return replace(plain, **changes)
