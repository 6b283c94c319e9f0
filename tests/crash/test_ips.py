import json
from typing import Any

import pytest

from bridge.crash import read, understand
from bridge.model import CrashReport, ReportKind
from tests.crash.samples import APP, CART, Crash, Line, ips_body, ips_header, ips_report


def report_of(header: dict[str, Any], body: object) -> CrashReport:
    report = read(f"{json.dumps(header)}\n{json.dumps(body, indent=1)}".encode())
    assert report is not None
    return report


def test_frames_are_resolved_by_their_image() -> None:
    report = report_of(ips_header(Crash()), ips_body(Crash()))

    frame = (report.stack or ())[2]
    assert (frame.symbol, frame.file, frame.line) == ("CartView.total.getter", "CartView.swift", 88)
    assert (frame.address, frame.offset) == (APP.base + 0xC3A0, 0xC3A0)
    assert (frame.image, frame.image_uuid, frame.in_app) == ("Sunrise", APP.uuid, True)


def test_inlined_frames_are_marked() -> None:
    stack = (Line("Sunrise", "CartView.total.getter", 0xC3A0, inlined=True), *CART)

    report = report_of(ips_header(Crash()), ips_body(Crash(stack=stack)))

    assert [frame.inlined for frame in (report.stack or ())[:2]] == [True, False]


def test_the_body_speaks_where_the_header_is_silent() -> None:
    report = report_of({"bug_type": "309"}, ips_body(Crash()))

    assert (report.app_version, report.build) == ("2.4.1", "143")
    assert report.os_version == "iPhone OS 26.1 (23B85)"
    assert report.incident_id == Crash().incident
    assert (report.bundle_id, report.os_name) == ("com.example.sunrise", "iOS")


@pytest.mark.parametrize(
    ("platform", "name"), [(7, "iOS-simulator"), (9, "watchOS-simulator"), (2, "iOS"), ("x", "iOS")]
)
def test_the_platform_tells_a_simulator(platform: object, name: str) -> None:
    report = report_of(ips_header(Crash()) | {"platform": platform}, ips_body(Crash()))

    assert report.os_name == name


def test_a_simulators_own_libraries_are_not_the_apps() -> None:
    devices = "/Users/user/Library/Developer/CoreSimulator/Devices/1F"
    runtime = "/Library/Developer/CoreSimulator/Volumes/iOS/RuntimeRoot/System/Library/UIKitCore"
    body = ips_body(Crash())
    body["procPath"] = f"{devices}/data/Containers/Bundle/Application/2A/Sunrise.app/Sunrise"
    for image in body["usedImages"]:
        image["path"] = runtime if image["name"] == "UIKitCore" else body["procPath"]

    report = report_of(ips_header(Crash()), body)

    assert {f.image for f in report.stack or () if not f.in_app} == {
        "UIKitCore",
        "libswiftCore.dylib",
    }


def test_a_last_exception_and_information_are_read() -> None:
    crash = Crash(last_exception=CART[2:4], information=("*** Terminating app",))

    report = report_of(ips_header(crash), ips_body(crash))

    assert (report.n_last_exception, report.n_stack) == (2, 2)
    assert report.application_info == ("*** Terminating app",)


def test_an_application_specific_backtrace_is_read_from_its_text() -> None:
    trace = "0   CoreFoundation   0x00007fff4590132b __exceptionPreprocess + 171\n"
    body = ips_body(Crash()) | {"asiBacktraces": [trace]}

    report = report_of(ips_header(Crash()), body)

    assert [frame.symbol for frame in report.other_backtrace] == ["__exceptionPreprocess"]


JETSAM = {
    "product": "iPhone17,1",
    "build": "iPhone OS 26.1 (23B85)",
    "incident": "77",
    "largestProcess": "Sunrise",
    "memoryStatus": {"pageSize": 16384},
    "processes": [
        {"name": "heard", "rpages": 12},
        {"name": "maild", "reason": "vm-pageshortage"},
        {"name": "Sunrise", "reason": "per-process-limit", "rpages": 190000},
    ],
}


