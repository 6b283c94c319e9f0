"""Apple's .ips reports: a header line of JSON, and a body that is JSON too.

Crashes have threads and images; jetsam events, panics, stackshots and the like have bodies of
their own, of which we read what identifies them.
"""

from typing import Any, cast

from bridge.crash.draft import Draft, Stack
from bridge.crash.ips_threads import fill_threads
from bridge.crash.json_body import Table, lines, table, tables, text, texts
from bridge.crash.platform import BUG_TYPES, system_name
from bridge.crash.text_frame import read_frame
from bridge.model import ReportKind

LOCKED = "The device was not unlocked since it started."
"""The note of a body that says so by `wasUnlockedSinceBoot`."""
_INFORMATION_LINES = 200
_MASK = (1 << 64) - 1
SIMULATED = "SIMULATED (this is NOT a crash)"
"""How the text form puts it that a report was asked for and nothing crashed."""


def fill_header(draft: Draft, header: Table) -> None:
    """Put an .ips header line into the draft."""
    draft.fields.update(
        bug_type=text(header, "bug_type"),
        incident_id=text(header, "incident_id"),
        os_version=text(header, "os_version"),
        captured_at=text(header, "timestamp"),
        app_version=text(header, "app_version"),
        build=text(header, "build_version"),
        bundle_id=text(header, "bundleID"),
        process=text(header, "app_name") or text(header, "name"),
    )
    draft.fields["os_name"] = system_name(
        draft.fields["os_version"], platform=header.get("platform")
    )
    draft.kind = kind_of(draft.fields["bug_type"])


def kind_of(bug_type: str | None) -> ReportKind:
    """What sort of report a header's bug type announces."""
    if bug_type is None:
        return ReportKind.CRASH
    return BUG_TYPES.get(bug_type, (ReportKind.OTHER, ""))[0]


def fill_body(draft: Draft, body: Table, *, plain: bool = False) -> None:
    """Put the JSON body into the draft; what the header said already stays.

    `plain` where its text holds ASCII without NULs only.
    """
    _fill_identity(draft, body)
    if draft.kind is ReportKind.JETSAM:
        _fill_jetsam(draft, body)
        return
    if draft.kind in {ReportKind.PANIC, ReportKind.STACKSHOT}:
        _fill_panic(draft, body)
        return
    _fill_exception(draft, body)
    _fill_information(draft, body)
    fill_threads(draft, body, plain=plain)
    if draft.kind is ReportKind.OTHER and draft.threads and draft.fields.get("exception_type"):
        draft.kind = ReportKind.CRASH
    if (draft.fields.get("exception_type") or "").startswith("EXC_RESOURCE"):
        draft.kind = ReportKind.RESOURCE


def _fill_identity(draft: Draft, body: Table) -> None:
    bundle, system = table(body, "bundleInfo"), table(body, "osVersion")
    train, build = text(system, "train"), text(system, "build")
    draft.path = text(body, "procPath")
    found = {
        "bug_type": text(body, "bug_type"),
        "incident_id": text(body, "incident"),
        "os_version": f"{train} ({build})" if train and build else train or text(body, "build"),
        "app_version": text(bundle, "CFBundleShortVersionString"),
        "build": text(bundle, "CFBundleVersion"),
        "bundle_id": text(bundle, "CFBundleIdentifier"),
        "hardware": text(body, "modelCode") or text(body, "product"),
        "role": text(body, "procRole"),
        "launched_at": text(body, "procLaunch"),
        "vm_region": text(body, "vmRegionInfo") or text(body, "vmregioninfo"),
    }
    for field, value in found.items():
        if value and not draft.fields.get(field):
            draft.fields[field] = value
    # The body is the more exact one of these.
    draft.fields["captured_at"] = text(body, "captureTime") or draft.fields.get("captured_at")
    draft.fields["process"] = text(body, "procName") or draft.fields.get("process")
    if not draft.fields.get("os_name"):
        draft.fields["os_name"] = system_name(draft.fields.get("os_version"), path=draft.path)


def _fill_exception(draft: Draft, body: Table) -> None:
    exception, end = table(body, "exception"), table(body, "termination")
    kind, signal = text(exception, "type"), text(exception, "signal")
    draft.fields.update(
        exception_type=f"{kind} ({signal})" if kind and signal else kind or signal,
        exception_subtype=text(exception, "subtype"),
        exception_codes=text(exception, "codes") or _codes(exception),
        signal=signal.partition(" ")[0] if signal else None,
        termination=" ".join(
            part
            for part in (text(end, "namespace"), text(end, "code"), text(end, "indicator"))
            if part
        )
        or None,
    )
    draft.termination_details.extend(texts(end, "details") + texts(end, "reasons"))
    draft.application_info.extend(texts(exception, "message"))


def _codes(exception: Table) -> str | None:
    """`0x0000000000000001, 0x0000000000000018`, as the text form writes the raw codes."""
    codes = exception.get("rawCodes")
    if not isinstance(codes, list):
        return None
    items = [code for code in cast("list[Any]", codes)[:8] if isinstance(code, int)]
    return ", ".join(f"0x{code & _MASK:016x}" for code in items) or None


def _fill_information(draft: Draft, body: Table) -> None:
    """`asi` is a table of image → lines; `asiBacktraces` are backtraces as text."""
    asi = table(body, "asi")
    found = [line for image in asi for line in texts(asi, image)]
    found += texts(table(body, "exceptionReason"), "composed_message")
    for key in ("fatalDyldError", "dyldMessages", "asiSignatures"):
        found += texts(body, key)
    draft.application_info.extend(found[:_INFORMATION_LINES])
    draft.report_notes.extend(_notes(body)[:_INFORMATION_LINES])
    stack = Stack()
    for line in lines(body, "asiBacktraces"):
        frame = read_frame(line)
        if frame is None:
            continue
        if frame.index == 0 and stack.count:
            break
        stack.add(frame)
    if stack.count:
        draft.other_backtrace = stack


def _notes(body: Table) -> list[str]:
    """What is remarked on the report itself."""
    notes = lines(body, "reportNotes")
    if body.get("isSimulated"):
        caller = text(body, "simulatedCaller")
        notes.append(SIMULATED + (f" requested by {caller}" if caller else ""))
    elif body.get("isNonFatal"):
        notes.append("NON-FATAL CONDITION (this is NOT a crash)")
    if body.get("wasUnlockedSinceBoot") == 0:
        notes.append(LOCKED)
    return notes


def _fill_jetsam(draft: Draft, body: Table) -> None:
    """Name the process that was ended, and why: the one entry with a `reason`."""
    ended = [entry for entry in tables(body, "processes") if text(entry, "reason")]
    named = [entry for entry in ended if text(entry, "name")]
    largest = text(body, "largestProcess")
    chosen = next((e for e in named if text(e, "name") == largest), named[0] if named else None)
    draft.fields["process"] = text(chosen, "name") if chosen else largest
    draft.fields["termination"] = None
    if chosen is not None:
        draft.application_info.append(f"reason: {text(chosen, 'reason')}")
    if largest:
        draft.application_info.append(f"largest process: {largest}")


def _fill_panic(draft: Draft, body: Table) -> None:
    message = text(body, "panicString") or text(body, "string") or text(body, "reason")
    if message:
        draft.application_info.append(message.splitlines()[0])
