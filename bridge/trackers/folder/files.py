"""Writing so that whoever reads, also after a crash, sees the old or the new, never half."""

import hashlib
import os
import secrets
import shutil
from pathlib import Path

CHUNK = 1024 * 1024
PARTIAL = ".partial-"  # the start of names that no issue and no attachment has


def write_file(path: Path, data: bytes) -> None:
    """Write a file, or replace it, in one step that a power cut can't divide."""
    temporary = _temporary(path.parent)
    try:
        with temporary.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def copy_file(source: Path, target: Path, *, sha256: str) -> bool:
    """Copy a file in one step if its bytes have this digest; return whether they do."""
    temporary = _temporary(target.parent)
    try:
        with source.open("rb") as data, temporary.open("xb") as out:
            digest = hashlib.sha256()
            while chunk := data.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            temporary.unlink()
            return False
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return True


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def new_folder(parent: Path) -> Path:
    """Make a folder below `parent` that nobody takes for an issue yet."""
    folder = _temporary(parent)
    folder.mkdir()
    return folder


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable: a renamed file is not, until its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, *, before: float) -> None:
    """Remove what an earlier crash left half done, if it is older than `before` (epoch seconds)."""
    for left in folder.glob(f"{PARTIAL}*"):
        try:
            if left.lstat().st_mtime < before:
                left.unlink() if not left.is_dir() or left.is_symlink() else shutil.rmtree(left)
        except FileNotFoundError:  # another process finished it in between
            continue


def _temporary(parent: Path) -> Path:
    return parent / f"{PARTIAL}{secrets.token_hex(8)}"