def test_jetsam_names_the_process_that_was_ended_and_why() -> None:
    diagnosis = understand(f'{{"bug_type":"298"}}\n{json.dumps(JETSAM)}'.encode())

    assert diagnosis is not None
    assert diagnosis.report.kind is ReportKind.JETSAM
    assert diagnosis.report.process == "Sunrise"
    assert diagnosis.report.hardware == "iPhone17,1"
    assert diagnosis.cause.id == "jetsam.per-process-limit"
    assert diagnosis.title == "Memory limit: used more than a process may (Sunrise)"
    assert diagnosis.report.stack is None


@pytest.mark.parametrize(
    ("bug_type", "kind", "title"),
    [
        ("210", ReportKind.PANIC, "Kernel panic"),
        ("151", ReportKind.PANIC, "Kernel panic"),
        ("288", ReportKind.STACKSHOT, "Stackshot"),
        ("211", ReportKind.OTHER, "Analytics report"),
        ("777", ReportKind.OTHER, "Report"),
        ("298", ReportKind.JETSAM, "Memory limit: ended to free memory"),
        ("202", ReportKind.RESOURCE, "Too much CPU time"),
        ("142", ReportKind.RESOURCE, "Too many wake-ups"),
        ("145", ReportKind.RESOURCE, "Too much written to disk"),
        ("309", ReportKind.CRASH, "Crash"),
    ],
)
def test_reports_that_are_no_crash_are_named_for_what_they_are(
    bug_type: str, kind: ReportKind, title: str
) -> None:
    body = {"panicString": "panic(cpu 1 caller 0xfffffff0): btn_rst\nmore", "product": "iPhone17,1"}

    diagnosis = understand(f'{{"bug_type":"{bug_type}"}}\n{json.dumps(body)}'.encode())

    assert diagnosis is not None
    assert (diagnosis.report.kind, diagnosis.title) == (kind, title)


@pytest.mark.parametrize("shape", [None, 7, "x", [], {}, [None], [7], [[]], [{}], {"a": []}, 1e308])
@pytest.mark.parametrize("key", [*ips_body(Crash(last_exception=CART)), "asiBacktraces"])
def test_any_value_may_have_any_shape(key: str, shape: object) -> None:
    body = ips_body(Crash(last_exception=CART)) | {key: shape}

    diagnosis = understand(f"{json.dumps(ips_header(Crash()))}\n{json.dumps(body)}".encode())

    assert diagnosis is not None
    assert not any("mistake" in warning for warning in diagnosis.report.warnings)


@pytest.mark.parametrize("shape", [None, -1, 10**30, "x", [], {}, True, 0.5])
@pytest.mark.parametrize(
    "key", ["imageIndex", "imageOffset", "symbol", "symbolLocation", "sourceLine"]
)
def test_a_frames_values_may_have_any_shape(key: str, shape: object) -> None:
    body = ips_body(Crash())
    body["threads"][0]["frames"][2][key] = shape

    diagnosis = understand(f"{json.dumps(ips_header(Crash()))}\n{json.dumps(body)}".encode())

    assert diagnosis is not None
    assert diagnosis.report.n_stack == len(CART)
    assert not any("mistake" in warning for warning in diagnosis.report.warnings)


def test_a_cut_body_keeps_the_threads_before_the_cut() -> None:
    text = ips_report(Crash(crashed=0))
    cut = text[: text.index('"usedImages"')]

    report = read(cut.encode())

    assert report is not None
    assert [frame.symbol for frame in report.stack or ()] == [line.symbol for line in CART]
    assert "cut off" in report.warnings[0]


