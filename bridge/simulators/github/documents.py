"""GitHub's JSON documents, with the fields that its official description requires."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from bridge.simulators.github.git import Commit
from bridge.simulators.github.state import Comment, Issue, Label, Milestone, Repository

BOT = "feedback-bot"
DOCS = "https://docs.github.com/rest"

_REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_COUNTS = (
    "forks_count", "stargazers_count", "watchers_count", "size", "forks", "watchers",
    "network_count", "subscribers_count",
)  # fmt: skip
_SWITCHES = ("fork", "has_projects", "has_wiki", "has_pages", "has_discussions", "disabled")
_NOTHING = ("description", "mirror_url", "homepage", "language", "license")


def stamp(at: datetime) -> str:
    """Return a time as GitHub writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Documents:
    """Writes documents whose links lead to this simulator; `base` is where it is served."""

    def __init__(self, base: str) -> None:
        self.base = base

    def repository(self, repository: Repository) -> dict[str, Any]:
        owner, _, name = repository.name.partition("/")
        api, page = f"{self.base}/repos/{repository.name}", f"{self.base}/{repository.name}"
        n_open = sum(i.state == "open" for i in repository.issues.values())
        return {
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": name,
            "full_name": repository.name,
            "owner": self.user(owner, kind="Organization"),
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "html_url": page,
            "url": api,
            **{key: api + tail for key, tail in _REPOSITORY_LINKS.items()},
            "clone_url": f"{page}.git",
            "git_url": f"{page}.git",
            "ssh_url": f"{page}.git",
            "svn_url": page,
            "default_branch": "main",
            "has_issues": repository.has_issues,
            "archived": repository.archived,
            "open_issues": n_open,
            "open_issues_count": n_open,
            **dict.fromkeys(_COUNTS, 0),
            **dict.fromkeys(_SWITCHES, False),
            **dict.fromkeys(_NOTHING),
            "created_at": stamp(repository.created_at),
            "updated_at": stamp(repository.created_at),
            "pushed_at": stamp(repository.created_at),
            "permissions": {
                "admin": False,
                "maintain": False,
                "push": repository.push,
                "triage": repository.push,
                "pull": True,
            },
        }

    def user(self, login: str, *, kind: str = "User") -> dict[str, Any]:
        api = f"{self.base}/users/{login}"
        number = sum(ord(c) * 31**n for n, c in enumerate(login)) % 10**8
        return {
            "login": login,
            "id": number,
            "node_id": f"U_{number}",
            "avatar_url": f"{self.base}/{login}.png",
            "gravatar_id": "",
            "url": api,
            "html_url": f"{self.base}/{login}",
            **{key: api + tail for key, tail in _USER_LINKS.items()},
            "type": kind,
            "site_admin": False,
        }

    def issue(self, repository: Repository, issue: Issue) -> dict[str, Any]:
        api = f"{self.base}/repos/{repository.name}"
        own = f"{api}/issues/{issue.number}"
        place = "pull" if issue.is_pull_request else "issues"
        page = f"{self.base}/{repository.name}/{place}/{issue.number}"
        assignees = [self.user(login) for login in issue.assignees]
        milestone = repository.milestones.get(issue.milestone or 0)
        document = {
            "id": issue.id,
            "node_id": f"I_{issue.id}",
            "number": issue.number,
            "url": own,
            "repository_url": api,
            "labels_url": f"{own}/labels{{/name}}",
            "comments_url": f"{own}/comments",
            "events_url": f"{own}/events",
            "html_url": page,
            "title": issue.title,
            "body": issue.body,
            "user": self.user(BOT),
            "labels": [
                self.label(repository, repository.labels[name.lower()]) for name in issue.labels
            ],
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": False,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": self.milestone(repository, milestone) if milestone else None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.created_at),
            "updated_at": stamp(issue.updated_at),
            "closed_at": stamp(issue.closed_at) if issue.closed_at else None,
            "author_association": "COLLABORATOR",
        }
        if issue.is_pull_request:
            links = {"html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
            document["pull_request"] = {"url": f"{api}/pulls/{issue.number}", **links}
        return document

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> dict[str, Any]:
        api = f"{self.base}/repos/{repository.name}/issues"
        page = f"{self.base}/{repository.name}/issues/{issue.number}"
        return {
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": f"{api}/comments/{comment.id}",
            "html_url": f"{page}#issuecomment-{comment.id}",
            "issue_url": f"{api}/{issue.number}",
            "body": comment.body,
            "user": self.user(BOT),
            "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.created_at),
            "author_association": comment.association,
        }

    def label(self, repository: Repository, label: Label) -> dict[str, Any]:
        return {
            "id": label.id,
            "node_id": f"LA_{label.id}",
            "url": f"{self.base}/repos/{repository.name}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "description": label.description,
            "color": label.color,
            "default": False,
        }

    def milestone(self, repository: Repository, milestone: Milestone) -> dict[str, Any]:
        api = f"{self.base}/repos/{repository.name}/milestones/{milestone.number}"
        return {
            "id": milestone.id,
            "node_id": f"MI_{milestone.id}",
            "number": milestone.number,
            "url": api,
            "html_url": f"{self.base}/{repository.name}/milestone/{milestone.number}",
            "labels_url": f"{api}/labels",
            "title": milestone.title,
            "description": None,
            "state": "open",
            "creator": self.user(BOT),
            "open_issues": 0,
            "closed_issues": 0,
            "created_at": stamp(milestone.created_at),
            "updated_at": stamp(milestone.created_at),
            "closed_at": None,
            "due_on": None,
        }

    def entry(self, repository: Repository, branch: str, path: str, sha: str) -> dict[str, Any]:
        """A file in a folder's list, without its content."""
        api, page = f"{self.base}/repos/{repository.name}", f"{self.base}/{repository.name}"
        ref, where = quote(branch, safe=""), quote(path)
        own = f"{api}/contents/{where}?ref={ref}"
        blob = f"{api}/git/blobs/{sha}"
        shown = f"{page}/blob/{quote(branch)}/{where}"
        return {
            "type": "file",
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": sha,
            "size": len(repository.git.blobs[sha]),
            "url": own,
            "git_url": blob,
            "html_url": shown,
            "download_url": f"{shown}?raw=true",
            "_links": {"self": own, "git": blob, "html": shown},
        }

    def commit(self, repository: Repository, commit: Commit) -> dict[str, Any]:
        api, page = f"{self.base}/repos/{repository.name}", f"{self.base}/{repository.name}"
        who = {"name": BOT, "email": f"{BOT}@example.com", "date": commit.date}
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha[:20]}",
            "url": f"{api}/git/commits/{commit.sha}",
            "html_url": f"{page}/commit/{commit.sha}",
            "author": who,
            "committer": who,
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
            "parents": [
                {
                    "sha": parent,
                    "url": f"{api}/git/commits/{parent}",
                    "html_url": f"{page}/commit/{parent}",
                }
                for parent in commit.parents
            ],
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        }

    def ref(self, repository: Repository, branch: str, sha: str) -> dict[str, Any]:
        api = f"{self.base}/repos/{repository.name}/git"
        return {
            "ref": f"refs/heads/{branch}",
            "node_id": f"REF_{sha[:20]}",
            "url": f"{api}/refs/heads/{quote(branch)}",
            "object": {"type": "commit", "sha": sha, "url": f"{api}/commits/{sha}"},
        }
