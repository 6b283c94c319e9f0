import json

import pytest

from bridge.crash import inspection, read, understand
from bridge.model import CrashReport, ReportKind
from tests.crash.samples import CART, Crash, ips_body, ips_header, ips_report, text_report
from tests.crash.samples import translated_report as translated

TEXT = text_report()


def read_text(text: str) -> CrashReport:
    report = read(text.encode())
    assert report is not None
    return report


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (TEXT, "crash-text"),
        (ips_report(), "ips-json"),
        (translated(), "translated-json"),
        (translated().partition("-----------\nFull Report")[0], "translated-text"),
        (json.dumps(ips_header(Crash(), "109")) + "\n" + TEXT, "ips-text"),
        (json.dumps(ips_body(Crash()), indent=2), "ips-json"),
    ],
)
def test_each_format_is_recognised_and_says_the_same(text: str, layout: str) -> None:
    report = read_text(text)

    assert report.format == layout
    assert (report.process, report.bundle_id) == ("Sunrise", "com.example.sunrise")
    assert (report.app_version, report.build) == ("2.4.1", "143")
    assert (report.os_name, report.os_version) == ("iOS", "iPhone OS 26.1 (23B85)")
    assert report.hardware == "iPhone17,1"
    assert report.exception_type == "EXC_BREAKPOINT (SIGTRAP)"
    assert (report.signal, report.crashed_thread) == ("SIGTRAP", 0)
    assert report.termination == "SIGNAL 5 Trace/BPT trap: 5"
    assert report.n_stack == len(CART)
    assert [f.symbol for f in report.stack or ()] == [line.symbol for line in CART]
    assert report.app_image == "Sunrise"
    assert report.warnings == ()


WRAPPERS = {
    "a byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "carriage returns": TEXT.replace("\n", "\r\n").encode(),
    "carriage returns alone": TEXT.replace("\n", "\r").encode(),
    "a mail": f"From: tester\nSubject: it broke\n\nProcess: see below\n\n{TEXT}\n-- \nme".encode(),
    "a quoted mail": "".join(f"> {line}\n" for line in TEXT.splitlines()).encode(),
    "a quoted mail with carriage returns": "".join(
        f"> {line}\r\n" for line in TEXT.splitlines()
    ).encode(),
    "an indented block": "".join(f"    {line}\n" for line in TEXT.splitlines()).encode(),
    "a code fence": f"It crashed:\n```\n{TEXT}\n```\nExit Code: 3\n".encode(),
    "an answer of App Store Connect": json.dumps(
        {"data": {"type": "betaCrashLogs", "id": "1", "attributes": {"logText": TEXT}}}
    ).encode(),
    "tabs": TEXT.replace("  ", "\t").encode(),
    "no-break spaces": TEXT.replace("   ", " \N{NO-BREAK SPACE} ").encode(),
}


@pytest.mark.parametrize("wrapped", WRAPPERS.values(), ids=WRAPPERS)
def test_what_is_wrapped_around_a_report_changes_nothing(wrapped: bytes) -> None:
    plain, report = read(TEXT.encode()), read(wrapped)

    assert plain is not None
    assert report is not None
    assert report.stack == plain.stack
    assert report.images == plain.images
    assert (report.termination, report.app_version, report.build) == (
        plain.termination,
        plain.app_version,
        plain.build,
    )


def test_a_wrapped_ips_file_is_read_too() -> None:
    quoted = "".join(f"> {line}\n" for line in ips_report().splitlines())

    assert read_text(f"see\n{quoted}\nthanks").stack == read_text(ips_report()).stack


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"It crashes when I tap the cart.",
        b"Path: /a\nVersion: 2\n",
        b"{}",
        b'{"logText": "hello"}',
        b"<html><body>404</body></html>",
        bytes(range(256)) * 40,
    ],
)
def test_what_is_no_apple_report_is_none(data: bytes) -> None:
    assert read(data) is None
    assert understand(data) is None
    assert set(inspection("a.txt", None)) == {"file", "error"}


def test_of_two_reports_in_a_file_the_first_is_read_and_the_rest_is_said() -> None:
    other = text_report(Crash(incident="00000000-0000-0000-0000-000000000002"))

    report = read_text(f"{TEXT}\n{other}")

    assert report.incident_id == Crash().incident
    assert len(report.threads) == 3
    assert report.warnings == ("Another report follows in the file; the first was read.",)


def test_a_translation_fills_in_for_json_that_is_cut_off() -> None:
    whole = translated()
    cut = whole[: whole.index('"threads"')]

    report = read_text(cut)

    assert report.format == "translated-json"
    assert report.stack == read_text(TEXT).stack
    assert "cut off" in report.warnings[0]


def test_an_ips_header_alone_is_a_report() -> None:
    report = read_text(json.dumps(ips_header(Crash())))

    assert (report.format, report.bug_type, report.build) == ("ips-json", "309", "143")
    assert report.stack is None


def test_an_unknown_bug_type_is_kept_and_said() -> None:
    report = read_text('{"bug_type":"777","os_version":"iPhone OS 26.1 (23B85)"}\n{"a": 1}\n')

    assert report.kind is ReportKind.OTHER
    assert report.warnings == ("Bug type 777 is not one that we know.",)


def test_json_that_is_nested_without_end_becomes_a_warning() -> None:
    report = read_text('{"bug_type":"309","os_version":"iOS"}\n' + '{"a":[' * 10_000)

    assert report.bug_type == "309"
    assert report.warnings
