"""The values that templates see: plain ones, redacted, and nothing that must not be shown.

`templates/README.md` tells template writers of them.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.devices import device_name
from bridge.markup import cut, plain_line
from bridge.model import (
    AttachmentResult,
    AttachmentRole,
    CrashReport,
    Diagnosis,
    ReportKind,
    Words,
)
from bridge.render import device as devices
from bridge.render.context import AppFacts, FieldContext, IssueContext, excerpt
from bridge.render.feedbacks import feedback_values
from bridge.render.filters import day
from bridge.render.neighbours import neighbour_values
from bridge.render.public import public_line
from bridge.render.stack import first_frames, place, stacks, symbol

MESSAGE_LONGEST = 300  # characters of what the app said when it died
FACT_LONGEST = 300
SKIPPED_SHOWN = 20
USED_SHOWN = 20
SUSPICIOUS_SHOWN = 6
BUILDS_SHOWN = 15
NAMES_SHOWN = 5  # devices or systems in one cell
LOGS_SHOWN = 50
_SAYS_NOTHING = re.compile(r"abort\(\) called|dyld\d? mode")
"""Lines of the system's own among an app's last words, in many reports."""
_NOUNS = {ReportKind.CRASH: ("crash", "crashes"), ReportKind.HANG: ("hang", "hangs")}


def issue_values(context: IssueContext) -> dict[str, Any]:
    """Return what a template for an issue sees."""
    feedback, diagnosis = context.feedback, context.diagnosis
    report = diagnosis.report if diagnosis else None
    comment = excerpt(feedback.comment)
    return {
        "app": _app(context.app),
        "kind": str(feedback.kind),
        "show_app": context.show_app,
        "feedback": {
            "id": feedback.id,
            "at": feedback.created_at,
            "comment": comment.text if comment else None,
            "comment_is_cut": bool(comment and comment.is_cut),
            "tester": context.tester,
            "page": context.link,
        },
        "now": _now(context),
        "build": _build(context),
        "device": _device(context, report),
        "group": _group(context),
        "crash": _crash(diagnosis) if diagnosis else None,
        "log_missing": context.log_missing,
        "notes": _notes(context),
        **neighbour_values(context),
        **_files(context),
    }


def _now(context: IssueContext) -> datetime:
    return context.now or context.summary.last_at


def field_values(context: FieldContext) -> dict[str, Any]:
    """Return what a route's field sees."""
    return {
        "app": _app(context.app),
        "kind": str(context.kind),
        "build": context.build,
        "version": context.version,
    }


def _app(app: AppFacts) -> dict[str, Any]:
    return {
        "name": app.name,
        "bundle_id": app.bundle_id,
        "app_id": app.app_id,
        "tags": list(app.tags),
        "vars": app.vars,
    }


def _device(context: IssueContext, report: CrashReport | None) -> dict[str, Any]:
    device = context.feedback.device
    state = devices.state(device)
    rows = [(fact.label, fact.value) for fact in state]
    return {
        "name": devices.name(device, report),
        "model": device.model or (report.hardware if report else None),
        "os": devices.system(device, report),
        "locale": device.locale,
        "state": state,
        "rows": [*rows, ("Tester", context.tester)] if context.tester else rows,
    }


def _build(context: IssueContext) -> dict[str, Any]:
    build = context.feedback.build
    report = context.diagnosis.report if context.diagnosis else None
    number = (build.number if build else None) or (report.build if report else None)
    name = (build.version if build else None) or (report.app_version if report else None)
    return {"number": number, "version": name, "is_newest": _is_newest(number, context)}


def _is_newest(number: str | None, context: IssueContext) -> bool:
    return number is not None and number == context.newest_build


def _group(context: IssueContext) -> dict[str, Any]:
    summary, now = context.summary, _now(context)
    builds = [
        {
            "version": line.version,
            "number": line.build,
            "is_newest": place == 0 and _is_newest(line.build, context),
            "occurrences": line.occurrences,
            "testers": line.testers,
            "systems": _some(line.os_versions),
            "devices": _some([device_name(m) for m in line.device_models]),
        }
        for place, line in enumerate(summary.builds)
    ]
    return {
        "occurrences": summary.occurrences,
        "testers": summary.testers,
        "first_at": summary.first_at,
        "last_at": summary.last_at,
        "builds": builds,
        "builds_shown": builds[:BUILDS_SHOWN],
        "builds_more": max(len(builds) - BUILDS_SHOWN, 0),
        "words": [shown for words in summary.words if (shown := _words(words, now))],
    }


