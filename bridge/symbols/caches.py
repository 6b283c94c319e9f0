"""Symbols in the form in which one looks them up, kept while there is room. Needs `symbolic`."""

import shutil
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import structlog

from bridge.symbols.index import LARGEST, Found
from bridge.symbols.symbolicate import Place

log = structlog.get_logger(__name__)

ROOM = 256 << 20
"""Bytes of lookup tables that are kept; a large app's takes some tens of millions."""
_NO_PLACE = 0xFFFFFFFF
"""What symbolic gives for the start of a function that was inlined."""
_PART = 1 << 20
_UNREADABLE = 1_000
"""Broken builds that are remembered."""


class _Location(Protocol):
    """What symbolic's `SourceLocation` has; it has no types of its own."""

    symbol: str
    full_path: str | None
    line: int
    sym_addr: int


class _Table(Protocol):
    """What symbolic's `SymCache` can do."""

    def lookup(self, addr: int, /) -> Sequence[_Location]: ...

    def open_stream(self) -> BinaryIO: ...


def available() -> bool:
    """Whether the extra `symbols` is installed."""
    return all(find_spec(name) is not None for name in ("symbolic", "multi_demangle"))


class Caches:
    """The lookup tables of builds, the least recently used ones let go. One thread at a time."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._open: OrderedDict[Found, tuple[_Table, int]] = OrderedDict()
        self._broken: dict[Found, None] = {}

    def places(self, build: Found, offset: int) -> Sequence[Place] | None:
        """Return what is at a place in a build, innermost first; None if it can't be read."""
        table = self._table(build)
        if table is None:
            return None
        return tuple(
            Place(
                symbol=found.symbol or None,
                file=found.full_path,
                line=found.line or None,
                start=None if found.sym_addr == _NO_PLACE else found.sym_addr,
            )
            for found in table.lookup(offset)
        )

    def _table(self, build: Found) -> _Table | None:
        if build in self._open:
            self._open.move_to_end(build)
            return self._open[build][0]
        if build in self._broken:
            return None
        try:
            table = _made(build)
        except Exception as problem:  # noqa: BLE001  # another's parser, given whatever lies there
            log.warning("symbols unreadable", place=build.place, problem=str(problem)[:300])
            self._broken[build] = None
            if len(self._broken) > _UNREADABLE:
                self._broken.pop(next(iter(self._broken)))
            return None
        self._open[build] = table, _size(table)
        self._make_room()
        return table

    def _make_room(self) -> None:
        while len(self._open) > 1 and sum(size for _, size in self._open.values()) > self._room:
            self._open.popitem(last=False)


def _made(build: Found) -> _Table:
    if build.member is None:
        return _table_of(build.path, build.uuid)
    with tempfile.TemporaryDirectory(prefix="symbols-") as folder:
        target = Path(folder) / "dwarf"
        _unzip(build, target)
        return _table_of(target, build.uuid)


def _table_of(path: Path, uuid: str) -> _Table:
    import symbolic  # here, since it comes with an extra

    untyped: Any = symbolic
    for candidate in untyped.Archive.open(str(path)).iter_objects():
        if candidate.debug_id.replace("-", "")[:32] == uuid:
            return candidate.make_symcache()
    raise LookupError(f"it has no build {uuid} any more")


def _unzip(build: Found, target: Path) -> None:
    with zipfile.ZipFile(build.path) as archive:
        member = archive.getinfo(build.member or "")
        if member.file_size > LARGEST:
            raise zlib.error("it is too large")
        # A member gives no more bytes than it claims to have.
        with archive.open(member) as inner, target.open("wb") as out:
            shutil.copyfileobj(inner, out)


def _size(table: _Table) -> int:
    """Its bytes, which only reading tells."""
    stream = table.open_stream()
    return sum(len(part) for part in iter(lambda: stream.read(_PART), b""))
