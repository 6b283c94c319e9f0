"""Issues: create, read, edit, delete, many at once, and their properties."""

import json
from typing import Any, cast

from aiohttp import web

from bridge.simulators.jira.access import Desk, json_body, listed, refusal
from bridge.simulators.jira.rules import PROPERTY_LIMIT, Screen, issue_type_of, project_of

BULK_LIMIT = 100
_NOTIFY = "To discard the user notification either admin or project admin permissions are required."
_NO_PROPERTIES = 'Unrecognized field "properties" (Class IssueUpdateBean), not marked as ignorable'


class Issues:
    """The endpoints below `/issue` that are about an issue as a whole."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._site = desk.site

    async def create(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        fields = _table(body.get("fields"))
        properties = self._properties(body)
        project = project_of(self._site, fields.get("project"))
        if project is None:
            raise refusal(400, errors={"project": "Specify a valid project ID or key"})
        if not self._site.may("CREATE_ISSUES"):
            raise refusal(400, errors={"project": "You cannot create issues in this project."})
        screen = Screen(self._site, project)
        stored = screen.read(fields, new=True)
        issue_type = issue_type_of(fields.get("issuetype"))
        if issue_type is None:
            screen.errors["issuetype"] = "Specify a valid issue type"
        if screen.errors or issue_type is None:
            raise refusal(400, errors=screen.errors)
        issue = self._site.add_issue(project, issue_type, stored, properties)
        url = f"{self._desk.documents(request).api}/issue/{issue.id}"
        return web.json_response({"id": issue.id, "key": issue.key, "self": url}, status=201)

    async def read(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        found = self._desk.documents(request).issue(
            issue,
            fields=listed(request, "fields", "*all"),
            properties=listed(request, "properties", ""),
        )
        return web.json_response(found)

    async def edit(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        body = await json_body(request)
        self._desk.need("EDIT_ISSUES", "You do not have permission to edit issues in this project.")
        quiet = request.query.get("notifyUsers", "true") == "false"
        if quiet:
            self._desk.need("ADMINISTER_PROJECTS", _NOTIFY)
        properties = self._properties(body)
        screen = Screen(self._site, issue.project)
        stored = screen.read(_table(body.get("fields")), new=False)
        stored |= screen.change(issue.fields, _table(body.get("update")), set_too=stored)
        if screen.errors:
            raise refusal(400, errors=screen.errors)
        issue.fields |= stored
        issue.properties |= properties
        issue.updated = self._site.now()
        if not quiet:
            self._site.mails[issue.key] += 1
        return web.Response(status=204)

    async def delete(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        self._desk.need("DELETE_ISSUES", "You do not have permission to delete this issue.")
        self._site.remove(issue)
        return web.Response(status=204)

    async def fetch_many(self, request: web.Request) -> web.Response:
        """Answer the issues with these ids or keys that there are; the others are left out."""
        if not self._site.cloud:
            raise refusal(404, "null for uri: issue/bulkfetch")
        body = await json_body(request)
        wanted = [str(key) for key in cast("list[Any]", body.get("issueIdsOrKeys") or [])]
        if not wanted or len(wanted) > BULK_LIMIT:
            raise refusal(400, f"Between 1 and {BULK_LIMIT} issues can be fetched.")
        found = {issue.id: issue for key in wanted if (issue := self._site.find(key))}
        documents = self._desk.documents(request)
        issues = [
            documents.issue(
                issue,
                fields=cast("list[str]", body.get("fields") or ["*all"]),
                properties=cast("list[str]", body.get("properties") or []),
            )
            for issue in found.values()
        ]
        return web.json_response({"issues": issues, "issueErrors": []})

    async def property_keys(self, request: web.Request) -> web.Response:
        issue = self._desk.issue(request)
        url = f"{self._desk.documents(request).api}/issue/{issue.id}/properties"
        keys = [{"self": f"{url}/{key}", "key": key} for key in issue.properties]
        return web.json_response({"keys": keys})

    async def read_property(self, request: web.Request) -> web.Response:
        issue, key = self._desk.issue(request), request.match_info["propertyKey"]
        if key not in issue.properties:
            raise refusal(404, f"The property with key '{key}' does not exist.")
        return web.json_response({"key": key, "value": issue.properties[key]})

    async def set_property(self, request: web.Request) -> web.Response:
        issue, key = self._desk.issue(request), request.match_info["propertyKey"]
        self._desk.need("EDIT_ISSUES", "You do not have permission to edit issues in this project.")
        known = key in issue.properties
        try:
            issue.properties[key] = _small(await request.json())
        except json.JSONDecodeError:
            raise refusal(400, "The value of the property must be valid JSON.") from None
        return web.json_response({}, status=200 if known else 201)

    def _properties(self, body: dict[str, Any]) -> dict[str, Any]:
        if "properties" not in body:
            return {}
        if not self._site.accepts_properties:
            raise refusal(400, _NO_PROPERTIES)
        pairs = [_table(pair) for pair in cast("list[Any]", body["properties"])]
        return {str(pair.get("key")): _small(pair.get("value")) for pair in pairs}


def _small(value: Any) -> Any:
    if len(json.dumps(value)) > PROPERTY_LIMIT:
        raise refusal(400, f"The property's value must be at most {PROPERTY_LIMIT} characters.")
    return value


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
