"""What is read: apps, builds, feedback and crash logs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bridge.simulators.appstore import errors
from bridge.simulators.appstore.answers import one, several
from bridge.simulators.appstore.documents import PREFIX, Documents
from bridge.simulators.appstore.query import Allowed, Query, page, read_query
from bridge.simulators.appstore.state import App, Build, State, Submission

PLAIN = Allowed()
FEEDBACK = Allowed(include=("build", "tester"))
FEEDBACK_LIST = Allowed(
    include=("build", "tester"),
    filters=(
        "deviceModel", "osVersion", "appPlatform", "devicePlatform", "build",
        "build.preReleaseVersion", "tester",
    ),
    sort=("createdDate", "-createdDate"),
    pages=True,
)  # fmt: skip
BUILD = Allowed(include=("app", "preReleaseVersion"))
APPS = Allowed(filters=("id", "bundleId", "name"), sort=("name", "bundleId"), pages=True)


class Reading:
    """The handlers of GET requests."""

    def __init__(
        self, state: State, *, origin: Callable[[], str], now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._origin = origin
        self._now = now

    def add_routes(self, app: web.Application) -> None:
        """Add the paths that are read."""
        add = app.router.add_get
        add("/v1/apps", self.apps)
        add("/v1/apps/{id}", self.app)
        add("/v1/builds/{id}", self.build)
        add("/v1/builds/{id}/preReleaseVersion", self.build_version)
        for kind in ("betaFeedbackScreenshotSubmissions", "betaFeedbackCrashSubmissions"):
            add(f"/v1/{kind}", self.no_collection)
            add(f"/v1/{kind}/{{id}}", self.submission)
            add(f"/v1/apps/{{id}}/{kind}", self.submissions)
        add("/v1/betaFeedbackCrashSubmissions/{id}/crashLog", self.crash_log)
        add("/v1/betaCrashLogs/{id}", self.crash_log)

    async def apps(self, request: web.Request) -> web.Response:
        query = read_query(request, APPS)
        found = sorted(
            (app for app in self._state.apps.values() if _app_fits(app, query)),
            key=lambda app: app.bundle_id if query.sort == "bundleId" else app.name,
        )
        shown, following = page(found, query, epoch=self._state.cursor_epoch)
        return several(
            request,
            [self._documents().app(app) for app in shown],
            origin=self._origin(),
            query=query,
            total=len(found),
            following=following,
        )

    async def app(self, request: web.Request) -> web.Response:
        query = read_query(request, PLAIN)
        document = self._documents().app(self._app_of(request))
        return one(request, document, origin=self._origin(), query=query)

    async def build(self, request: web.Request) -> web.Response:
        query = read_query(request, BUILD)
        build = self._build_of(request)
        documents = self._documents()
        included = [documents.app(build.app)] if "app" in query.include else []
        if "preReleaseVersion" in query.include:
            included.append(documents.version(build))
        document = documents.build(build, include=query.include)
        return one(request, document, origin=self._origin(), query=query, included=included)

    async def build_version(self, request: web.Request) -> web.Response:
        query = read_query(request, PLAIN)
        document = self._documents().version(self._build_of(request))
        return one(request, document, origin=self._origin(), query=query)

    async def submission(self, request: web.Request) -> web.Response:
        query = read_query(request, FEEDBACK)
        submission = self._submission_of(request)
        submission.reads += 1
        document = self._documents().submission(submission, include=query.include, now=self._now())
        return one(
            request,
            document,
            origin=self._origin(),
            query=query,
            included=self._included(submission, query),
        )

    async def submissions(self, request: web.Request) -> web.Response:
        query = read_query(request, FEEDBACK_LIST)
        app, kind = self._app_of(request), request.path.rpartition("/")[2]
        found = sorted(
            (
                each
                for each in self._state.submissions.values()
                if each.app == app and each.type == kind and _submission_fits(each, query)
            ),
            key=lambda each: (each.created_at, each.id),
            reverse=query.sort != "createdDate",
        )
        shown, following = page(found, query, epoch=self._state.cursor_epoch)
        documents, now = self._documents(), self._now()
        for each in shown:
            each.reads += 1
        return several(
            request,
            [documents.submission(each, include=query.include, now=now) for each in shown],
            origin=self._origin(),
            query=query,
            total=len(found),
            following=following,
            included=[more for each in shown for more in self._included(each, query)],
        )

    async def no_collection(self, request: web.Request) -> web.Response:
        kind = request.path.rpartition("/")[2]
        raise errors.no_collection(kind, allowed="DELETE, GET_INSTANCE")

    async def crash_log(self, request: web.Request) -> web.Response:
        query = read_query(request, PLAIN)
        identifier = request.match_info["id"]
        submission = self._state.submissions.get(identifier)
        is_crash = submission is not None and submission.sample.kind == "crash"
        text = submission.log(self._now()) if submission is not None and is_crash else None
        if submission is None or text is None:
            raise errors.not_found("betaCrashLogs", identifier)
        document = self._documents().crash_log(submission, text)
        return one(request, document, origin=self._origin(), query=query)

    def _documents(self) -> Documents:
        return Documents(self._origin() + PREFIX)

    def _included(self, submission: Submission, query: Query) -> list[dict[str, Any]]:
        documents = self._documents()
        included: list[dict[str, Any]] = []
        if "build" in query.include:
            included.append(documents.build(submission.build))
        if "tester" in query.include:
            included.append(documents.tester(submission))
        return included

    def _app_of(self, request: web.Request) -> App:
        identifier = request.match_info["id"]
        if identifier not in self._state.apps:
            raise errors.not_found("apps", identifier)
        return self._state.apps[identifier]

    def _build_of(self, request: web.Request) -> Build:
        identifier = request.match_info["id"]
        if identifier not in self._state.builds:
            raise errors.not_found("builds", identifier)
        return self._state.builds[identifier]

    def _submission_of(self, request: web.Request) -> Submission:
        identifier = request.match_info["id"]
        kind = request.path.split("/")[-2]
        submission = self._state.submissions.get(identifier)
        if submission is None or submission.type != kind:
            raise errors.not_found(kind, identifier)
        return submission


def _app_fits(app: App, query: Query) -> bool:
    facts = {"id": app.id, "bundleId": app.bundle_id, "name": app.name}
    return all(facts[name] in wanted for name, wanted in query.filters.items())


def _submission_fits(submission: Submission, query: Query) -> bool:
    sample = submission.sample
    facts = {
        "deviceModel": (sample.device_model or "").replace(",", "_"),
        "osVersion": sample.os_version,
        "appPlatform": sample.platform,
        "devicePlatform": sample.platform,
        "build": submission.build.id,
        "build.preReleaseVersion": submission.build.version_id,
        "tester": submission.tester_id,
    }
    return all(facts[name] in wanted for name, wanted in query.filters.items())
