"""The preview: the issue that a feedback would become, without filing it."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridge import grouping, routes
from bridge.crash import understand
from bridge.crash.readable import readable
from bridge.errors import Gone, Misconfigured, Unreadable
from bridge.fetch import Source
from bridge.filing import page_link
from bridge.markup import Markup
from bridge.model import (
    Build,
    CrashFeedback,
    CrashReport,
    Device,
    Diagnosis,
    Feedback,
    Kind,
)
from bridge.redact import redact_log
from bridge.render import AppFacts, IssueContext, Renderer
from bridge.routes import Route

TITLE, BODY = 250, 60_000  # characters, about what the trackers take
PLATFORMS = {
    "iOS": "IOS", "iPadOS": "IOS", "macOS": "MAC_OS", "tvOS": "TV_OS", "visionOS": "VISION_OS",
}  # fmt: skip
"""App Store Connect's word for each system."""
TYPES = {Markup.GITHUB: "github", Markup.JIRA: "jira"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An issue that was not filed."""

    title: str
    body: str
    tracker: str | None = None
    """The tracker that its route names; None if nothing would be filed."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a configuration says of where issues go and how they are written."""

    routes: Sequence[Route]
    types: Mapping[str, str]
    """Of which type each tracker is."""
    folders: Sequence[Path]
    """The user's own templates."""
    apps: Mapping[str, AppFacts]
    understand: Callable[[bytes], Diagnosis | None] = understand
    """Reads a crash log, by the team's rules and with its symbols; may block for seconds."""


def preview_log(
    data: bytes,
    *,
    name: str,
    markup: Markup = Markup.GITHUB,
    rules: Rules | None = None,
    app: str | None = None,
) -> Preview:
    """Return the issue of a crash log that lies in a file.

    With `rules` it is that of `app`, or of the app whose bundle identifier the log has; else one
    of no app in particular, in `markup`. Raises `Unreadable` if it is no Apple report, and
    `Misconfigured` if no app can be told.
    """
    diagnosis = rules.understand(data) if rules else understand(data)
    if diagnosis is None:
        raise Unreadable(
            f"{name}: this is no Apple crash report: neither TestFlight's text nor .ips JSON"
        )
    if rules is None:
        feedback = _as_feedback(diagnosis.report, app="app")
        return _render(feedback, diagnosis, markup=markup, app=AppFacts(name="app", app_id="0"))
    whose = _app_of(diagnosis.report, rules.apps, app)
    feedback = _as_feedback(diagnosis.report, app=whose.name)
    return _by_route(rules, feedback, diagnosis, whose)


async def preview_submission(rules: Rules, source: Source, submission: str, *, app: str) -> Preview:
    """Return the issue of a submission of `app`, fetched from App Store Connect.

    A screenshot is looked for first, then a crash. Raises the App Store Connect client's errors.
    """
    feedback, log = await _fetch(source, submission)
    diagnosis = await asyncio.to_thread(rules.understand, redact_log(log)) if log else None
    return _by_route(rules, feedback, diagnosis, rules.apps[app])


def _by_route(
    rules: Rules, feedback: Feedback, diagnosis: Diagnosis | None, app: AppFacts
) -> Preview:
    """Return the issue as the feedback's route has it, and a note if it has none."""
    route = routes.choose(rules.routes, feedback, tags=app.tags)
    decision = grouping.decide(route, diagnosis)
    tracker = route.tracker if route and decision.verdict is grouping.Verdict.FILE else None
    kind = rules.types.get(tracker or "", "github")
    made = _render(
        feedback,
        diagnosis,
        markup=Markup.JIRA if kind == "jira" else Markup.GITHUB,
        app=app,
        kind=kind,
        folders=rules.folders,
    )
    why = () if tracker else (f"It would not be filed: {decision.reason}.",)
    return Preview(title=made.title, body=made.body, tracker=tracker, notes=(*made.notes, *why))


async def _fetch(source: Source, submission: str) -> tuple[Feedback, bytes | None]:
    """Return a submission, and its crash log if it has one."""
    client = source.client
    shot, crash = await asyncio.gather(
        client.screenshot(source.app, submission),
        client.crash(source.app, submission),
        return_exceptions=True,
    )
    if isinstance(shot, Feedback):
        return shot, None
    if isinstance(crash, BaseException):
        raise _worst(shot, crash, submission)
    text = await client.crash_log(submission)
    return crash, text.encode(errors="replace") if text else None


def _worst(shot: BaseException, crash: BaseException, submission: str) -> BaseException:
    """Return why a submission was found as neither; one not found may still be the other."""
    if not isinstance(shot, Gone):
        return shot
    if not isinstance(crash, Gone):
        return crash
    return Gone(
        f"App Store Connect has no feedback {submission}, or the API key has no access to its app"
    )


def _render(
    feedback: Feedback,
    diagnosis: Diagnosis | None,
    *,
    markup: Markup,
    app: AppFacts,
    kind: str | None = None,
    folders: Sequence[Path] = (),
) -> Preview:
    occurrence = grouping.occurrence_of(feedback, log=None, tester_key=None)
    rendered = Renderer(folders=folders).issue(
        IssueContext(
            app=app,
            feedback=feedback,
            diagnosis=readable(diagnosis) if diagnosis else None,
            summary=grouping.summarise([occurrence]),
            files=(),
            notes=(),
            tester=None,
            link=page_link(app.app_id, feedback.kind) if feedback.id else None,
            show_app=False,
            log_missing=feedback.kind is Kind.CRASH and diagnosis is None,
            now=datetime.now(UTC),
        ),
        markup=markup,
        tracker_type=kind or TYPES[markup],
        title_limit=TITLE,
        body_limit=BODY,
    )
    return Preview(title=rendered.title, body=rendered.block, notes=rendered.notes)


def _app_of(report: CrashReport, apps: Mapping[str, AppFacts], name: str | None) -> AppFacts:
    if name is not None and name in apps:
        return apps[name]
    fitting = [app for app in apps.values() if app.bundle_id == report.bundle_id]
    if name is None and len(fitting) == 1:
        return fitting[0]
    raise Misconfigured(f"whose crash is it? --app with one of: {', '.join(apps)}")


def _as_feedback(report: CrashReport, *, app: str) -> CrashFeedback:
    """Return a feedback that has this log; without an id, for App Store Connect has none."""
    build = Build(id="", number=report.build, version=report.app_version)
    return CrashFeedback(
        app=app,
        id="",
        created_at=_time_of(report) or datetime.now(UTC),
        build=build if report.build or report.app_version else None,
        device=_device_of(report),
        bundle_id=report.bundle_id,
    )


def _device_of(report: CrashReport) -> Device:
    """Return the device as App Store Connect would tell of it: `26.1`, not `iPhone OS 26.1 (…)`."""
    platform = PLATFORMS.get(report.os_name or "")
    version = re.search(r"\d{1,4}(?:\.\d{1,4}){0,3}", report.os_version or "")
    return Device(
        model=report.hardware,
        platform=platform,
        os_version=version[0] if platform and version else None,
    )


def _time_of(report: CrashReport) -> datetime | None:
    try:
        at = datetime.fromisoformat(
            (report.captured_at or "").replace(" +", "+").replace(" -", "-")
        )
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
