"""The Jira tracker's table under `trackers:`."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from bridge.settings import Duration, Secret, Settings
from bridge.upstream import WriteLimits


def _site(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the address of a Jira site looks like https://example.atlassian.net")
    if parts.username or parts.password:
        raise ValueError("the address must not hold a password; use `email` and `token`")
    if parts.query or parts.fragment:
        raise ValueError("the address must end with the site's path, without ? or #")
    return value.rstrip("/")


class JiraWrites(WriteLimits):
    """Well below Jira's own limits, which count bursts to an endpoint and to an issue.

    developer.atlassian.com, Jira Cloud platform, "Rate limiting".
    """

    per_minute: int | None = Field(default=100, ge=1)
    """Writes in any 60 seconds."""
    gap: Duration = 0.1
    """At least this long between two writes."""


class JiraSettings(Settings):
    """A Jira Cloud site or a Jira Data Center server."""

    url: Annotated[str, AfterValidator(_site)]
    """The site's address, with its context path if it has one: `https://example.atlassian.net`."""
    email: str | None = None
    """Jira Cloud: the account's e-mail address. Leave it out for Data Center."""
    token: Secret
    """Jira Cloud: the account's API token. Data Center: a personal access token."""
    writes: JiraWrites = JiraWrites()
    """How many requests that change something Jira gets."""
    update_gap: Duration = 3600.0
    """At least this long between two rewrites of one issue's block."""
    timeout: Duration = Field(default=30.0, gt=0)
    """How long Jira may be silent before a request counts as lost."""
    notify: bool = False
    """Whether rewrites of our block send Jira's mail; comments always do."""

    @model_validator(mode="after")
    def _cloud_needs_an_email(self) -> "JiraSettings":
        host = urlsplit(self.url).hostname or ""
        if self.email is None and host.endswith(".atlassian.net"):
            raise ValueError("Jira Cloud wants `email` beside `token`: the token's account")
        return self
