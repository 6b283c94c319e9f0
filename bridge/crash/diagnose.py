"""From a parsed report to what we make of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bridge.crash.cause import cause_of, family_key
from bridge.crash.facts import facts
from bridge.crash.fingerprint.versions import fingerprint
from bridge.crash.read import read
from bridge.crash.rules import SHIPPED, RuleBook
from bridge.crash.sight import seen
from bridge.crash.stack import telling_stack
from bridge.crash.title import blame, title
from bridge.crash.trace import trace
from bridge.model import CrashReport, Diagnosis, Fingerprint, ReportKind


def understand(
    data: bytes,
    *,
    rules: RuleBook = SHIPPED,
    earlier: Sequence[RuleBook] = (),
    named: Callable[[CrashReport], CrashReport] | None = None,
) -> Diagnosis | None:
    """What a crash log says and what we make of it; None where the bytes are no Apple report.

    `rules` are those of now, `earlier` those that existing groups may have been made by, newest
    first. `named` gives a report's frames the names that its dSYMs have; the fingerprint keeps
    the keys of the form without them. Never raises, whatever the bytes. What can't be read is one
    of the report's warnings.
    """
    try:
        report = read(data)
        if report is None:
            return None
        plain = diagnosed(report, rules=rules, earlier=earlier)
        told = named(report) if named is not None else report
        if told is report:
            return plain
        found = diagnosed(told, rules=rules, earlier=earlier)
        return replace(found, fingerprint=_joined(found.fingerprint, plain.fingerprint))
    except Exception as exc:  # noqa: BLE001  # a feedback must not be lost to a mistake of ours
        warning = f"The log could not be understood, by a mistake of this program: {exc!r}."
        broken = CrashReport(format="crash-text", kind=ReportKind.OTHER, warnings=(warning[:500],))
        return diagnosed(broken)


def diagnosed(
    report: CrashReport, *, rules: RuleBook = SHIPPED, earlier: Sequence[RuleBook] = ()
) -> Diagnosis:
    """The cause, fingerprint, title and frame to blame of a report; `understand` has the rest."""
    marked = rules.marked(report)
    cause = cause_of(marked)
    views = seen(telling_stack(marked, family_key(cause)), rules)
    at = blame(views)
    return Diagnosis(
        report=marked,
        cause=cause,
        fingerprint=fingerprint(report, cause, views, rules=rules, earlier=earlier),
        title=title(marked, cause, at),
        blame=at.frame if at else None,
        trace=trace(cause, views),
        facts=facts(marked, cause),
    )


def is_nameless(diagnosis: Diagnosis) -> bool:
    """Whether the app's own code is in the stack and none of it has a name."""
    blamed = diagnosis.blame
    return blamed is not None and blamed.in_app and not diagnosis.trace.frames


def _joined(named: Fingerprint, plain: Fingerprint) -> Fingerprint:
    """The fingerprint of a report with names, found by what it was known by without them too.

    A key of unnamed places is one place in one build, and proves the same problem. One of names
    is coarser than the new one, which has inlined functions: groups of before are found by it,
    and no new one gets it.
    """
    finer = (plain.exact,) if plain.exact else ()
    placed = any(word.startswith("u:") for word in plain.used)
    older = (*named.older, *finer, *plain.older, *(() if placed else (plain.key,)))
    aliases = (*named.aliases, *((plain.key,) if placed else ()), *plain.aliases)
    own = {named.key, named.exact}
    return replace(
        named,
        older=tuple(key for key in dict.fromkeys(older) if key not in own),
        aliases=tuple(key for key in dict.fromkeys(aliases) if key not in own),
    )
