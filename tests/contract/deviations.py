"""Where the real services are known to differ from their own documents, each with its source.

Also what is not part of the documented API at all and therefore not judged.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A difference that is known, and so no violation."""

    name: str
    source: str
    service: str
    side: str
    """`request` or `answer`."""
    operation: re.Pattern[str]
    """Method and path template."""
    what: re.Pattern[str]
    """Part of the violation's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Paths that belong to the service and not to its documented API."""

    service: str
    path: re.Pattern[str]
    why: str


ANY = re.compile(r".*")

DEVIATIONS = (
    Deviation(
        name="any App Store Connect request may meet these statuses",
        source="Apple: Interpreting and handling errors; the document lists few of them by request",
        service="appstore",
        side="answer",
        operation=ANY,
        what=re.compile(r"the status (401|403|404|409|422|429|5\d\d) is not documented"),
    ),
    Deviation(
        name="links.next of App Store Connect carries an opaque cursor",
        source=(
            "Apple: the document's own PagingInformation has nextCursor and its PagedDocumentLinks "
            "next; the parameter that they speak of is left out of the operations"
        ),
        service="appstore",
        side="request",
        operation=re.compile(r"GET .*"),
        what=re.compile(r"there is no query parameter cursor"),
    ),
    Deviation(
        name="any GitHub request may meet these statuses",
        source="docs.github.com: Troubleshooting the REST API; Rate limits for the REST API",
        service="github",
        side="answer",
        operation=ANY,
        what=re.compile(r"the status (401|403|404|429|5\d\d) is not documented"),
    ),
    Deviation(
        name="a folder at GitHub is an array",
        source="docs.github.com: Get repository content, on directories; the description puts a "
        "discriminator before the array, which only objects can have",
        service="github",
        side="answer",
        operation=re.compile(r"GET /repos/\{owner\}/\{repo\}/contents/\{path\}"),
        what=re.compile(r"at the top: \[\{'type': 'file'"),
    ),
    Deviation(
        name="a conflict at GitHub is one of two alike",
        source="GitHub's own description: the 409 is oneOf two schemas without a required field, "
        "so that any conflict is both",
        service="github",
        side="answer",
        operation=re.compile(r"PUT /repos/\{owner\}/\{repo\}/contents/\{path\}"),
        what=re.compile(r"is valid under each of .*repository-rule-violation-error"),
    ),
    Deviation(
        name="any Jira request may meet these statuses",
        source="developer.atlassian.com: Rate limiting; Jira Cloud platform status codes",
        service="jira",
        side="answer",
        operation=ANY,
        what=re.compile(r"the status (400|401|403|404|413|429|5\d\d) is not documented"),
    ),
    Deviation(
        name="Jira's times have an offset without a colon",
        source="the examples of the documents themselves: 2021-01-17T12:34:00.000+0000",
        service="jira",
        side="answer",
        operation=ANY,
        what=re.compile(r"at [^;]*: '[\dT:.-]+\+0000' is not a 'date-time'"),
    ),
    Deviation(
        name="Jira answers these writes without a body",
        source="RFC 9110 15.3.5 (a 204 has none); the documents give them an empty schema",
        service="jira",
        side="answer",
        operation=re.compile(
            r"PUT /rest/api/\d/issue/\{issueIdOrKey\}"
            r"|POST /rest/api/\d/(issueLink|issue/\{issueIdOrKey\}/transitions)"
        ),
        what=re.compile(r"Missing response data"),
    ),
)

OUTSIDE = (
    Outside(
        service="appstore",
        path=re.compile(r"/(?!v\d/).*"),
        why="pre-signed screenshot URLs are on a host of their own",
    ),
    Outside(
        service="github",
        path=re.compile(r"/(?!repos/)[^/]+/[^/]+/(blob|issues)/.*"),
        why="pages for people: issues, and files as they are",
    ),
    Outside(
        service="github",
        path=re.compile(r"/graphql"),
        why="GraphQL has a schema of its own, and no place in the REST description",
    ),
    Outside(
        service="jira",
        path=re.compile(r"/(?!rest/).*"),
        why="pages for people, and old attachment links under /secure/",
    ),
)
