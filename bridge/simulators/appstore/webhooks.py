"""Webhooks: create, list, read, update and delete."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from aiohttp import web
from yarl import URL

from bridge.simulators.appstore import errors
from bridge.simulators.appstore.answers import one, several
from bridge.simulators.appstore.bodies import data_of, table, target
from bridge.simulators.appstore.documents import PREFIX, Documents
from bridge.simulators.appstore.query import Allowed, page, read_query
from bridge.simulators.appstore.state import App, State, Webhook

MOST = 10  # webhooks an app may have (App Store Connect Help, "Manage webhooks")
EVENT_TYPES = frozenset(
    {
        "ALTERNATIVE_DISTRIBUTION_PACKAGE_AVAILABLE_UPDATED",
        "ALTERNATIVE_DISTRIBUTION_PACKAGE_VERSION_CREATED",
        "ALTERNATIVE_DISTRIBUTION_TERRITORY_AVAILABILITY_UPDATED",
        "APP_STORE_VERSION_APP_VERSION_STATE_UPDATED",
        "BACKGROUND_ASSET_VERSION_APP_STORE_RELEASE_STATE_UPDATED",
        "BACKGROUND_ASSET_VERSION_EXTERNAL_BETA_RELEASE_STATE_UPDATED",
        "BACKGROUND_ASSET_VERSION_INTERNAL_BETA_RELEASE_CREATED",
        "BACKGROUND_ASSET_VERSION_STATE_UPDATED",
        "BETA_FEEDBACK_CRASH_SUBMISSION_CREATED",
        "BETA_FEEDBACK_SCREENSHOT_SUBMISSION_CREATED",
        "BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED",
        "BUILD_UPLOAD_STATE_UPDATED",
    }
)
_OF_APP = Allowed(include=("app",), pages=True)
_ONE = Allowed(include=("app",))


class Webhooks:
    """The handlers of the webhooks themselves."""

    def __init__(self, state: State, *, origin: Callable[[], str]) -> None:
        self._state = state
        self._origin = origin

    def add_routes(self, app: web.Application) -> None:
        """Add the paths of webhooks."""
        router = app.router
        router.add_get("/v1/apps/{id}/webhooks", self.of_app)
        router.add_get("/v1/webhooks", self.no_collection)
        router.add_post("/v1/webhooks", self.create)
        router.add_get("/v1/webhooks/{id}", self.read)
        router.add_patch("/v1/webhooks/{id}", self.update)
        router.add_delete("/v1/webhooks/{id}", self.delete)

    async def of_app(self, request: web.Request) -> web.Response:
        query = read_query(request, _OF_APP)
        app = self._app(request.match_info["id"])
        found = [each for each in self._state.webhooks.values() if each.app == app]
        shown, following = page(found, query, epoch=self._state.cursor_epoch)
        documents = self._documents()
        return several(
            request,
            [documents.webhook(each, include=query.include) for each in shown],
            origin=self._origin(),
            query=query,
            total=len(found),
            following=following,
            included=[documents.app(app)],
        )

    async def no_collection(self, _: web.Request) -> web.Response:
        allowed = "CREATE, DELETE, GET_INSTANCE, UPDATE"
        raise errors.no_collection("webhooks", allowed=allowed)

    async def create(self, request: web.Request) -> web.Response:
        data = await data_of(request, "webhooks")
        attributes = table(data.get("attributes"), "attributes")
        for name in ("name", "secret", "eventTypes", "url", "enabled"):
            if attributes.get(name) is None:
                raise errors.bad_attribute(name, f"You must provide a value for '{name}'")
        app = self._app(target(data, "app", "apps"))
        if sum(each.app == app for each in self._state.webhooks.values()) >= MOST:
            raise errors.ApiError(
                409,
                "STATE_ERROR.ENTITY_STATE_INVALID",
                "There is a problem with the request entity",
                f"The app already has {MOST} webhooks",
            )
        webhook = Webhook(
            id=self._state.new_uuid(), app=app, name="", url="", secret="", events=[], enabled=True
        )
        _apply(webhook, attributes)
        self._state.webhooks[webhook.id] = webhook
        return one(request, self._documents().webhook(webhook), origin=self._origin(), status=201)

    async def read(self, request: web.Request) -> web.Response:
        query = read_query(request, _ONE)
        webhook = self._state.webhook(request.match_info["id"])
        documents = self._documents()
        return one(
            request,
            documents.webhook(webhook, include=query.include),
            origin=self._origin(),
            query=query,
            included=[documents.app(webhook.app)],
        )

    async def update(self, request: web.Request) -> web.Response:
        webhook = self._state.webhook(request.match_info["id"])
        data = await data_of(request, "webhooks")
        if data.get("id") != webhook.id:
            raise errors.unprocessable("The id in the body is not the id in the path")
        _apply(webhook, table(data.get("attributes") or {}, "attributes"))
        return one(request, self._documents().webhook(webhook), origin=self._origin())

    async def delete(self, request: web.Request) -> web.Response:
        del self._state.webhooks[self._state.webhook(request.match_info["id"]).id]
        return web.Response(status=204)

    def _app(self, identifier: str) -> App:
        if identifier not in self._state.apps:
            raise errors.not_found("apps", identifier)
        return self._state.apps[identifier]

    def _documents(self) -> Documents:
        return Documents(self._origin() + PREFIX)


def _apply(webhook: Webhook, attributes: Mapping[str, Any]) -> None:
    """Check every given attribute, then set them; null leaves one as it is."""
    given = {name: value for name, value in attributes.items() if value is not None}
    for name in ("name", "secret", "url"):
        if name in given and not (isinstance(given[name], str) and given[name]):
            raise errors.bad_attribute(name, f"'{given[name]}' is not a valid value for '{name}'")
    if "url" in given and URL(given["url"]).scheme not in ("http", "https"):
        raise errors.bad_attribute("url", f"'{given['url']}' is not a valid value for 'url'")
    if not isinstance(given.get("enabled", True), bool):
        raise errors.bad_attribute("enabled", "'enabled' must be true or false")
    events = _events(given["eventTypes"]) if "eventTypes" in given else webhook.events
    webhook.name = given.get("name", webhook.name)
    webhook.secret = given.get("secret", webhook.secret)
    webhook.url = given.get("url", webhook.url)
    webhook.enabled = given.get("enabled", webhook.enabled)
    webhook.events = events


def _events(value: object) -> list[str]:
    names = cast("list[object]", value) if isinstance(value, list) else []
    unknown = [name for name in names if name not in EVENT_TYPES]
    if not names or unknown:
        raise errors.bad_attribute("eventTypes", f"{unknown} are not valid event types")
    return [str(name) for name in names]
