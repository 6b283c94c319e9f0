"""Git in small: blobs, trees, commits and branches, with git's own hashes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    message: str
    date: str


@dataclass(slots=True)
class Git:
    """One repository's objects and branches. A tree is kept flat: path → blob."""

    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    trees: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    commits: dict[str, Commit] = field(default_factory=dict[str, Commit])
    branches: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever committed to a branch."""
        return not self.branches

    def add_blob(self, data: bytes) -> str:
        """Keep a file's bytes and return their hash."""
        sha = _hash("blob", data)
        self.blobs[sha] = data
        return sha

    def add_tree(self, files: Mapping[str, str]) -> str:
        """Keep a tree of these files and return its hash."""
        sha = _tree_hash(dict(files))
        self.trees[sha] = dict(files)
        return sha

    def add_commit(self, tree: str, parents: tuple[str, ...], message: str, date: str) -> Commit:
        """Keep a commit and return it."""
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents), f"date {date}", "", message]
        sha = _hash("commit", "\n".join(lines).encode())
        made = Commit(sha=sha, tree=tree, parents=parents, message=message, date=date)
        self.commits[sha] = made
        return made

    def files(self, branch: str) -> dict[str, str]:
        """Return the files of a branch: path → blob; none if there is no such branch."""
        head = self.branches.get(branch)
        return dict(self.trees[self.commits[head].tree]) if head else {}

    def read(self, branch: str, path: str) -> bytes | None:
        """Return a file's bytes on a branch, or None."""
        sha = self.files(branch).get(path)
        return None if sha is None else self.blobs[sha]

    def split(self, rest: str) -> tuple[str, str] | None:
        """Return branch and path of `BRANCH/PATH`, where the branch may hold slashes too."""
        for branch in sorted(self.branches, key=len, reverse=True):
            if rest.startswith(f"{branch}/"):
                return branch, rest[len(branch) + 1 :]
        return None


def _tree_hash(files: dict[str, str]) -> str:
    """Return git's hash of a folder, by those of its folders."""
    entries: dict[str, tuple[str, str]] = {}
    folders: dict[str, dict[str, str]] = {}
    for path, sha in files.items():
        first, _, rest = path.partition("/")
        if rest:
            folders.setdefault(first, {})[rest] = sha
        else:
            entries[first] = ("100644", sha)
    for name, inside in folders.items():
        entries[name] = ("40000", _tree_hash(inside))
    ordered = sorted(entries.items(), key=lambda e: e[0] + ("/" if e[1][0] == "40000" else ""))
    body = b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(sha) for name, (mode, sha) in ordered
    )
    return _hash("tree", body)


def _hash(kind: str, data: bytes) -> str:
    header = f"{kind} {len(data)}\0".encode()
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
