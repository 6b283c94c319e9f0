"""A group's figures, from its occurrences."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bridge.grouping.shelf import INCIDENT
from bridge.model import (
    Attachment,
    BuildCount,
    Diagnosis,
    Feedback,
    GroupSummary,
    Occurrence,
    Words,
)

WORDS_SHOWN = 5
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def occurrence_of(
    feedback: Feedback,
    *,
    log: Attachment | None,
    tester_key: str | None,
    diagnosis: Diagnosis | None = None,
    group_id: str = "",
) -> Occurrence:
    """Return the feedback as a member of a group."""
    build, device = feedback.build, feedback.device
    return Occurrence(
        group_id=group_id,
        app=feedback.app,
        feedback_id=feedback.id,
        at=feedback.created_at,
        comment=feedback.comment,
        version=build.version if build else None,
        build=build.number if build else None,
        build_uploaded_at=build.uploaded_at if build else None,
        os_version=device.os_version,
        platform=device.platform,
        device_model=device.model,
        tester_key=tester_key,
        log=log,
        incident=incident_of(diagnosis) if diagnosis else None,
        exact=diagnosis.fingerprint.exact if diagnosis else None,
    )


def summarise(occurrences: Sequence[Occurrence]) -> GroupSummary:
    """Return a group's figures; `occurrences` must not be empty and may be in any order."""
    ordered = sorted(occurrences, key=_when)
    counted = crashes(ordered)
    by_build: dict[tuple[str | None, str | None], list[Occurrence]] = {}
    for occurrence in counted:
        by_build.setdefault((occurrence.version, occurrence.build), []).append(occurrence)
    newest_first = sorted(by_build.values(), key=_age, reverse=True)
    return GroupSummary(
        occurrences=len(counted),
        testers=testers(counted),
        first_at=ordered[0].at,
        last_at=ordered[-1].at,
        builds=tuple(_count(group) for group in newest_first),
        words=_words(ordered),
    )


def crashes(occurrences: Iterable[Occurrence]) -> Sequence[Occurrence]:
    """Return one occurrence for each thing that happened, oldest first.

    Two submissions of one incident are one crash; of these it is the first.
    """
    kept: dict[str, Occurrence] = {}
    for occurrence in sorted(occurrences, key=_when):
        kept.setdefault(occurrence.incident or f"feedback:{occurrence.feedback_id}", occurrence)
    return tuple(kept.values())


def testers(occurrences: Iterable[Occurrence]) -> int:
    """Return how many different testers there are, of those who can be told apart."""
    return len({o.tester_key for o in occurrences if o.tester_key})


def _when(occurrence: Occurrence) -> tuple[datetime, str]:
    return (occurrence.at, occurrence.feedback_id)


def incident_of(diagnosis: Diagnosis) -> str | None:
    """Return the key of the crash itself, by which its reports find each other; None without."""
    return next((k for k in diagnosis.fingerprint.aliases if k.startswith(INCIDENT)), None)


def _age(occurrences: Sequence[Occurrence]) -> tuple[datetime, datetime]:
    """Order builds by Apple's upload date, never by comparing version strings."""
    uploaded = max((o.build_uploaded_at for o in occurrences if o.build_uploaded_at), default=None)
    return (uploaded or _BEFORE_ALL, occurrences[-1].at)


def _count(occurrences: Sequence[Occurrence]) -> BuildCount:
    newest = occurrences[-1]
    return BuildCount(
        version=newest.version,
        build=newest.build,
        occurrences=len(occurrences),
        testers=testers(occurrences),
        os_versions=_distinct(o.os_version for o in reversed(occurrences)),
        device_models=_distinct(o.device_model for o in reversed(occurrences)),
    )


def _words(ordered: Sequence[Occurrence]) -> tuple[Words, ...]:
    """Return the newest words, one entry a tester where testers can be told apart."""
    shown: list[Words] = []
    seen: set[str] = set()
    for occurrence in reversed(ordered):
        who = occurrence.tester_key or occurrence.feedback_id
        text = (occurrence.comment or "").strip()
        if not text or who in seen:
            continue
        seen.add(who)
        shown.append(Words(text=text, at=occurrence.at, build=occurrence.build))
        if len(shown) == WORDS_SHOWN:
            break
    return tuple(shown)


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
