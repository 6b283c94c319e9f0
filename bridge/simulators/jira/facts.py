"""What can be asked about the site itself: who am I, what may I, which fields are there."""

from typing import Any

from aiohttp import web

from bridge.simulators.jira.access import Desk, refusal, whole
from bridge.simulators.jira.documents import Documents, when
from bridge.simulators.jira.site import ISSUE_TYPES, PERMISSIONS, PRIORITIES, CustomField, Project

_GLOBAL = "The 'permissions' query parameter is required."


class Facts:
    """The endpoints that only tell."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._site = desk.site

    async def server(self, _: web.Request) -> web.Response:
        cloud = self._site.cloud
        return web.json_response(
            {
                "baseUrl": self._desk.base,
                "version": "1001.0.0-SNAPSHOT" if cloud else "10.3.4",
                "versionNumbers": [1001, 0, 0] if cloud else [10, 3, 4],
                "deploymentType": self._site.deployment,
                "buildNumber": 100290 if cloud else 10030004,
                "serverTime": when(self._site.now()),
                "serverTitle": "Jira",
            }
        )

    async def myself(self, request: web.Request) -> web.Response:
        return web.json_response(self._desk.documents(request).user())

    async def my_permissions(self, request: web.Request) -> web.Response:
        asked = [p for p in request.query.get("permissions", "").split(",") if p]
        if not asked and self._site.cloud:
            raise refusal(400, _GLOBAL)
        key = request.query.get("projectKey")
        if key is not None and (key not in self._site.projects or not self._browsable()):
            raise refusal(404, f"No project could be found with key '{key}'.")
        if unknown := [name for name in asked if name not in PERMISSIONS]:
            raise refusal(400, f"Unrecognized permission: {unknown[0]}")
        return web.json_response(
            {
                "permissions": {
                    name: {
                        "id": str(PERMISSIONS.index(name) + 10),
                        "key": name,
                        "name": name.replace("_", " ").title(),
                        "type": "PROJECT",
                        "havePermission": self._site.may(name),
                    }
                    for name in asked or PERMISSIONS
                }
            }
        )

    async def project(self, request: web.Request) -> web.Response:
        project = self._project(request)
        documents = self._desk.documents(request)
        return web.json_response(
            {
                **documents.project(project),
                "components": [documents.component(project, n) for n in project.components],
                "versions": [documents.version(project, n) for n in project.versions],
                "issueTypes": [documents.issue_type(i) for i in ISSUE_TYPES],
            }
        )

    async def components(self, request: web.Request) -> web.Response:
        project, documents = self._project(request), self._desk.documents(request)
        return web.json_response([documents.component(project, n) for n in project.components])

    async def versions(self, request: web.Request) -> web.Response:
        project, documents = self._project(request), self._desk.documents(request)
        return web.json_response([documents.version(project, n) for n in project.versions])

    async def priorities(self, request: web.Request) -> web.Response:
        documents = self._desk.documents(request)
        return web.json_response(
            [documents.named("priority", i, name) for i, name in PRIORITIES.items()]
        )

    async def issue_types(self, request: web.Request) -> web.Response:
        """Answer the project's issue types: `issueTypes` on Cloud, `values` on a server."""
        self._project(request)
        documents = self._desk.documents(request)
        found = [documents.issue_type(type_id) for type_id in ISSUE_TYPES]
        return self._page(request, "issueTypes" if self._site.cloud else "values", found)

    async def create_fields(self, request: web.Request) -> web.Response:
        """Answer the fields of a create: `fields` on Cloud, `values` on a server."""
        project = self._project(request)
        if request.match_info["issueTypeId"] not in ISSUE_TYPES:
            raise refusal(404, "The issue type does not exist in this project.")
        found = _screen(self._desk.documents(request), project)
        return self._page(request, "fields" if self._site.cloud else "values", found)

    def _page(self, request: web.Request, name: str, found: list[dict[str, Any]]) -> web.Response:
        start, size = whole(request, "startAt", 0), min(whole(request, "maxResults", 50), 200)
        page = {"startAt": start, "maxResults": size, "total": len(found)}
        return web.json_response({**page, name: found[start : start + size]})

    def _project(self, request: web.Request) -> Project:
        wanted = request.match_info["projectIdOrKey"]
        for project in self._site.projects.values():
            if wanted in (project.key, project.id) and self._browsable():
                return project
        raise refusal(404, f"No project could be found with key '{wanted}'.")

    def _browsable(self) -> bool:
        return self._site.may("BROWSE_PROJECTS")


def _screen(documents: Documents, project: Project) -> list[dict[str, Any]]:
    components = [documents.component(project, name) for name in project.components]
    versions = [documents.version(project, name) for name in project.versions]
    priorities = [documents.named("priority", i, name) for i, name in PRIORITIES.items()]
    types = [documents.issue_type(type_id) for type_id in ISSUE_TYPES]
    own = [
        _field(
            "project", "Project", "project", required=True, allowed=[documents.project(project)]
        ),
        _field("issuetype", "Issue Type", "issuetype", required=True, allowed=types),
        _field("summary", "Summary", "string", required=True),
        _field("description", "Description", "string"),
        _field("reporter", "Reporter", "user", required=True, preset=True),
        _field("assignee", "Assignee", "user"),
        _field("priority", "Priority", "priority", preset=True, allowed=priorities),
        _field("labels", "Labels", "array"),
        _field("components", "Components", "array", allowed=components),
        _field("versions", "Affects versions", "array", allowed=versions),
        _field("fixVersions", "Fix versions", "array", allowed=versions),
    ]
    return [*own, *(_custom(field) for field in project.custom_fields)]


def _custom(field: CustomField) -> dict[str, Any]:
    allowed = [{"id": str(n), "value": o} for n, o in enumerate(field.options, start=20_000)]
    kind = "option" if field.options else "string"
    return _field(field.id, field.name, kind, required=field.required, allowed=allowed or None)


def _field(
    field_id: str,
    name: str,
    kind: str,
    *,
    required: bool = False,
    preset: bool = False,
    allowed: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    if field_id.startswith("customfield_"):
        schema["customId"] = int(field_id.removeprefix("customfield_"))
    else:
        schema["system"] = field_id
    found = {
        "required": required,
        "schema": schema,
        "name": name,
        "key": field_id,
        "fieldId": field_id,
        "hasDefaultValue": preset,
        "operations": ["set"],
    }
    return found if allowed is None else {**found, "allowedValues": allowed}
