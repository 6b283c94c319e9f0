"""Attachments on disk, addressed by their content: `ab/cdef…`, written whole or not at all."""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bridge.errors import Gone
from bridge.store.failures import translated
from bridge.store.opening import private_folder

STALE = 24 * 3600.0  # seconds; no download takes a day, so an older one was cut off
_SHA256 = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"


class Incoming:
    """A file that is arriving; it is gone again unless it is kept."""

    def __init__(self, folder: Path, temporary: Path, file: BinaryIO) -> None:
        self._folder = folder
        self._temporary = temporary
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    async def write(self, chunk: bytes) -> None:
        """Add bytes. Raises StoreUnavailable."""
        with translated():
            await asyncio.to_thread(self._write, chunk)

    async def keep(self) -> tuple[str, int]:
        """Put the file in its place, on disk for good; return its SHA-256 in hex and its size.

        Raises StoreUnavailable.
        """
        with translated():
            await asyncio.to_thread(self._keep)
        return self._digest.hexdigest(), self._size

    def _write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self._size += len(chunk)

    def _keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        target = _place(self._folder, self._digest.hexdigest())
        private_folder(target.parent)
        self._temporary.replace(target)
        for folder in (target.parent, self._folder):
            _sync_folder(folder)


class Blobs:
    """The attachment store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self, *, now: datetime) -> None:
        """Create the folder, and remove what was cut off while it arrived. Blocking.

        Raises StoreUnavailable.
        """
        with translated():
            incoming = self._folder / _INCOMING
            private_folder(incoming)
            for file in incoming.iterdir():
                if now.timestamp() - file.stat().st_mtime > STALE:
                    file.unlink(missing_ok=True)

    @asynccontextmanager
    async def incoming(self) -> AsyncGenerator[Incoming]:
        """Give a file to write to. Raises StoreUnavailable."""
        temporary = self._folder / _INCOMING / secrets.token_hex(16)
        with translated():
            file = await asyncio.to_thread(_open_private, temporary)
        try:
            yield Incoming(self._folder, temporary, file)
        finally:
            with suppress(OSError):  # a full disk, which the write has told of
                file.close()
            temporary.unlink(missing_ok=True)

    async def put(self, data: bytes) -> tuple[str, int]:
        """Keep bytes; return their SHA-256 in hex and their size. Raises StoreUnavailable."""
        async with self.incoming() as incoming:
            await incoming.write(data)
            return await incoming.keep()

    def path(self, sha256: str) -> Path:
        """Return where a file is, or would be. Raises ValueError for what is no SHA-256."""
        return _place(self._folder, sha256)

    async def read(self, sha256: str) -> bytes:
        """Return a file's bytes. Raises Gone if it isn't there, StoreUnavailable."""
        path = self.path(sha256)
        try:
            with translated():
                return await asyncio.to_thread(path.read_bytes)
        except Exception as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise Gone(f"the attachment {sha256[:12]}… is not in {self._folder}") from error
            raise

    async def check_writable(self) -> None:
        """Raise StoreUnavailable if no file can be written now."""
        async with self.incoming() as incoming:
            await incoming.write(b"?")


def _place(folder: Path, sha256: str) -> Path:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 in lower-case hex: {sha256!r}")
    return folder / sha256[:2] / sha256[2:]


def _open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
