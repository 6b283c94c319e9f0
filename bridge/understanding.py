"""Understanding: from a kept crash log to a diagnosis of what the tracker may see of it."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from bridge import crash
from bridge.crash import SHIPPED, CrashRules, RuleBook
from bridge.crash.readable import readable
from bridge.model import Attachment, CrashReport, Diagnosis
from bridge.redact import redact_log
from bridge.store import Blobs, Keepsakes
from bridge.symbols import Symbols

EARLIER = 5
"""Earlier rule sets that are remembered; groups made by older ones are found by near matches."""
_RULES = "crash_rules"
_KEPT_DIAGNOSES, _KEPT_FRAMES = 64, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules about frames that are in use, and those that were before, newest first."""

    now: RuleBook = SHIPPED
    earlier: tuple[RuleBook, ...] = ()


def understood(
    log: bytes, *, rules: Rules | None = None, symbols: Symbols | None = None
) -> Diagnosis | None:
    """Return what a log says; None if it is no Apple report.

    Takes seconds for a log of many megabytes, or for the first one of a large build.
    """
    rules = rules or Rules()
    named: Callable[[CrashReport], CrashReport] | None = symbols.symbolicated if symbols else None
    return crash.understand(log, rules=rules.now, earlier=rules.earlier, named=named)


class Understanding:
    """Reads crash logs out of the store, redacted first, and remembers the last ones.

    Mangled names are made readable, where the extra is installed that can.

    `rules` are the team's own; those of earlier starts are in `keepsakes`. With `symbols` frames
    get their names.
    """

    def __init__(
        self,
        blobs: Blobs,
        *,
        keepsakes: Keepsakes | None = None,
        rules: CrashRules | None = None,
        symbols: Symbols | None = None,
    ) -> None:
        self._blobs = blobs
        self._keepsakes = keepsakes
        self._settings = rules or CrashRules()
        self._symbols = symbols
        self._rules: Rules | None = None
        self._starting = asyncio.Lock()
        self._shelf = _Shelf()

    async def of(self, log: Attachment | None) -> Diagnosis | None:
        """Return what a log says; None if there is none, or it is no Apple report."""
        if log is None:
            return None
        kept = self._shelf.get(log.sha256)
        if kept is not None and kept.whole:
            return kept.diagnosis
        rules = await self._in_use()
        data = await self._blobs.read(log.sha256)
        made = await asyncio.to_thread(self._made, data, rules, kept)
        if made is not None:
            self._shelf.put(log.sha256, made)
        return made.diagnosis if made else None

    def _made(self, data: bytes, rules: Rules, kept: "_Kept | None") -> "_Kept | None":
        # Asked for before reading: what arrives meanwhile is looked for again next time.
        generation = self._symbols.generation() if self._symbols else 0
        if kept is not None and kept.generation == generation:
            return kept
        found = understood(redact_log(data), rules=rules, symbols=self._symbols)
        if found is None:
            return None
        whole = self._symbols is None or _is_whole(found.report)
        return _Kept(readable(found), generation, whole=whole)

    async def _in_use(self) -> Rules:
        async with self._starting:
            if self._rules is None:
                book = RuleBook.of(self._settings)
                earlier = await _remembered(book, self._keepsakes) if self._keepsakes else ()
                self._rules = Rules(now=book, earlier=earlier)
            return self._rules


async def _remembered(now: RuleBook, keepsakes: Keepsakes) -> tuple[RuleBook, ...]:
    """Return the rule sets of before, and remember that `now` is in use."""
    text = await keepsakes.get(_RULES)
    before = _books(text) if text else ()
    earlier = tuple(book for book in dict.fromkeys(before) if book != now)[:EARLIER]
    kept = json.dumps([b.settings.model_dump(exclude_defaults=True) for b in (now, *earlier)])
    if kept != text:
        await keepsakes.put(_RULES, kept)
    return earlier


def _books(text: str) -> Sequence[RuleBook]:
    """The rule sets in a kept text; those that this version can't read are left out."""
    found: list[RuleBook] = []
    entries: Any = None
    with suppress(ValueError):
        entries = json.loads(text)
    for entry in cast("list[Any]", entries) if isinstance(entries, list) else []:
        with suppress(ValueError):
            found.append(RuleBook.of(CrashRules.model_validate(entry)))
    return found


@dataclass(frozen=True, slots=True)
class _Kept:
    diagnosis: Diagnosis
    generation: int
    """Of the symbols when it was made."""
    whole: bool
    """Whether more symbols would change nothing."""

    @property
    def frames(self) -> int:
        return sum(len(thread.frames) for thread in self.diagnosis.report.threads)


class _Shelf:
    """The last diagnoses by their log's SHA-256, so many and so large."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def get(self, sha256: str) -> _Kept | None:
        if sha256 in self._kept:
            self._kept.move_to_end(sha256)
        return self._kept.get(sha256)

    def put(self, sha256: str, kept: _Kept) -> None:
        self._kept[sha256] = kept
        self._kept.move_to_end(sha256)
        frames = sum(each.frames for each in self._kept.values())
        while len(self._kept) > _KEPT_DIAGNOSES or frames > _KEPT_FRAMES:
            frames -= self._kept.popitem(last=False)[1].frames


def _is_whole(report: CrashReport) -> bool:
    """Whether more symbols would change nothing: the app's own frames have names and files."""
    stacks = [thread.frames for thread in report.threads]
    stacks += [report.last_exception or (), report.other_backtrace]
    return all(frame.symbol and frame.file for stack in stacks for frame in stack if frame.in_app)
