"""The folder on disk: blocking, one step at a time, and safe to kill between any two of them."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bridge.errors import Gone, LostAnswer, Unreadable
from bridge.markup import plain_line
from bridge.model import Attachment, IssueDraft, Marker
from bridge.trackers.folder.files import (
    copy_file,
    digest_of,
    new_folder,
    sweep,
    sync_folder,
    write_file,
)
from bridge.trackers.folder.page import new_page
from bridge.trackers.folder.record import Record, read_record

PAGE = "issue.md"
RECORD = "issue.json"
LAST = ".last-number"
WORKSHOP = ".new"  # holds unfinished issues, one level below where anybody looks for issues
_KEY = re.compile(r"FB-(\d{4,9})")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}")


class Shelf:
    """A folder of issues."""

    def __init__(self, root: Path) -> None:
        """Keep issues below `root`, which need not exist yet."""
        self.root = root

    def last_number(self) -> int:
        """Return the highest number ever given here, also to an issue that was deleted since."""
        numbers = [number for number, _ in self._numbered()]
        noted = self.root / LAST
        if noted.is_file():
            digits = noted.read_text("ascii", "replace").strip()
            numbers.append(int(digits) if digits.isascii() and digits.isdigit() else 0)
        return max(numbers, default=0)

    def find(self, marker: Marker, above: int) -> str | None:
        """Return the key of the first issue above a number that holds the marker's key."""
        for number, folder in sorted(self._numbered()):
            if number > above and self._holds(folder, marker.key):
                return folder.name
        return None

    def create(self, draft: IssueDraft, labels: list[str], *, before: float) -> str:
        """Create the issue in one step and return its key; `before` is the age of leftovers."""
        self.root.mkdir(parents=True, exist_ok=True)
        workshop = self.root / WORKSHOP
        workshop.mkdir(exist_ok=True)
        for place in (self.root, workshop):
            sweep(place, before=before)
        draft = replace(draft, title=plain_line(draft.title))
        folder = new_folder(workshop)
        write_file(folder / PAGE, _bytes(new_page(draft.title, draft.block, draft.marker)))
        number = self.last_number()
        while True:
            number += 1
            record = Record(
                key=f"FB-{number:04d}",
                title=draft.title,
                state="open",
                marker=draft.marker.text,
                labels=labels,
            )
            write_file(folder / RECORD, record.to_json())
            write_file(self.root / LAST, f"{number}\n".encode())
            if self._place(folder, record.key):
                return record.key

    def has(self, key: str) -> bool:
        """Return whether the issue is there."""
        return _KEY.fullmatch(key) is not None and (self.root / key / RECORD).is_file()

    def record(self, key: str) -> Record:
        """Return the issue's record; raises `Gone` and `Unreadable`."""
        file = self._folder(key) / RECORD
        return read_record(file.read_bytes(), where=str(file))

    def keep(self, key: str, record: Record) -> None:
        """Write the issue's record if it changed.

        The time of a closing that people left out is noted first: afterwards it is lost.
        """
        if record != self.record(key):
            complete = record.completed(self.written(key))
            write_file(self._folder(key) / RECORD, complete.to_json())

    def written(self, key: str) -> datetime:
        """Return when the issue's record was written; raises `Gone`."""
        modified = (self._folder(key) / RECORD).stat().st_mtime_ns
        return datetime.fromtimestamp(modified // 1_000_000_000, UTC)

    def stamp(self, key: str) -> int | None:
        """Return a number that is another one whenever the record was edited; None if it's gone."""
        try:
            return (self.root / key / RECORD).stat().st_mtime_ns if _KEY.fullmatch(key) else None
        except FileNotFoundError:
            return None

    def page(self, key: str) -> str:
        """Return the issue's page; empty if somebody deleted it alone."""
        file = self._folder(key) / PAGE
        return file.read_bytes().decode("utf-8", "surrogateescape") if file.is_file() else ""

    def keep_page(self, key: str, page: str) -> None:
        """Write the issue's page if it changed."""
        if page != self.page(key):
            write_file(self._folder(key) / PAGE, _bytes(page))

    def attach(self, key: str, source: Path, file: Attachment) -> str | None:
        """Put a file beside the page; return why not, if not."""
        if not _NAME.fullmatch(file.name) or file.name in (PAGE, RECORD):
            return "its name can't be used here"
        target = self._folder(key) / file.name
        if target.exists():
            if not target.is_file() or digest_of(target) != file.sha256:
                return "another file has this name"
        elif not source.is_file():
            return "it is not in the attachment store"
        elif not copy_file(source, target, sha256=file.sha256):
            return "its content changed in the attachment store"
        self.keep(key, self.record(key).with_attachment(file.name, file.size, file.sha256))
        return None

    def writable(self) -> Path | None:
        """Return the folder that can't be written, if issues could not be kept here."""
        place = self.root
        while not place.exists() and place != place.parent:
            place = place.parent
        return None if place.is_dir() and os.access(place, os.W_OK | os.X_OK) else place

    def _folder(self, key: str) -> Path:
        if not self.has(key):
            raise Gone(f"there is no issue {key} in {self.root}")
        return self.root / key

    def _numbered(self) -> Iterator[tuple[int, Path]]:
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if found := _KEY.fullmatch(folder.name):
                yield int(found[1]), folder

    def _holds(self, folder: Path, key: str) -> bool:
        file = folder / RECORD
        if not file.is_file():
            return False
        data = file.read_bytes()
        try:
            return read_record(data, where=str(file)).marker.startswith(f"{key} ")
        except Unreadable:  # edited by hand and broken: still ours
            return f'"marker": "{key} '.encode() in data

    def _place(self, folder: Path, key: str) -> bool:
        """Give the finished folder its name; False if somebody else has just taken it."""
        target = self.root / key
        if target.exists():
            return False
        try:
            folder.rename(target)
        except OSError:
            if target.exists():
                return False
            raise
        try:
            sync_folder(self.root)
        except OSError as error:
            raise LostAnswer(f"whether {target} lasts is unknown: {error.strerror}") from error
        return True


def _bytes(page: str) -> bytes:
    return page.encode("utf-8", "surrogateescape")
