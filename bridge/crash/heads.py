"""The head of a text report: which keys there are, and which field each one fills."""

import re
from collections.abc import Mapping, Sequence

from bridge.crash.draft import Draft
from bridge.crash.platform import split_version, system_name
from bridge.crash.words import known
from bridge.model import ReportKind

_FIELDS = (
    # field, keys that say it; the first that is there counts
    ("incident_id", ("Incident Identifier",)),
    ("hardware", ("Hardware Model", "Hardware model", "Model")),
    ("os_version", ("OS Version",)),
    ("captured_at", ("Date/Time",)),
    ("launched_at", ("Launch Time",)),
    ("role", ("Role",)),
    ("exception_type", ("Exception Type",)),
    ("exception_subtype", ("Exception Subtype",)),
    ("exception_codes", ("Exception Codes",)),
    ("termination", ("Termination Reason",)),
    ("bundle_id", ("Identifier",)),
)
_OTHERS = (
    "Process", "Command", "Path", "Version", "Triggered by Thread", "Crashed Thread",
    "CrashReporter Key", "Crash Reporter Key", "Code Type", "Parent Process", "Parent",
    "Coalition", "Report Version", "Exception Message", "Exception Note", "Exception Reason",
    "Termination Signal", "Terminating Process", "Highlighted by Thread", "Filtered syslog",
    "Kernel Triage", "System Integrity Protection", "Event", "Notes", "Release Type",
    "Baseband Version", "AppStoreTools", "AppVariant", "Beta", "Distributor ID", "Device Model",
    "Responsible Process", "Responsible PID", "User ID", "Anonymous UUID", "Beta Identifier",
    "Bridge OS Version", "Sleep/Wake UUID", "Time Awake Since Boot", "Time Since Wake", "UDID",
    "External Modification Warnings", "Filtered log messages", "VM Region Summary",
)  # fmt: skip
_TERMINATION = ("Termination Reason", "Termination Description")
_INFORMATION = (
    "Application Specific Information",
    "Application Specific Signatures",
    "Exception Reason",
    "Dyld Error Message",
)
NOTES = ("Error Formulating Crash Report", "Report Notes")
"""Keys of the blocks in which the system's reporter remarks on the report itself."""
_MEMORY = ("VM Region Info", "VM Regions Near")

HEAD = frozenset({key for _, keys in _FIELDS for key in keys}).union(
    _OTHERS, _TERMINATION, _INFORMATION, _MEMORY, NOTES
)
"""Keys of the lines that we read; what else stands before a colon is prose or detail."""
BLOCKS = frozenset({*_TERMINATION, *_INFORMATION, *_MEMORY, *NOTES})
"""Keys whose value goes on in the lines below, up to a blank one."""

_SIGNAL = re.compile(r"\((SIG[A-Z]{1,12})")
_NUMBER = re.compile(r"\s{0,16}(\d{1,9})")
_EVENTS = {
    "cpu usage": (ReportKind.RESOURCE, "EXC_RESOURCE"),
    "wakeups": (ReportKind.RESOURCE, "EXC_RESOURCE"),
    "disk writes": (ReportKind.RESOURCE, "EXC_RESOURCE"),
    "hang": (ReportKind.HANG, None),
}


def fill_head(draft: Draft, head: Mapping[str, str], blocks: Mapping[str, Sequence[str]]) -> None:
    """Put the head's lines into the draft; a field that it has already is left as it is."""
    fields = draft.fields
    for field, keys in _FIELDS:
        _set(draft, field, next((head[key] for key in keys if head.get(key)), None))
    process = head.get("Process") or head.get("Command")
    _set(draft, "process", _without_pid(process))
    draft.path = draft.path or known(head.get("Path"))
    exception = fields.get("exception_type") or ""
    signal = _SIGNAL.search(exception)
    _set(draft, "signal", signal[1] if signal else exception if exception[:3] == "SIG" else None)
    _set(draft, "os_name", system_name(fields.get("os_version"), path=draft.path))
    _fill_version(draft, head)
    if draft.claimed is None:
        draft.claimed = _claimed(head)
    _fill_kind(draft, head)
    _fill_blocks(draft, head, blocks)


def _set(draft: Draft, field: str, value: str | None) -> None:
    text = known(value)
    if text and not draft.fields.get(field):
        draft.fields[field] = text


def _without_pid(process: str | None) -> str | None:
    """`Sunrise` of `Sunrise [1390]`; a name may hold spaces and brackets of its own."""
    text = (process or "").strip()
    name, bracket, pid = text.rpartition(" [")
    return name.strip() if bracket and pid.endswith("]") and pid[:-1].isdigit() else text or None


def _fill_version(draft: Draft, head: Mapping[str, str]) -> None:
    if draft.fields.get("app_version"):
        return
    # Other reporters in Apple's layout name a bare signal as the exception.
    foreign = (draft.fields.get("exception_type") or "").startswith("SIG")
    version, build = split_version(
        head.get("Version"),
        os_version=draft.fields.get("os_version"),
        apple=not foreign and "Command" not in head,
    )
    _set(draft, "app_version", version)
    _set(draft, "build", build)


def _claimed(head: Mapping[str, str]) -> int | None:
    for key in ("Triggered by Thread", "Crashed Thread", "Highlighted by Thread"):
        number = _NUMBER.match(head.get(key, ""))
        if number is not None:
            return int(number[1])
    return None


def _fill_kind(draft: Draft, head: Mapping[str, str]) -> None:
    event = (head.get("Event") or "").strip().lower()
    if draft.kind is ReportKind.CRASH and event in _EVENTS:
        draft.kind = _EVENTS[event][0]
    if (draft.fields.get("exception_type") or "").startswith("EXC_RESOURCE"):
        draft.kind = ReportKind.RESOURCE
    if event:
        draft.application_info.append(f"Event: {event}")
    # `Exception Message: (Limit 50%) Observed 60% over 180 secs`
    message = known(head.get("Exception Message"))
    if message:
        draft.application_info.append(message)


def _fill_blocks(
    draft: Draft, head: Mapping[str, str], blocks: Mapping[str, Sequence[str]]
) -> None:
    for key in _INFORMATION:
        first = "" if key.startswith("Application") else known(head.get(key))
        draft.application_info.extend([*([first] if first else []), *blocks.get(key, ())])
    for key in NOTES:
        draft.report_notes.extend(line for line in (head.get(key), *blocks.get(key, ())) if line)
    note = head.get("Exception Note", "")
    if "NOT a crash" in note:
        draft.report_notes.append(note)
    description = known(head.get("Termination Description"))
    if description:
        draft.termination_details.append(description)
    for key in _TERMINATION:
        draft.termination_details.extend(blocks.get(key, ()))
    for key in _MEMORY:
        lines = [head.get(key, ""), *blocks.get(key, ())] if key in head else []
        _set(draft, "vm_region", "\n".join(lines))
