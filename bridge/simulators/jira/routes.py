"""Which path is answered by what."""

from collections.abc import Iterator

from aiohttp import web
from aiohttp.web import delete, get, post, put

from bridge.simulators.jira.access import Desk
from bridge.simulators.jira.activity import Activity
from bridge.simulators.jira.facts import Facts
from bridge.simulators.jira.files import Files
from bridge.simulators.jira.issues import Issues
from bridge.simulators.jira.page import Page
from bridge.simulators.jira.search import Search


def routes(desk: Desk) -> Iterator[web.RouteDef]:
    """Yield the site's routes: pages for people, and both versions of the API."""
    yield get("/browse/{issueIdOrKey}", Page(desk).show)
    yield get("/secure/attachment/{id}/{name}", Files(desk).secure)
    for version in (2, 3):
        api = f"/rest/api/{version}"
        yield from _about_issues(f"{api}/issue", desk)
        yield from _about_the_site(api, desk)
        yield from _about_files(api, desk)
        yield from _searching(api, desk)


def _about_issues(base: str, desk: Desk) -> Iterator[web.RouteDef]:
    issues, activity, facts, one = Issues(desk), Activity(desk), Facts(desk), "{issueIdOrKey}"
    yield post(base, issues.create)
    yield post(f"{base}/bulkfetch", issues.fetch_many)
    types = f"{base}/createmeta/{{projectIdOrKey}}/issuetypes"
    yield get(types, facts.issue_types)
    yield get(f"{types}/{{issueTypeId}}", facts.create_fields)
    yield get(f"{base}/{one}", issues.read)
    yield put(f"{base}/{one}", issues.edit)
    yield delete(f"{base}/{one}", issues.delete)
    yield get(f"{base}/{one}/comment", activity.comments)
    yield post(f"{base}/{one}/comment", activity.add_comment)
    yield get(f"{base}/{one}/transitions", activity.transitions)
    yield post(f"{base}/{one}/transitions", activity.transition)
    yield get(f"{base}/{one}/properties", issues.property_keys)
    yield get(f"{base}/{one}/properties/{{propertyKey}}", issues.read_property)
    yield put(f"{base}/{one}/properties/{{propertyKey}}", issues.set_property)
    yield post(f"{base}/{one}/attachments", Files(desk).add)


def _about_the_site(api: str, desk: Desk) -> Iterator[web.RouteDef]:
    facts, activity, project = Facts(desk), Activity(desk), f"{api}/project/{{projectIdOrKey}}"
    yield get(f"{api}/serverInfo", facts.server)
    yield get(f"{api}/myself", facts.myself)
    yield get(f"{api}/mypermissions", facts.my_permissions)
    yield get(f"{api}/priority", facts.priorities)
    yield get(project, facts.project)
    yield get(f"{project}/components", facts.components)
    yield get(f"{project}/versions", facts.versions)
    yield get(f"{api}/issueLinkType", activity.link_types)
    yield post(f"{api}/issueLink", activity.link)


def _about_files(api: str, desk: Desk) -> Iterator[web.RouteDef]:
    files = Files(desk)
    yield get(f"{api}/attachment/meta", files.settings)
    yield get(f"{api}/attachment/content/{{id}}", files.content)
    yield get(f"{api}/attachment/{{id}}", files.about)
    yield delete(f"{api}/attachment/{{id}}", files.delete)


def _searching(api: str, desk: Desk) -> Iterator[web.RouteDef]:
    search = Search(desk)
    yield get(f"{api}/search/jql", search.by_token)
    yield post(f"{api}/search/jql", search.by_token)
    yield get(f"{api}/search", search.by_count)
    yield post(f"{api}/search", search.by_count)
