"""The `trackers:` table of a GitHub tracker, checked."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from bridge.settings import Duration, Secret, Settings, Size
from bridge.upstream import WriteLimits

_WHERE = (
    "attachments is missing: say where screenshots and crash logs go, since GitHub's API takes "
    "none with an issue. Either {repository: owner/name} with a private repository of its own "
    "(best), or {repository: …} with the code repository itself, where they get a branch without "
    "any of the code's history, or the word none, and issues say that the files stayed here"
)

LARGEST_FILE = 40_000_000
"""Bytes. Git at GitHub takes 100 MB; how much less the Contents API takes is written nowhere."""

RepositoryName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$", examples=["example/sunrise"]),
]
"""`owner/name`."""


def _api_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address such as https://api.github.com or https://HOST/api/v3")
    if parts.hostname in ("github.com", "www.github.com"):
        raise ValueError("GitHub's API is at https://api.github.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("only scheme, host, port and path belong here")
    return value.rstrip("/")


class GitHubWrites(WriteLimits):
    """GitHub's own limits on requests that create content.

    80 a minute and 500 an hour, at least a second apart: GitHub Docs, "Rate limits for the REST
    API" and "Best practices for using the REST API".
    """

    per_minute: int | None = Field(default=80, ge=1)
    """Writes in any 60 seconds."""
    per_hour: int | None = Field(default=500, ge=1)
    """Writes in any hour."""
    gap: Duration = 1.0
    """At least this long between two writes."""


class AppSettings(Settings):
    """A GitHub App's installation, used in place of a token."""

    id: int | str
    """The App's id or client id."""
    private_key: Secret
    """The App's private key, PEM."""
    installation_id: int
    """The installation on the account that owns the repositories."""


class AttachmentSettings(Settings):
    """Where files go: a branch of a repository."""

    repository: RepositoryName
    """`owner/name`; best a private repository of its own."""
    branch: str = Field(
        default="feedback-assets",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$",
        examples=["feedback-assets"],
    )
    """The branch; made without history if it is missing."""
    max_size: Size = LARGEST_FILE
    """Larger files are not sent."""


class GitHubSettings(Settings):
    """A GitHub repository as the place where issues live."""

    repository: RepositoryName
    """`owner/name`; issues are filed here."""
    base_url: Annotated[str, AfterValidator(_api_address)] = "https://api.github.com"
    """The API; `https://HOST/api/v3` on an Enterprise Server."""
    token: Secret | None = None
    """A personal access token with issues: write, and contents: write where attachments go."""
    app: AppSettings | None = None
    """A GitHub App's installation, in place of `token`."""
    attachments: AttachmentSettings | Literal["none"]
    """Where screenshots and crash logs go; `none` files without them."""
    allow_public: bool = False
    """Whether screenshots may go to a public repository."""
    writes: GitHubWrites = GitHubWrites()
    """How many content-creating requests are sent at most."""
    update_gap: Duration = 60.0
    """At least this long between two rewrites of one issue."""
    timeout: Duration = 30.0
    """How long to wait for GitHub to connect or to say something more."""

    @model_validator(mode="before")
    @classmethod
    def _explain_attachments(cls, table: object) -> object:
        if isinstance(table, Mapping):
            given = cast("Mapping[str, Any]", table)
            if given.get("attachments") is None:
                raise ValueError(_WHERE)
        return cast("object", table)

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if (self.token is None) == (self.app is None):
            raise ValueError("give either token or app, and not both")
        return self
