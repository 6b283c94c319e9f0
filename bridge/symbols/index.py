"""The index: which file has the symbols of a build, by its UUID."""

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

from bridge.symbols.folders import File, files
from bridge.symbols.macho import Build, Damaged, builds, is_macho

log = structlog.get_logger(__name__)

LARGEST = 4 << 30
"""Bytes of a file with symbols; more is taken for a mistake."""
_MEMBERS = 10_000
"""Files of a zip that are looked at."""
_DWARF = ".dsym/contents/resources/dwarf/"


@dataclass(frozen=True, slots=True)
class Found:
    """Where the symbols of a build are."""

    uuid: str
    path: Path
    member: str | None
    """The file in it, where it is a zip."""
    stamp: tuple[int, int, int]
    debug: bool
    """Whether there are files and lines, not only names."""

    @property
    def place(self) -> str:
        """The file's name for people."""
        return f"{self.path}: {self.member}" if self.member else str(self.path)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a file was found to have."""

    stamp: tuple[int, int, int]
    found: tuple[Found, ...] = ()
    problems: tuple[str, ...] = ()


class Index:
    """Knows the builds below some folders. One thread at a time.

    The folders are looked through when a build is asked for that isn't known, at most every
    `rescan` seconds; a file is read again only if it changed.
    """

    def __init__(
        self, folders: Sequence[Path], *, rescan: float, monotonic: Callable[[], float]
    ) -> None:
        self._folders = tuple(folders)
        self._rescan = rescan
        self._monotonic = monotonic
        self._scanned_at: float | None = None
        self._files: dict[Path, _Looked] = {}
        self._builds: dict[str, Found] = {}
        self._told: set[str] = set()
        self.problems: tuple[str, ...] = ()
        """What could not be read at the last look, in sentences."""
        self.generation = 0
        """Grows whenever the known builds change."""

    @property
    def uuids(self) -> frozenset[str]:
        """The builds that were known at the last look."""
        return frozenset(self._builds)

    def find(self, uuid: str) -> Found | None:
        """Return where the symbols of a build are; None if they are nowhere."""
        if uuid not in self._builds:
            self.look_if_due()
        return self._builds.get(uuid)

    def look_if_due(self) -> None:
        """Look through the folders, unless that was done a moment ago."""
        now = self._monotonic()
        if self._scanned_at is None or now - self._scanned_at >= self._rescan:
            self._scanned_at = now
            self._look()

    def _look(self) -> None:
        problems: list[str] = []
        known: dict[Path, _Looked] = {}
        for folder in self._folders:
            for file in files(folder, problems.append):
                before = self._files.get(file.path)
                same = before is not None and before.stamp == file.stamp
                known[file.path] = before if before is not None and same else _looked_at(file)
        self._files = known
        problems += [problem for looked in known.values() for problem in looked.problems]
        self._tell(problems)
        best: dict[str, Found] = {}
        for found in (each for looked in known.values() for each in looked.found):
            if found.uuid not in best or (found.debug and not best[found.uuid].debug):
                best[found.uuid] = found
        if best != self._builds:
            self.generation += 1
            log.info("symbols", builds=len(best), new=len(best.keys() - self._builds.keys()))
        self._builds = best

    def _tell(self, problems: Sequence[str]) -> None:
        for problem in problems:
            if problem not in self._told:
                log.warning("symbols skipped", problem=problem)
        self.problems = tuple(problems)
        self._told = set(problems)


def _looked_at(file: File) -> _Looked:
    problems: list[str] = []
    try:
        found = tuple(_zipped(file, problems) if file.zipped else _bare(file))
    except (OSError, Damaged, zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
        found = ()
        problems.append(_sentence(str(file.path), problem))
    return _Looked(file.stamp, found, tuple(problems))


def _sentence(place: str, problem: Exception) -> str:
    why = problem.strerror if isinstance(problem, OSError) else str(problem)
    return f"{place} is skipped: {why or type(problem).__name__}"


def _bare(file: File) -> Iterator[Found]:
    """The builds of a Mach-O file; a file that is none has none, unless it should be one."""
    if file.size > LARGEST:
        raise Damaged("it is too large")
    with _open(file.path) as opened:
        if not file.expected and not is_macho(opened.read(8)):
            return
        opened.seek(0)
        for build in builds(opened):
            yield _found(build, file, None)


def _zipped(file: File, problems: list[str]) -> Iterator[Found]:
    with _open(file.path) as opened, zipfile.ZipFile(opened) as archive:
        for member in archive.infolist()[:_MEMBERS]:
            name = member.filename
            if member.is_dir() or _DWARF not in name.lower() or name.startswith("__MACOSX/"):
                continue
            try:
                if member.file_size > LARGEST:
                    raise Damaged("it is too large")  # noqa: TRY301  # told as the others are
                with archive.open(member) as inner:
                    found = builds(_binary(inner))
            except (OSError, Damaged, zipfile.BadZipFile, NotImplementedError, RuntimeError) as why:
                problems.append(_sentence(f"{file.path}: {name}", why))
                continue
            yield from (_found(build, file, name) for build in found)


def _found(build: Build, file: File, member: str | None) -> Found:
    return Found(build.uuid, file.path, member, file.stamp, build.debug)


def _open(path: Path) -> BinaryIO:
    # A name that became a pipe since it was looked at must not be waited for.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def _binary(file: object) -> BinaryIO:
    return file  # pyright: ignore[reportReturnType]  # typeshed has no one type for both
