"""The symbols of a team's builds, wherever they lie."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.model import CrashReport
from bridge.symbols.caches import Caches, available
from bridge.symbols.index import Index
from bridge.symbols.settings import SymbolSettings
from bridge.symbols.symbolicate import Place, symbolicated

UNUSABLE = (
    "symbols: symbols.folders is set, but the extra that reads dSYMs is not installed, so crashes "
    "get no names from them"
)
INSTALL = 'pip install "feedback-bridge[symbols]"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What there is."""

    builds: int
    """UUIDs with symbols: one a build and architecture."""
    problems: tuple[str, ...]
    """What is skipped, in sentences."""


class Symbols:
    """Folders with dSYMs. Everything here may block for seconds; any thread may call."""

    def __init__(
        self, folders: Sequence[Path], *, monotonic: Callable[[], float], rescan: float = 60.0
    ) -> None:
        self._index = Index(folders, rescan=rescan, monotonic=monotonic)
        self._caches = Caches()
        self._lock = threading.RLock()
        self.usable = available()
        """Whether the extra `symbols` is installed; without it reports stay as they are."""

    @classmethod
    def of(
        cls, settings: SymbolSettings, *, base: Path, monotonic: Callable[[], float]
    ) -> "Symbols | None":
        """Return the symbols that a configuration names; None if it names none."""
        if not settings.folders:
            return None
        folders = [base / Path(folder).expanduser() for folder in settings.folders]
        return cls(folders, monotonic=monotonic, rescan=settings.rescan)

    def symbolicated(self, report: CrashReport) -> CrashReport:
        """Return the report with the names, files and lines that are known for its frames.

        What is missing is one of its warnings. Without the extra it stays as it is.
        """
        if not self.usable:
            return report
        with self._lock:
            return symbolicated(report, self)

    def places(self, uuid: str, offset: int, /) -> Sequence[Place] | None:
        """Return what is at an offset in a build, innermost first; None for an unknown build."""
        with self._lock:
            build = self._index.find(uuid)
            return None if build is None else self._caches.places(build, offset)

    def generation(self) -> int:
        """Return a number that grows when builds come or go; the folders are looked at if due."""
        with self._lock:
            self._index.look_if_due()
            return self._index.generation

    def overview(self) -> Overview:
        """Return what there is, as of now or a moment ago."""
        with self._lock:
            self._index.look_if_due()
            return Overview(builds=len(self._index.uuids), problems=self._index.problems)