def _some(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = len(unique) - NAMES_SHOWN
    return ", ".join(unique[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _words(words: Words, now: datetime) -> dict[str, Any] | None:
    shown = excerpt(words.text)
    if shown is None:
        return None
    return {
        "text": shown.text,
        "is_cut": shown.is_cut,
        "is_short": "\n" not in shown.text,
        "at": words.at,
        "day": day(words.at, now),
        "build": words.build,
    }


def _crash(diagnosis: Diagnosis) -> dict[str, Any]:
    report, cause, fingerprint = diagnosis.report, diagnosis.cause, diagnosis.fingerprint
    blame = diagnosis.blame
    one, many = _NOUNS.get(report.kind, ("report", "reports"))
    return {
        "title": public_line(diagnosis.title),
        "noun": {"one": one, "many": many},
        "cause": {
            "id": cause.id,
            "title": cause.title,
            "explanation": cause.explanation,
            "link": cause.link,
        },
        "message": _message(report.application_info),
        "blame": {"symbol": symbol(blame), "place": place(blame)} if blame else None,
        "first_frames": first_frames(diagnosis),
        "has_own_frames": any(frame.in_app for frame in report.stack or ()),
        "stacks": stacks(report, blame),
        "suspicious": [_short(fact) for fact in diagnosis.facts[:SUSPICIOUS_SHOWN]],
        "facts": _facts(diagnosis),
        "fingerprint": {
            "key": fingerprint.key,
            "version": fingerprint.version,
            "confident": fingerprint.confident,
            "used": [_short(name) for name in fingerprint.used[:USED_SHOWN]],
            "skipped": [
                f"{symbol(skip.frame)} — {_short(skip.reason)}"
                for skip in fingerprint.skipped[:SKIPPED_SHOWN]
            ],
            "skipped_more": max(len(fingerprint.skipped) - SKIPPED_SHOWN, 0),
        },
        "warnings": [_short(warning) for warning in report.warnings[:5]],
    }


def _message(lines: Sequence[str]) -> str | None:
    """Return what the app said when it died: the first line that says anything."""
    texts = (plain for line in lines if (plain := public_line(line)))
    telling = (text for text in texts if not _SAYS_NOTHING.fullmatch(text))
    return next((cut(text, MESSAGE_LONGEST) for text in telling), None)


def _facts(diagnosis: Diagnosis) -> Sequence[tuple[str, str]]:
    report = diagnosis.report
    facts = {
        "Exception": report.exception_type,
        "Subtype": report.exception_subtype,
        "Codes": report.exception_codes,
        "Termination": report.termination,
        "Memory": (report.vm_region or "").partition("REGION TYPE")[0],
        "Process": report.process,
        "Role": report.role,
        "System": report.os_version,
        "Incident": report.incident_id,
        "Captured": report.captured_at,
        "Launched": report.launched_at,
    }
    return [(label, _short(value)) for label, value in facts.items() if value]


def _short(text: str) -> str:
    return cut(public_line(text), FACT_LONGEST)


def _files(context: IssueContext) -> Mapping[str, Any]:
    there = [result for result in context.files if result.url]
    logs = [_file(r) for r in there if r.attachment.role is AttachmentRole.LOG]
    texts = [
        _file(r)
        for r in there
        if r.attachment.role is AttachmentRole.TEXT
        and r.attachment.feedback_id == context.feedback.id
    ]
    return {
        **feedback_values(context, [_file(result) for result in context.files]),
        "logs": logs[:LOGS_SHOWN],
        "logs_more": max(len(logs) - LOGS_SHOWN, 0),
        "whole_comment": texts[0] if texts else None,
    }


def _file(result: AttachmentResult) -> dict[str, Any]:
    return {
        "name": result.attachment.name,
        "url": result.url,
        "size": result.attachment.size,
        "width": result.attachment.width,
        "height": result.attachment.height,
    }


def _notes(context: IssueContext) -> Sequence[str]:
    failed = [
        f"{result.attachment.name} is not attached: {plain_line(result.error)}"
        for result in context.files
        if result.error and not result.url
    ]
    return list(dict.fromkeys([*context.notes, *failed]))
