"""What the simulated company owns: its apps, builds, repositories and project."""

from dataclasses import dataclass
from datetime import datetime, timedelta

REPOSITORY = "example/sunrise"
FEEDBACK_REPOSITORY = "example/sunrise-feedback"
PROJECT_KEY = "SUN"
PROJECT_NAME = "Sunrise"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One of the company's apps, as App Store Connect knows it."""

    name: str
    """The name in the bridge's configuration, which is the {app} of /webhooks/{app} too."""
    app_id: str
    bundle_id: str


APPS = (
    App(name="sunrise-github", app_id="6448311069", bundle_id="com.example.sunrise.github"),
    App(name="sunrise-jira", app_id="6448311070", bundle_id="com.example.sunrise.jira"),
    App(name="sunrise-local", app_id="6448311071", bundle_id="com.example.sunrise.local"),
)

BUILDS = ("139", "140", "141", "142", "143")
"""The builds that testers have, oldest first."""


_VERSIONS = ((150, "2.5.0"), (141, "2.4.1"), (0, "2.4.0"))
"""From which build number on a marketing version is used, newest first."""


def version_of(build: str) -> str:
    """Return the marketing version that a build number belongs to."""
    number = int(build) if build.isdigit() else 0
    return next(version for first, version in _VERSIONS if number >= first)


def uploaded_at(build: str, *, now: datetime) -> datetime:
    """Return when a build was uploaded: one a week, ascending, the newest two days ago.

    A newer one than those is uploaded when it is first asked for, in whole seconds: after all
    that was done before, such as the closing of an issue.
    """
    newest = int(BUILDS[-1])
    number = int(build) if build.isdigit() else newest
    if number > newest:
        return now.replace(microsecond=0) + timedelta(seconds=1)
    return now - timedelta(days=2, weeks=newest - number)
