"""Texts: what a group's issue and its comments say."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bridge.clock import Clock
from bridge.errors import Gone
from bridge.filing.desks import Desk, Subject
from bridge.grouping import summarise
from bridge.grouping.versions import newest
from bridge.markup import Markup
from bridge.model import (
    AttachmentResult,
    CrashFeedback,
    Group,
    Kind,
    Likeness,
    News,
    Occurrence,
    Tester,
)
from bridge.render import AppFacts, FieldContext, IssueContext, Neighbour, Rendered, Renderer
from bridge.routes import IncludeTester
from bridge.store import Store

PAGES = {Kind.CRASH: "crashes", Kind.SCREENSHOT: "screenshots"}
NEWEST = 20  # feedbacks whose words and pictures an issue may show one by one


def page_link(app_id: str, kind: Kind) -> str:
    """Return App Store Connect's page of an app's feedback of this kind."""
    return f"https://appstoreconnect.apple.com/apps/{app_id}/testflight/{PAGES[kind]}"


class Texts:
    """Renders issues and comments from what the ledger knows."""

    def __init__(
        self, *, store: Store, renderer: Renderer, apps: Mapping[str, AppFacts], clock: Clock
    ) -> None:
        self._ledger = store.ledger
        self._key = store.marker_key
        self._renderer = renderer
        self._apps = apps
        self._clock = clock

    def tester_key(self, tester: Tester) -> str | None:
        """Return a keyed hash of who sent it, equal for equal testers; None if unknown."""
        who = tester.id or (tester.email or "").strip().lower()
        if not who:
            return None
        return hmac.new(self._key, f"tester:{who}".encode(), hashlib.sha256).hexdigest()[:16]

    async def issue(
        self,
        desk: Desk,
        group: Group,
        subject: Subject,
        occurrences: Sequence[Occurrence],
        expected: Sequence[AttachmentResult] = (),
    ) -> Rendered:
        """Return the issue's text; `expected` are its files if none was attached yet.

        A template's failure becomes a note of the group.
        """
        recorded = list(await self._ledger.files(group.id)) or list(expected)
        limits = desk.tracker.limits
        rendered = self._renderer.issue(
            await self._context(desk, group, subject, occurrences, recorded),
            markup=desk.tracker.markup,
            tracker_type=desk.type,
            title_limit=limits.title,
            body_limit=limits.body,
        )
        if rendered.notes:
            await self._ledger.add_notes(group.id, rendered.notes)
        return rendered

    async def comment(
        self,
        desk: Desk,
        group: Group,
        subject: Subject,
        occurrences: Sequence[Occurrence],
        news: Sequence[News],
    ) -> str:
        """Return a comment that says the news."""
        context = await self._context(desk, group, subject, occurrences, ())
        markup = desk.tracker.markup
        return self._renderer.comment(news, context, markup=markup, tracker_type=desk.type)

    async def page(self, desk: Desk, group: Group, subject: Subject) -> str:
        """Return what the issue says, as GitHub Markdown that names its files."""
        occurrences = await self._ledger.occurrences(group.id)
        recorded = await self._ledger.files(group.id)
        files = [replace(result, url=result.attachment.name) for result in recorded]
        context = await self._context(desk, group, subject, occurrences, files)
        rendered = self._renderer.issue(
            context, markup=Markup.GITHUB, tracker_type="github", title_limit=80, body_limit=60_000
        )
        return rendered.block

    def fields(self, subject: Subject) -> Mapping[str, Any]:
        """Return the route's fields for this feedback. Raises Misconfigured."""
        feedback = subject.kept.feedback
        build = feedback.build
        context = FieldContext(
            app=self._apps[feedback.app],
            kind=feedback.kind,
            build=build.number if build else None,
            version=build.version if build else None,
        )
        return self._renderer.fields(subject.route.fields, context)

    async def _context(
        self,
        desk: Desk,
        group: Group,
        subject: Subject,
        occurrences: Sequence[Occurrence],
        files: Sequence[AttachmentResult],
    ) -> IssueContext:
        feedback, app, history = subject.kept.feedback, self._apps[group.app], group.history
        rank = {o.feedback_id: n for n, o in enumerate(occurrences)}
        newest_first = sorted(files, key=lambda r: -rank.get(r.attachment.feedback_id, -1))
        builds = await self._ledger.builds(group.app)
        last = newest(builds, platform=feedback.device.platform)
        return IssueContext(
            app=app,
            feedback=feedback,
            diagnosis=subject.diagnosis,
            summary=summarise(occurrences),
            feedbacks=list(reversed(occurrences))[:NEWEST],
            files=newest_first,
            notes=(*group.notes, *subject.kept.notes),
            tester=self._tester(subject),
            link=page_link(app.app_id, group.kind),
            show_app=group.app in desk.shared_by,
            log_missing=isinstance(feedback, CrashFeedback) and subject.kept.log is None,
            possibly=await self._possibly(group),
            back_from=await self._neighbour(history.back_from),
            apart_from=await self._neighbour(history.apart_from),
            newest_build=last.build if last else None,
            now=self._clock.now(),
        )

    async def _possibly(self, group: Group) -> Sequence[Neighbour]:
        """Return the issues that the group is like; of several in one, the nearest."""
        found: dict[str, Neighbour] = {}
        for like in group.like:
            one = await self._neighbour(like.group_id, like, apart=group)
            if one is not None:
                found.setdefault(one.key, one)
        return tuple(found.values())

    async def _neighbour(
        self, group_id: str | None, like: Likeness | None = None, *, apart: Group | None = None
    ) -> Neighbour | None:
        """Return the issue of a group, or of the one that took over; None if it has none."""
        if group_id is None:
            return None
        try:
            found = await self._ledger.living(group_id)
        except Gone:
            return None
        if found.issue is None or (apart is not None and found.id == apart.id):
            return None
        return Neighbour(
            key=found.issue.key,
            url=found.issue.url,
            title=found.title,
            score=like.score if like else None,
            common=like.common if like else (),
            closed_at=found.history.closing,
        )

    def _tester(self, subject: Subject) -> str | None:
        tester = subject.kept.feedback.tester
        match subject.route.include_tester:
            case IncludeTester.NEVER:
                return None
            case IncludeTester.HASH:
                return self.tester_key(tester)
            case IncludeTester.EMAIL:
                return tester.email
