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


def files(place: Path, tell: Callable[[str], None]) -> Iterator[File]:
    """The regular files below a folder, links followed, each folder once; or the one file.

    `tell` is given a sentence for each folder that can't be read.
    """
    waiting, seen, looked_at = [place], set[tuple[int, int]](), 0
    while waiting:
        path = waiting.pop()
        looked_at += 1
        if looked_at > _MOST:
            tell(f"{place} has more than {_MOST} entries; the others are not looked at")
            return
        try:
            found = path.stat()
            if stat.S_ISREG(found.st_mode):
                stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
                yield File(path, stamp, expected=path.parent.name == "DWARF")
            elif stat.S_ISDIR(found.st_mode) and (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                waiting += _inside(path)
        except OSError as problem:
            if path == place or not path.is_symlink():
                tell(f"{path} can't be read: {problem.strerror}")


def _inside(folder: Path) -> list[Path]:
    """What is in a folder, the first by name last; of a bundle, where its symbols are."""
    part = _INSIDE.get(folder.suffix.lower())
    if part is not None:
        return [folder.joinpath(*part)]
    with os.scandir(folder) as entries:
        return sorted((Path(entry.path) for entry in entries), reverse=True)
