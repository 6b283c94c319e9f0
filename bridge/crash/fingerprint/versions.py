"""The versions of the fingerprint, and the fingerprint that a report has by all of them.

A version is a module here that never changes once it is released. The newest one makes the key;
the others, and a team's earlier rules, make the keys by which existing groups are found first.
"""

from collections.abc import Sequence

from bridge.crash import demangle
from bridge.crash.cause import family_key
from bridge.crash.fingerprint import places, v1
from bridge.crash.fingerprint.parts import parts
from bridge.crash.rules import RuleBook
from bridge.crash.sight import Seen, seen
from bridge.crash.stack import telling_stack
from bridge.model import Cause, CrashReport, Fingerprint

VERSIONS = (v1,)
"""Newest first. Each has a `NAME` and `keys`."""


def fingerprint(
    report: CrashReport,
    cause: Cause,
    views: Sequence[Seen],
    *,
    rules: RuleBook,
    earlier: Sequence[RuleBook] = (),
) -> Fingerprint:
    """The fingerprint of a report whose cause is known, by `rules` and by those of before.

    `views` is its telling stack as `rules` see it.
    """
    newest, *rest = VERSIONS
    now = newest.keys(rules.marked(report), cause, views, version=_version(newest.NAME, rules))
    older = (
        version.keys(
            book.marked(report),
            cause,
            _views(report, cause, book),
            version=_version(version.NAME, book),
        ).key
        for book in dict.fromkeys((rules, *earlier))
        for version in (rest if book == rules else VERSIONS)
    )
    shown = parts(rules.marked(report), cause, views)
    return Fingerprint(
        key=now.key,
        used=now.used,
        skipped=now.skipped,
        confident=now.confident,
        exact=now.exact,
        older=tuple(key for key in dict.fromkeys(older) if key != now.key),
        aliases=(*_aliases(report, cause, rules, now.key), *shown.both),
        wider=shown.asked,
        shown=shown.shown,
    )


def _version(name: str, rules: RuleBook) -> str:
    return f"{name}+{rules.key}" if rules.key else name


def _views(
    report: CrashReport, cause: Cause, rules: RuleBook, *, plain: bool = False
) -> tuple[Seen, ...]:
    return seen(telling_stack(rules.marked(report), family_key(cause)), rules, plain=plain)


def _aliases(report: CrashReport, cause: Cause, rules: RuleBook, key: str) -> tuple[str, ...]:
    marked = rules.marked(report)
    found = (
        places.incident(report),
        places.places(marked, family_key(cause)),
        _by_mangled_names(marked, cause, rules),
    )
    return tuple(alias for alias in found if alias is not None and alias != key)


def _by_mangled_names(report: CrashReport, cause: Cause, rules: RuleBook) -> str | None:
    """The key that the report has where nothing demangles; None where that is the same."""
    frames = telling_stack(report, family_key(cause))
    if not demangle.available() or not any(demangle.is_mangled(f.symbol or "") for f in frames):
        return None
    newest, *_ = VERSIONS
    views = _views(report, cause, rules, plain=True)
    return newest.keys(report, cause, views, version=_version(newest.NAME, rules)).key
