"""Fetch: a submission with its pictures and its crash log, kept in the store.

What was kept once is not fetched again, so a job that starts over goes on from there.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.appstore import AppId, AppStore, Expired
from bridge.clock import Clock
from bridge.errors import Gone, Misconfigured, NotYet, Refused, Transient, Unreadable
from bridge.model import (
    Attachment,
    AttachmentRole,
    CrashFeedback,
    Feedback,
    Job,
    RemoteScreenshot,
    ScreenshotFeedback,
)
from bridge.pictures import Picture
from bridge.settings import Duration, Settings
from bridge.store import KeptFeedback, Store

SCREENSHOTS = "betaFeedbackScreenshotSubmissions"
CRASHES = "betaFeedbackCrashSubmissions"
MOST_SCREENSHOTS = 50  # of one feedback; TestFlight's own sheet takes a handful
DOWNLOADS = 8  # at once; each is held in memory while it is checked
GONE_TRIES = 3  # tries in which "there is no such submission" is not believed yet


class CrashLogSettings(Settings):
    """How long a crash log, which may come after its feedback, is waited for."""

    wait: Duration = 600.0
    """Seconds from the delivery until the issue is filed without the log."""
    every: Duration = 30.0
    """Seconds between two looks."""
    follow: Duration = 86400.0
    """Seconds from the delivery during which a late log still completes its issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An app, and the App Store Connect account that can read it."""

    app: AppId
    client: AppStore


class Fetch:
    """Brings feedback from App Store Connect into the store."""

    def __init__(
        self,
        *,
        sources: Mapping[str, Source],
        store: Store,
        crash_log: CrashLogSettings,
        clock: Clock,
    ) -> None:
        """Read each app, by its name here, from its source."""
        self._sources = sources
        self._ledger = store.ledger
        self._blobs = store.blobs
        self._crash_log = crash_log
        self._clock = clock
        self._downloads = asyncio.Semaphore(DOWNLOADS)

    async def feedback(self, job: Job) -> KeptFeedback:
        """Return the job's submission with its files, kept.

        A crash whose log is not there yet raises `NotYet` until `crash_log.wait` has passed.
        Other errors are the App Store Connect client's.
        """
        kept = await self._ledger.feedback(job.key.app, job.key.instance_id)
        if kept is None:
            kept = await self._found(job)
        if isinstance(kept.feedback, CrashFeedback) and kept.log is None:
            kept = await self._with_log(job, kept)
        return kept

    async def log(self, job: Job) -> KeptFeedback | None:
        """Return the submission with its late log; None when it is no longer waited for.

        Raises `NotYet` until then.
        """
        kept = await self._ledger.feedback(job.key.app, job.key.instance_id)
        if kept is None or kept.log is not None:
            return kept
        found = await self._look_for_log(kept)
        if found is None and self._age(job) < self._crash_log.follow:
            raise NotYet("the crash log is not there yet", retry_after=self._crash_log.every)
        return found

    async def _found(self, job: Job) -> KeptFeedback:
        """Fetch the submission; one that isn't there is asked for a few times before it is gone.

        The webhook may be faster than the server that answers us.
        """
        try:
            return await self._fetch(job)
        except Gone as problem:
            if job.tries < GONE_TRIES:
                raise Transient(str(problem)) from problem
            raise

    async def _fetch(self, job: Job) -> KeptFeedback:
        source, submission = self._source(job.key.app), job.key.instance_id
        feedback: Feedback
        files: Sequence[Attachment] = ()
        notes: Sequence[str] = ()
        log: Attachment | None = None
        if job.key.instance_type == CRASHES:
            feedback, text = await asyncio.gather(
                source.client.crash(source.app, submission), source.client.crash_log(submission)
            )
            log = await self._keep_log(submission, text)
        else:
            shot = await source.client.screenshot(source.app, submission)
            files, notes = await self._pictures(source, shot)
            feedback = replace(shot, screenshots=())  # signed addresses, which nobody needs now
        await self._ledger.keep_feedback(feedback, files=files, log=log, notes=notes)
        return KeptFeedback(feedback=feedback, files=tuple(files), log=log, notes=tuple(notes))

    async def _with_log(self, job: Job, kept: KeptFeedback) -> KeptFeedback:
        found = await self._look_for_log(kept)
        if found is not None:
            return found
        if self._age(job) < self._crash_log.wait:
            raise NotYet("the crash log is not there yet", retry_after=self._crash_log.every)
        return kept

    async def _look_for_log(self, kept: KeptFeedback) -> KeptFeedback | None:
        source, submission = self._source(kept.feedback.app), kept.feedback.id
        log = await self._keep_log(submission, await source.client.crash_log(submission))
        if log is None:
            return None
        await self._ledger.keep_log(kept.feedback.app, submission, log)
        return await self._ledger.feedback(kept.feedback.app, submission)

    async def _keep_log(self, submission: str, text: str | None) -> Attachment | None:
        if text is None:
            return None
        data = text.encode(errors="replace")
        digest, size = await self._blobs.put(data)
        return Attachment(
            role=AttachmentRole.LOG,
            name=log_name(submission, data),
            sha256=digest,
            size=size,
            media_type="text/plain",
            feedback_id=submission,
        )

    async def _pictures(
        self, source: Source, feedback: ScreenshotFeedback
    ) -> tuple[Sequence[Attachment], Sequence[str]]:
        """Return the pictures that could be had, in order, and a note for each other one."""
        count = min(len(feedback.screenshots), MOST_SCREENSHOTS)
        anew = _Anew(source, feedback.id)
        answers = await asyncio.gather(
            *(self._picture(source, feedback, n, anew) for n in range(count))
        )
        files = [a for a in answers if isinstance(a, Attachment)]
        notes = [a for a in answers if isinstance(a, str)]
        if more := len(feedback.screenshots) - count:
            notes.append(
                f"{more} more screenshots were not kept: at most {count} of a feedback are."
            )
        return files, notes

    async def _picture(
        self, source: Source, feedback: ScreenshotFeedback, number: int, anew: "_Anew"
    ) -> Attachment | str:
        try:
            try:
                return await self._download(source, feedback, number, feedback.screenshots[number])
            except Expired:
                shots = await anew.screenshots()
                if number >= len(shots):
                    raise
                return await self._download(source, feedback, number, shots[number])
        except (Refused, Unreadable, Gone, Expired) as problem:
            return f"Screenshot {number + 1} could not be kept: {problem}"

    async def _download(
        self, source: Source, feedback: Feedback, number: int, shot: RemoteScreenshot
    ) -> Attachment:
        async with self._downloads, self._blobs.incoming() as incoming:
            picture: Picture = await source.client.download(shot, incoming)
            digest, size = await incoming.keep()
        return Attachment(
            role=AttachmentRole.SCREENSHOT,
            name=f"shot-{number + 1}-{feedback.id}-{digest[:12]}.{picture.suffix.lstrip('.')}",
            sha256=digest,
            size=size,
            media_type=picture.media_type,
            feedback_id=feedback.id,
            width=picture.width,
            height=picture.height,
        )

    def _source(self, app: str) -> Source:
        source = self._sources.get(app)
        if source is None:
            raise Misconfigured(f"app {app} is no longer in the configuration; add it, then retry")
        return source

    def _age(self, job: Job) -> float:
        return (self._clock.now() - job.created_at).total_seconds()


class _Anew:
    """A submission asked for once more, however many of its addresses had expired."""

    def __init__(self, source: Source, submission: str) -> None:
        self._source = source
        self._submission = submission
        self._alone = asyncio.Lock()
        self._found: ScreenshotFeedback | None = None

    async def screenshots(self) -> Sequence[RemoteScreenshot]:
        async with self._alone:
            if self._found is None:
                source = self._source
                self._found = await source.client.screenshot(source.app, self._submission)
            return self._found.screenshots


def log_name(submission: str, log: bytes) -> str:
    """Return a log's file name: our id and its content's hash, `.ips` if it is JSON."""
    suffix = "ips" if log.lstrip()[:1] == b"{" else "crash"
    return f"crash-{submission}-{hashlib.sha256(log).hexdigest()[:12]}.{suffix}"
