"""Files that may have symbols: those of dSYMs, Xcode archives, zips and bare Mach-O files."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST = 500_000
"""Entries that are looked at below one folder."""
_INSIDE = {".dsym": ("Contents", "Resources", "DWARF"), ".xcarchive": ("dSYMs",)}
"""Of such a folder only this part is looked into: an archive's app has the same UUIDs."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that may have symbols, and by what one sees that it changed."""

    path: Path
    stamp: tuple[int, int, int]
    """Its change time in nanoseconds, size and inode."""
    expected: bool
    """Whether it lies where a dSYM has its debug information."""

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.stamp[1]

    @property
    def zipped(self) -> bool:
        """Whether its name says that it is a zip."""
        return self.path.suffix.lower() == ".zip"


def files(folder: Path, tell: Callable[[str], None]) -> Iterator[File]:
    """The regular files below a folder, links followed, each folder once.

    `tell` is given a sentence for each folder that can't be read.
    """
    waiting, seen, looked_at = [folder], set[tuple[int, int]](), 0
    while waiting:
        for entry in _entries(waiting.pop(), seen, tell):
            looked_at += 1
            if looked_at > _MOST:
                tell(f"{folder} has more than {_MOST} entries; the others are not looked at")
                return
            try:
                found = entry.stat()
            except OSError:
                continue  # a link to nothing, or gone since
            path = Path(entry.path)
            if stat.S_ISDIR(found.st_mode):
                waiting.append(path.joinpath(*_INSIDE.get(path.suffix.lower(), ())))
            elif stat.S_ISREG(found.st_mode):
                stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
                yield File(path, stamp, expected=path.parent.name == "DWARF")


def _entries(
    folder: Path, seen: set[tuple[int, int]], tell: Callable[[str], None]
) -> Iterator[os.DirEntry[str]]:
    try:
        found = folder.stat()
        if (found.st_dev, found.st_ino) in seen:
            return
        seen.add((found.st_dev, found.st_ino))
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as problem:
        tell(f"{folder} can't be read: {problem.strerror}")
