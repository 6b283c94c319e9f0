"""The values that templates see of an issue's feedbacks: who said what, with pictures. Pure.

Who sent one stays unknown: it is only said whether it was the same tester as the newest one's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.model import AttachmentResult, AttachmentRole, Occurrence
from bridge.render.context import IssueContext, excerpt
from bridge.render.filters import moment, version
from bridge.render.public import public_line

FEEDBACKS_SHOWN = 5
PICTURES_SHOWN = 20  # in one issue; a page of more is a scroll nobody makes


def feedback_values(context: IssueContext, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the newest feedbacks with their pictures, and how many feedbacks are not shown.

    `files` are the values of `context.files`, one by one. There is one feedback at least: the
    newest, even where the context names none.
    """
    pictures = _pictures(context.files, files)
    shown = context.feedbacks[:FEEDBACKS_SHOWN]
    ids = [one.feedback_id for one in shown] or [context.feedback.id]
    by_feedback: dict[str, list[Mapping[str, Any]]] = {one: [] for one in ids}
    for feedback_id, picture in pictures:
        if feedback_id in by_feedback:
            by_feedback[feedback_id].append(picture)
    count = max(context.summary.occurrences, len(context.feedbacks))
    return {
        "feedbacks": [_feedback(one, shown[0], by_feedback, context) for one in shown],
        "feedbacks_more": max(count - len(shown), 0) if shown else 0,
        "screenshots": [picture for _, picture in pictures],
    }


def _pictures(
    results: Sequence[AttachmentResult], files: Sequence[Mapping[str, Any]]
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    there = [
        (result.attachment.feedback_id, file)
        for result, file in zip(results, files, strict=True)
        if result.url and result.attachment.role is AttachmentRole.SCREENSHOT
    ]
    return [
        (feedback_id, {**file, "alt": f"Screenshot {number}"})
        for number, (feedback_id, file) in enumerate(there[:PICTURES_SHOWN], start=1)
    ]


def _feedback(
    one: Occurrence,
    newest: Occurrence,
    pictures: Mapping[str, Sequence[Mapping[str, Any]]],
    context: IssueContext,
) -> Mapping[str, Any]:
    words = excerpt(one.comment)
    build = version({"version": one.version, "number": one.build})
    now = context.now or context.summary.last_at
    parts = [moment(one.at, now), public_line(build), _who(one, newest)]
    return {
        "id": one.feedback_id,
        "at": one.at,
        "comment": words.text if words else None,
        "comment_is_cut": bool(words and words.is_cut),
        "by": ", ".join(part for part in parts if part),
        "screenshots": pictures[one.feedback_id],
    }


def _who(one: Occurrence, newest: Occurrence) -> str:
    if one is newest or not (one.tester_key and newest.tester_key):
        return ""
    return "the same tester" if one.tester_key == newest.tester_key else "another tester"
