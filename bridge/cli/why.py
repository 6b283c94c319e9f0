"""Why a group is one group, as `status` tells it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bridge.cli.options import Format, plain, print_json, stdout

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ops.explain import Explanation, Print, Related
    from bridge.store import StatusRow, Store

MEMBERS_SHOWN = 20


async def explanations(
    config: "Config", store: "Store", rows: "Sequence[StatusRow]"
) -> "Sequence[Explanation]":
    """Return the explanations of the groups that these rows are of, in their order."""
    from bridge.app import open_symbols
    from bridge.clock import SystemClock
    from bridge.ops.explain import Explainer
    from bridge.understanding import Understanding

    symbols = open_symbols(config, SystemClock())
    logs = Understanding(store.blobs, rules=config.settings.crash_rules, symbols=symbols)
    explainer = Explainer(store.ledger, logs.of)
    groups = dict.fromkeys(row.group_id for row in rows if row.group_id is not None)
    return [await explainer.explain(await store.ledger.group(one)) for one in groups]


def show(found: "Explanation", output: Format) -> None:
    """Print an explanation: below its rows, or as an object of its own."""
    from bridge.ops.explain import document

    if output is Format.JSON:
        print_json({"explanation": document(found)})
        return
    issue = found.group.issue
    stdout.print(f"\n[bold]Why {plain(issue.key if issue else 'they')} is one group[/]")
    for line in _lines(found):
        stdout.print(f"    {line}")


def _lines(found: "Explanation") -> Iterator[str]:
    from bridge.ops.explain import standing

    if found.print is not None:
        yield from _print(found.print)
    yield "members: " + ", ".join(f"{n} × {plain(how)}" for how, n in found.ways.items())
    for one in found.members[:MEMBERS_SHOWN]:
        build = f"  build {plain(one.build)}" if one.build else ""
        yield f"    {one.at:%Y-%m-%d %H:%M}  {plain(one.submission)}{build}  {plain(one.words)}"
    if len(found.members) > MEMBERS_SHOWN:
        yield f"    … and {len(found.members) - MEMBERS_SHOWN} older"
    for one in found.possibly:
        yield f"possibly the same as {_related(one)}"
    if found.back_from:
        yield f"came back from {_related(found.back_from)}"
    if found.apart_from:
        yield f"taken out by hand of {_related(found.apart_from)}"
    yield from (plain(sentence) for sentence in standing(found.group))


def _print(crash: "Print") -> Iterator[str]:
    yield f"cause: {plain(crash.cause)} ({plain(crash.title)})"
    yield f"fingerprint: {plain(crash.key)}, by the rules of version {plain(crash.version)}"
    if not crash.confident:
        yield "    the stack says little, so different problems may look the same here"
    yield "frames used:" if crash.used else "frames used: none"
    for name in crash.used:
        yield f"    {plain(name)}"
    if crash.skipped:
        yield "passed over:"
    for name, why in crash.skipped:
        yield f"    {plain(name)} — {plain(why)}"


def _related(one: "Related") -> str:
    facts = [fact for fact in (one.percent and f"{one.percent} alike", *one.common) if fact]
    why = f" ({plain('; '.join(facts))})" if facts else ""
    return f"{plain(one.key)} {plain(one.url)}{why}"
