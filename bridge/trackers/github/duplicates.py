"""What a closed issue is a duplicate of.

An issue's REST document says `duplicate` and not of what, and so does its timeline. GraphQL's
`MarkedAsDuplicateEvent` has the `canonical` issue. Where GraphQL can't be asked, the comment
"Duplicate of #12" tells, by which people mark duplicates too: GitHub Docs, "Marking issues or pull
requests as a duplicate".
"""

import re
from collections.abc import Mapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from bridge.trackers.github.client import Client
from bridge.trackers.github.documents import Issue
from bridge.trackers.github.repositories import path_of

MOST_PAGES = 10
"""Of a timeline; a hundred entries each."""

_QUESTION = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) {
      timelineItems(
        last: 1, itemTypes: [MARKED_AS_DUPLICATE_EVENT, UNMARKED_AS_DUPLICATE_EVENT]
      ) {
        nodes {
          ... on MarkedAsDuplicateEvent {
            canonical { ... on Issue { number repository { nameWithOwner } } }
          }
        }
      }
    }
  }
}
"""
_SAID = re.compile(
    r"(?:<!--[^>]*-->\s*)?duplicate of\s+"
    r"(?:(?P<name>[\w.-]+/[\w.-]+)?#|https?://[^/\s]+/(?P<link>[\w.-]+/[\w.-]+)/issues/)"
    r"(?P<number>\d{1,9})\s*",
    re.IGNORECASE,
)
_TRUSTED = {"OWNER", "MEMBER", "COLLABORATOR"}
"""Only who may write to the repository can mark duplicates; anybody can comment."""


class Canonical(NamedTuple):
    """An issue: its repository's `owner/name`, and its number."""

    repository: str
    number: int


class Duplicates:
    """Finds out, with one or two requests, and none for what isn't a duplicate."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._has_graph = True

    async def canonical_of(self, issue: Issue) -> Canonical | None:
        """Return what an issue closed as a duplicate was marked as one of, if that is told."""
        if issue.open or issue.reason != "duplicate":
            return None
        found = await self._marked(issue) or await self._said(issue)
        itself = (issue.repository.lower(), issue.number)
        if found is None or (found.repository.lower(), found.number) == itself:
            return None
        return found

    async def _marked(self, issue: Issue) -> Canonical | None:
        if not self._has_graph:
            return None
        owner, _, name = issue.repository.partition("/")
        answer = await self._client.graph(
            _QUESTION,
            {"owner": owner, "name": name, "number": issue.number},
            doing=f"what #{issue.number} of {issue.repository} is a duplicate of",
        )
        self._has_graph = answer.status == HTTPStatus.OK
        return read_canonical(answer.data)

    async def _said(self, issue: Issue) -> Canonical | None:
        """Return what the newest comment of the kind says."""
        path = f"{path_of(issue.repository, 'issues', issue.number)}/timeline?per_page=100"
        doing = f"the timeline of #{issue.number} of {issue.repository}"
        found, read = None, 0
        async with aclosing(self._client.pages(path, doing=doing)) as pages:
            async for page in pages:
                for entry in page:
                    found = _said_by(entry, issue.repository) or found
                read += 1
                if read == MOST_PAGES:
                    break
        return found


def read_canonical(data: object) -> Canonical | None:
    """Return the issue in GraphQL's answer; None where it has another shape."""
    found = data
    for name in ("data", "repository", "issue", "timelineItems"):
        found = _table(found).get(name)
    nodes = _table(found).get("nodes")
    node = cast("list[Any]", nodes)[-1] if isinstance(nodes, list) and nodes else None
    canonical = _table(_table(node).get("canonical"))
    repository = _table(canonical.get("repository")).get("nameWithOwner")
    number = canonical.get("number")
    if isinstance(repository, str) and isinstance(number, int):
        return Canonical(repository, number)
    return None


def _said_by(entry: Mapping[str, Any], repository: str) -> Canonical | None:
    """Return what a timeline's entry says, if it is a comment of somebody who may mark it so."""
    trusted = entry.get("author_association") in _TRUSTED or entry.get("performed_via_github_app")
    said = _SAID.fullmatch(str(entry.get("body") or "").strip())
    if entry.get("event") != "commented" or said is None or not trusted:
        return None
    return Canonical(said["name"] or said["link"] or repository, int(said["number"]))


def _table(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
