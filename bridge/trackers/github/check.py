"""What `check` says of a GitHub tracker: its token, its repositories, its fields."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

from bridge.errors import Misconfigured, Permanent
from bridge.trackers.base import Finding, Level
from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Repository
from bridge.trackers.github.fields import Fields, read_fields
from bridge.trackers.github.repositories import Repositories, path_of
from bridge.trackers.github.settings import AttachmentSettings, GitHubSettings
from bridge.trackers.github.wanted import Preparation


class Check:
    """Looks whether an issue could be filed; changes nothing."""

    def __init__(
        self,
        settings: GitHubSettings,
        *,
        client: Client,
        repositories: Repositories,
        preparation: Preparation,
    ) -> None:
        self._settings = settings
        self._client = client
        self._repositories = repositories
        self._preparation = preparation

    async def run(self, fields: Mapping[str, Any]) -> list[Finding]:
        """Return all that was looked at. Raises only what is `Transient`."""
        try:
            home = await self._repositories.look_up(self._settings.repository, fresh=True)
        except Permanent as error:
            return [_error(str(error), "give the token access to it, or correct repository")]
        findings = [*self._home(home), *await self._rights(), *await self._attachments()]
        try:
            asked = read_fields(fields)
        except Misconfigured as error:
            return [*findings, _error(str(error), "correct the route's fields")]
        return [*findings, *await self._fields(home, asked)]

    def _home(self, home: Repository) -> list[Finding]:
        name = home.name
        if home.archived:
            return [_error(f"{name} is archived, so no issue can be filed", "unarchive it")]
        if not home.has_issues:
            advice = "switch them on in its settings, under Features"
            return [_error(f"issues are switched off in {name}", advice)]
        findings = [_ok(f"{name} can be read, and has issues")]
        if name.lower() != self._settings.repository.lower():
            findings.append(
                _warning(f"{self._settings.repository} is now {name}", f"set repository: {name}")
            )
        if not home.private:
            findings.append(
                _warning(
                    f"{name} is public: what testers write, and their devices, can be read by all",
                    "use a private repository, unless that is meant",
                )
            )
        return findings

    async def _rights(self) -> list[Finding]:
        """Say what the credential may do, as far as GitHub tells without a write."""
        if self._settings.app is not None:
            return await self._app_rights(self._settings.app.installation_id)
        answer = await self._client.get(
            path_of(self._settings.repository), doing=f"the repository {self._settings.repository}"
        )
        scopes = answer.headers.get("x-oauth-scopes")
        if not scopes:
            return [
                _ok(
                    "GitHub doesn't tell what a fine-grained token may write; it needs issues: "
                    "write, and contents: write where attachments go"
                )
            ]
        given = {scope.strip() for scope in scopes.split(",")}
        if given & {"repo", "public_repo"}:
            return [_ok("the token may write")]
        return [_error("the token lacks the scope repo", "make one that has it")]

    async def _app_rights(self, installation: int) -> list[Finding]:
        try:
            answer = await self._client.send(
                "GET",
                f"/app/installations/{installation}",
                doing=f"the App's installation {installation}",
                as_app=True,
            )
        except Permanent as error:
            return [_error(str(error), "correct app.id, app.private_key or app.installation_id")]
        document = cast("Mapping[str, Any]", answer.data or {})
        granted = cast("Mapping[str, str]", document.get("permissions") or {})
        needed = ["issues"] if self._settings.attachments == "none" else ["issues", "contents"]
        missing = [name for name in needed if granted.get(name) != "write"]
        if not missing:
            return [_ok(f"the App's installation {installation} may write {' and '.join(needed)}")]
        advice = "change the App's permissions, and accept the change on the installation"
        return [_error(f"the App may not write {' and '.join(missing)}", advice)]

    async def _attachments(self) -> list[Finding]:
        where = self._settings.attachments
        if where == "none":
            return [_ok("attachments are switched off; screenshots and logs stay here")]
        try:
            found = await self._repositories.look_up(where.repository, fresh=True)
        except Permanent as error:
            advice = "make the repository, give the token access, or set attachments: none"
            return [_error(str(error), advice)]
        findings = [*self._visibility(found), *self._placement(where, found)]
        if found.archived:
            findings.append(_error(f"{found.name} is archived", "unarchive it"))
        elif found.can_push is False:
            findings.append(
                _error(f"the token may not write to {found.name}", "give it contents: write")
            )
        else:
            findings.append(await self._branch(where, found))
        return findings

    def _visibility(self, found: Repository) -> list[Finding]:
        if found.private:
            return []
        if self._settings.allow_public:
            text = f"screenshots go to {found.name}, which is public: everybody can see them"
            return [_warning(text, "name a private repository, unless that is meant")]
        return [
            _warning(
                f"{found.name} is public, so screenshots will not be put there",
                "name a private repository in attachments, or set allow_public: true",
            )
        ]

    def _placement(self, where: AttachmentSettings, found: Repository) -> list[Finding]:
        if where.branch == found.default_branch:
            return [
                _warning(
                    f"attachments go to {where.branch}, the default branch of {found.name}",
                    "name a branch of their own, such as feedback-assets",
                )
            ]
        return []

    async def _branch(self, where: AttachmentSettings, found: Repository) -> Finding:
        answer = await self._client.get(
            f"{path_of(found.name, 'git', 'ref', 'heads')}/{where.branch}",
            doing=f"the branch {where.branch} of {found.name}",
            expect={404, 409},  # 409: the repository is empty
        )
        if answer.status != HTTPStatus.OK:
            return _ok(f"the branch {where.branch} of {found.name} is made with the first file")
        return _ok(f"attachments go to the branch {where.branch} of {found.name}")

    async def _fields(self, home: Repository, asked: Fields) -> list[Finding]:
        findings: list[Finding] = []
        if asked != Fields() and home.can_push is False:
            findings.append(
                _warning(
                    f"the token's user may not push to {home.name}, so GitHub drops labels, "
                    "assignees and milestones in silence",
                    "give the user the role triage or write",
                )
            )
        findings.extend(
            [
                _ok(f"the label {label!r} is made with the first issue")
                for label in asked.labels
                if not await self._preparation.has_label(home.name, label)
            ]
        )
        for login in asked.assignees:
            if not await self._preparation.is_assignable(home.name, login):
                text = f"{login!r} can't be assigned in {home.name}; issues are filed without"
                findings.append(_warning(text, "give the user access, or correct assignees"))
        if asked.milestone is not None:
            number = await self._preparation.milestone_number(home.name, asked.milestone)
            if number is None:
                text = f"{home.name} has no milestone {asked.milestone!r}; issues are filed without"
                findings.append(_warning(text, "make it, or correct milestone"))
        return findings


def _ok(text: str) -> Finding:
    return Finding(level=Level.OK, text=text)


def _warning(text: str, advice: str) -> Finding:
    return Finding(level=Level.WARNING, text=text, advice=advice)


def _error(text: str, advice: str) -> Finding:
    return Finding(level=Level.ERROR, text=text, advice=advice)
