"""What the site holds as Jira's JSON."""

from datetime import UTC, datetime
from typing import Any

from bridge.simulators.jira import adf
from bridge.simulators.jira.site import (
    BOT,
    ISSUE_TYPES,
    LINK_TYPES,
    PRIORITIES,
    RESOLUTIONS,
    USERS,
    Comment,
    Issue,
    Link,
    Project,
    Site,
    Status,
    StoredFile,
    User,
)

_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}


class Documents:
    """Jira's shapes in one version of its API. `api` is that version's address."""

    def __init__(self, site: Site, *, base: str, version: int) -> None:
        self._site = site
        self._base = base
        self._version = version
        self.api = f"{base}/rest/api/{version}"

    def text(self, words: str) -> Any:
        """Return a text as this version gives it."""
        return adf.to_document(words) if self._version == 3 else words  # noqa: PLR2004 - a name

    def user(self, user: User = BOT) -> dict[str, Any]:
        if self._site.cloud:
            who = {"accountId": user.account_id, "accountType": "atlassian"}
            link = f"{self.api}/user?accountId={user.account_id}"
        else:
            who = {"name": user.name, "key": f"JIRAUSER{USERS.index(user) + 10100}"}
            link = f"{self.api}/user?username={user.name}"
        rest = {"displayName": user.display_name, "active": True, "timeZone": "Etc/UTC"}
        return {"self": link, **who, **rest}

    def named(self, kind: str, thing_id: str, name: str) -> dict[str, Any]:
        return {"self": f"{self.api}/{kind}/{thing_id}", "id": thing_id, "name": name}

    def issue_type(self, type_id: str) -> dict[str, Any]:
        return {**self.named("issuetype", type_id, ISSUE_TYPES[type_id]), "subtask": False}

    def component(self, project: Project, name: str) -> dict[str, Any]:
        number = int(project.id) * 100 + project.components.index(name)
        return self.named("component", str(number), name)

    def version(self, project: Project, name: str) -> dict[str, Any]:
        number = int(project.id) * 1000 + project.versions.index(name)
        return {**self.named("version", str(number), name), "archived": False, "released": False}

    def status(self, status: Status) -> dict[str, Any]:
        number, colour, name = _CATEGORIES[status.category]
        category = {
            "self": f"{self.api}/statuscategory/{number}",
            "id": number,
            "key": status.category,
            "colorName": colour,
            "name": name,
        }
        return {**self.named("status", status.id, status.name), "statusCategory": category}

    def project(self, project: Project) -> dict[str, Any]:
        return {
            "self": f"{self.api}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
        }

    def file(self, file: StoredFile) -> dict[str, Any]:
        content = f"{self.api}/attachment/content/{file.id}"
        if not self._site.cloud:
            content = f"{self._base}/secure/attachment/{file.id}/{file.name}"
        return {
            "self": f"{self.api}/attachment/{file.id}",
            "id": file.id,
            "filename": file.name,
            "author": self.user(),
            "created": when(file.created),
            "size": len(file.data),
            "mimeType": file.media_type,
            "content": content,
        }

    def comment(self, issue: Issue, comment: Comment) -> dict[str, Any]:
        return {
            "self": f"{self.api}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "author": self.user(),
            "body": self.text(comment.body),
            "created": when(comment.created),
            "updated": when(comment.created),
        }

    def link_type(self, type_id: str) -> dict[str, Any]:
        name, inward, outward = LINK_TYPES[type_id]
        return {**self.named("issueLinkType", type_id, name), "inward": inward, "outward": outward}

    def issue(self, issue: Issue, *, fields: list[str], properties: list[str]) -> dict[str, Any]:
        """Return an issue with the fields (`*all`, `*navigable`) and properties asked for."""
        everything = bool({"*all", "*navigable"} & set(fields))
        shown = {
            name: value
            for name, value in self._fields(issue).items()
            if (everything or name in fields) and f"-{name}" not in fields
        }
        found = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog",
            "id": issue.id,
            "self": f"{self.api}/issue/{issue.id}",
            "key": issue.key,
            "fields": shown,
        }
        kept = {name: issue.properties[name] for name in properties if name in issue.properties}
        return {**found, "properties": kept} if properties else found

    def _fields(self, issue: Issue) -> dict[str, Any]:
        stored, project, priority = issue.fields, issue.project, issue.fields.get("priority", "3")
        resolution, changed = issue.resolution, issue.category_changed or issue.created
        return {
            **{name: value for name, value in stored.items() if name.startswith("customfield_")},
            "summary": stored["summary"],
            "description": self.text(issue.description) if issue.description else None,
            "project": self.project(project),
            "issuetype": self.issue_type(issue.issue_type),
            "status": self.status(issue.status),
            "priority": self.named("priority", priority, PRIORITIES[priority]),
            "labels": stored.get("labels", []),
            "components": [self.component(project, n) for n in stored.get("components", [])],
            "versions": [self.version(project, n) for n in stored.get("versions", [])],
            "fixVersions": [self.version(project, n) for n in stored.get("fixVersions", [])],
            "assignee": self._assignee(stored.get("assignee")),
            "reporter": self.user(),
            "created": when(issue.created),
            "updated": when(issue.updated),
            "resolution": self.named("resolution", resolution, RESOLUTIONS[resolution])
            if resolution
            else None,
            "resolutiondate": when(issue.resolved) if issue.resolved else None,
            **({"statuscategorychangedate": when(changed)} if self._site.cloud else {}),
            "attachment": [self.file(file) for file in issue.files],
            "issuelinks": [
                self._link(issue, link)
                for link in self._site.links
                if issue.id in (link.source, link.target)
            ],
        }

    def _assignee(self, account_id: str | None) -> dict[str, Any] | None:
        found = next((u for u in USERS if account_id in (u.account_id, u.name)), None)
        return None if found is None else self.user(found)

    def _link(self, issue: Issue, link: Link) -> dict[str, Any]:
        outward = link.source == issue.id
        other = self._site.issues[link.target if outward else link.source]
        return {
            "id": link.id,
            "self": f"{self.api}/issueLink/{link.id}",
            "type": self.link_type(link.type_id),
            "outwardIssue" if outward else "inwardIssue": {
                "id": other.id,
                "key": other.key,
                "self": f"{self.api}/issue/{other.id}",
                "fields": {
                    "summary": other.fields["summary"],
                    "status": self.status(other.status),
                },
            },
        }


def when(moment: datetime) -> str:
    """Return a time as Jira writes it: `2026-11-24T10:02:00.000+0000`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"