def test_registers_are_the_crashed_threads_by_name() -> None:
    body = ips_body(Crash(crashed=1))
    body["threads"][0]["threadState"] = {"x": [{"value": 9}], "pc": {"value": 9}}
    body["threads"][1]["threadState"] = {
        "x": [{"value": 1}, {"value": 18446744073709551612}, {"symbol": "none"}],
        "flavor": "ARM_THREAD_STATE64",
        "pc": {"value": 4328307236, "matchesCrashFrame": 1},
        "esr": {"value": 2449473542, "description": "(Data Abort) byte read Translation fault"},
    }

    report = report_of(ips_header(Crash()), body)

    assert report.registers == {
        "x0": 1, "x1": 18446744073709551612, "pc": 4328307236, "esr": 2449473542,
    }  # fmt: skip


def test_the_highlighted_thread_stands_in_for_a_faulting_one() -> None:
    body: dict[str, Any] = ips_body(Crash()) | {"legacyInfo": {"threadHighlighted": 1}}
    del body["faultingThread"]
    del body["threads"][0]["triggered"]

    assert report_of(ips_header(Crash()), body).crashed_thread == 1


@pytest.mark.parametrize("key", ["vmRegionInfo", "vmregioninfo"])
def test_the_region_of_memory_is_said_by_either_key(key: str) -> None:
    body = ips_body(Crash()) | {key: "0 is not in any region."}

    assert report_of(ips_header(Crash()), body).vm_region == "0 is not in any region."


def test_what_is_remarked_on_the_report_is_kept() -> None:
    body = ips_body(Crash()) | {
        "reportNotes": ["dyld_process_snapshot_get_shared_cache failed"],
        "isSimulated": True,
        "simulatedCaller": "cameracaptured",
    }

    assert report_of(ips_header(Crash()), body).report_notes == (
        "dyld_process_snapshot_get_shared_cache failed",
        "SIMULATED (this is NOT a crash) requested by cameracaptured",
    )


def test_what_dyld_and_the_exception_say_is_information_about_the_app() -> None:
    body = ips_body(Crash()) | {
        "exceptionReason": {"composed_message": "*** -[__NSArrayM insertObject:]: nil"},
        "fatalDyldError": "Library not loaded: @rpath/Kit",
        "asiSignatures": ["API Misuse"],
    }

    assert report_of(ips_header(Crash()), body).application_info == (
        "*** -[__NSArrayM insertObject:]: nil",
        "Library not loaded: @rpath/Kit",
        "API Misuse",
    )


def test_raw_codes_stand_in_for_written_ones() -> None:
    body = ips_body(Crash())
    body["exception"] = {"type": "EXC_BAD_ACCESS", "rawCodes": [1, 24, -1]}

    assert report_of(ips_header(Crash()), body).exception_codes == (
        "0x0000000000000001, 0x0000000000000018, 0xffffffffffffffff"
    )


def test_a_long_backtrace_of_the_app_is_read_to_its_end() -> None:
    lines = [
        f"{n:<4}Sunrise                             0x{0x102B40000 + n:016x} -[Cart total] + {n}"
        for n in range(300)
    ]
    body = ips_body(Crash()) | {"asiBacktraces": ["\n".join(lines), "0  Other  0x1 f + 1"]}

    other = report_of(ips_header(Crash()), body).other_backtrace

    assert len(other) == 300
    assert (other[299].symbol, other[299].symbol_offset) == ("-[Cart total]", 299)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("Watch OS 11.1 (22R585)", "watchOS"),
        ("watchOS 26.0 (23R352)", "watchOS"),
        ("Apple TVOS 18.0 (22J357)", "tvOS"),
        ("xrOS 1.1.1 (21O224)", "visionOS"),
        ("visionOS 26.0 (23M336)", "visionOS"),
        ("iPad OS 26.1 (23B85)", "iPadOS"),
        ("macOS 26.3 (25D125)", "macOS"),
    ],
)
def test_each_system_has_its_name(version: str, name: str) -> None:
    assert report_of(ips_header(Crash(system=version)), ips_body(Crash())).os_name == name
