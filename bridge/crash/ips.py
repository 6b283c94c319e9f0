"""Apple's .ips reports: a header line of JSON, and a body that is JSON too.

Crashes have threads and images; jetsam events, panics, stackshots and the like have bodies of
their own, of which we read what identifies them.
"""

from bridge.crash.draft import Draft, DraftThread, Stack
from bridge.crash.images import last_part
from bridge.crash.json_body import Table, number, table, tables, text, texts
from bridge.crash.platform import BUG_TYPES, system_name
from bridge.crash.text_frame import RawFrame, read_frame, source_place
from bridge.model import BinaryImage, ReportKind

_INFORMATION_LINES = 200


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


def fill_body(draft: Draft, body: Table) -> None:
    """Put the JSON body into the draft; what the header said already stays."""
    _fill_identity(draft, body)
    if draft.kind is ReportKind.JETSAM:
        _fill_jetsam(draft, body)
        return
    if draft.kind in {ReportKind.PANIC, ReportKind.STACKSHOT}:
        _fill_panic(draft, body)
        return
    _fill_exception(draft, body)
    _fill_information(draft, body)
    _fill_threads(draft, body)
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
        "vm_region": text(body, "vmRegionInfo"),
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
        exception_codes=text(exception, "codes"),
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


def _fill_information(draft: Draft, body: Table) -> None:
    """`asi` is a table of image → lines; `asiBacktraces` are backtraces as text."""
    lines = [line for image in table(body, "asi") for line in texts(table(body, "asi"), image)]
    draft.application_info.extend(lines[:_INFORMATION_LINES])
    for trace in texts(body, "asiBacktraces")[:1]:
        stack = Stack()
        for line in trace.splitlines():
            frame = read_frame(line)
            if frame is not None:
                stack.add(frame)
        draft.other_backtrace = stack


def _fill_threads(draft: Draft, body: Table) -> None:
    images = tables(body, "usedImages")
    draft.images.extend(_image(entry) for entry in images)
    names: dict[str, str] = {}
    for index, entry in enumerate(tables(body, "threads")):
        thread = DraftThread(index, crashed=entry.get("triggered") is True)
        thread.name, thread.queue = text(entry, "name"), text(entry, "queue")
        thread.stack = _stack(tables(entry, "frames"), draft.images, names)
        draft.threads.append(thread)
    claimed = number(body, "faultingThread")
    draft.claimed = claimed if claimed is not None and claimed >= 0 else None
    exception = tables(body, "lastExceptionBacktrace")
    if exception:
        draft.last_exception = _stack(exception, draft.images, names)


def _image(entry: Table) -> BinaryImage:
    path = text(entry, "path")
    return BinaryImage(
        name=text(entry, "name") or last_part(path) or "???",
        uuid=(text(entry, "uuid") or "").replace("-", "").lower() or None,
        base=number(entry, "base"),
        size=number(entry, "size"),
        arch=text(entry, "arch"),
        path=path,
    )


def _stack(entries: list[Table], images: list[BinaryImage], names: dict[str, str]) -> Stack:
    stack = Stack()
    for entry in entries:
        stack.add(_frame(entry, stack.count, images, names))
    return stack


def _frame(entry: Table, index: int, images: list[BinaryImage], names: dict[str, str]) -> RawFrame:
    place, offset = number(entry, "imageIndex"), number(entry, "imageOffset")
    image = images[place] if place is not None and 0 <= place < len(images) else None
    symbol = text(entry, "symbol")
    base = image.base if image else None
    frame = RawFrame(
        index,
        image.name if image else None,
        address=base + offset if base is not None and offset is not None else None,
        # One string a name, however many frames have it.
        symbol=names.setdefault(symbol, symbol) if symbol else None,
        offset=offset,
        symbol_offset=number(entry, "symbolLocation"),
        inlined=entry.get("inline") is True,
        image_index=place if image else None,
    )
    frame.file, frame.line = source_place(text(entry, "sourceFile"), number(entry, "sourceLine"))
    return frame


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
