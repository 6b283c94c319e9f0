"""Reports as people hand them on: nothing of it is lost to what was put around it."""

import html
import json
import quopri
from collections.abc import Callable

import pytest

from bridge.crash.read import read
from bridge.crash.text import ANOTHER
from bridge.model import CrashReport
from tests.crash.samples import (
    Crash,
    ips_body,
    ips_header,
    ips_report,
    text_report,
    translated_report,
)

TEXT = text_report()
IPS = ips_report()


def read_whole(data: bytes) -> CrashReport:
    report = read(data)
    assert report is not None
    return report


def by_line(change: Callable[[str], str]) -> Callable[[str], bytes]:
    return lambda text: "".join(f"{change(line)}\n" for line in text.split("\n")).encode()


WRAPPERS: dict[str, Callable[[str], bytes]] = {
    "a blank line after each": lambda text: text.replace("\n", "\n\n").encode(),
    "a blank line after each, CRLF": lambda text: text.replace("\n", "\r\n\r\n").encode(),
    "a web page": lambda text: f"<p>It crashed</p><pre>{html.escape(text)}</pre>".encode(),
    "line breaks of HTML": lambda text: html.escape(text).replace("\n", "<br>\n").encode(),
    "line breaks of HTML alone": lambda text: html.escape(text).replace("\n", "<br />").encode(),
    "quoted-printable": lambda text: (
        b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(text.encode())
    ),
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 big-endian": lambda text: text.encode("utf-16-be"),
    "a JSON string": lambda text: json.dumps(text).encode(),
    "a JSON answer": lambda text: json.dumps({"data": [{"crash": text}]}, indent=2).encode(),
    "quote marks": by_line(lambda line: f"> {line}".rstrip()),
    "quote marks twice": by_line(lambda line: f">> {line}".rstrip()),
    "comments": by_line(lambda line: f"// {line}"),
    "no-break spaces in keys": lambda text: text.replace(" ", "\N{NO-BREAK SPACE}").encode(),
    "all lines indented but the first": lambda text: text.replace("\n", "\n    ").encode(),
}  # fmt: skip


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
def test_a_text_report_is_the_same_in_every_wrapping(wrap: Callable[[str], bytes]) -> None:
    plain, report = read_whole(TEXT.encode()), read_whole(wrap(TEXT))

    assert report.warnings == ()
    assert report.threads == plain.threads
    assert report.images == plain.images
    assert report.registers == plain.registers
    for field in ("hardware", "os_version", "termination", "exception_type", "app_image", "build"):
        assert getattr(report, field) == getattr(plain, field)


@pytest.mark.parametrize(
    "name",
    [
        "a blank line after each",
        "a web page",
        "UTF-16 with a mark",
        "UTF-16 without a mark",
        "a JSON answer",
        "quote marks",
    ],
)
def test_an_ips_file_is_the_same_in_every_wrapping(name: str) -> None:
    assert read_whole(WRAPPERS[name](IPS)) == read_whole(IPS.encode())


HEADER, BODY = ips_header(Crash()), ips_body(Crash())


@pytest.mark.parametrize(
    "text",
    [
        f"{json.dumps(HEADER, indent=1)}\n{json.dumps(BODY)}",
        f"{json.dumps(HEADER)} {json.dumps(BODY)}",
        f"{json.dumps(HEADER)}{json.dumps(BODY)}\n",
        json.dumps(HEADER | BODY),
        json.dumps(HEADER | BODY, indent=1),
        json.dumps([HEADER, BODY], indent=1),
    ],
    ids=["header of lines", "one line", "no space", "one object", "one in lines", "a list"],
)
def test_header_and_body_are_found_however_they_stand(text: str) -> None:
    assert read_whole(text.encode()) == read_whole(IPS.encode())


@pytest.mark.parametrize("second", [IPS, TEXT])
def test_a_second_report_below_an_ips_file_is_said(second: str) -> None:
    report = read_whole(f"{IPS}\n{second}".encode())

    assert report.warnings == (ANOTHER,)
    assert report.threads == read_whole(IPS.encode()).threads


def test_a_second_report_below_one_without_images_is_said() -> None:
    cut = TEXT[: TEXT.index("Binary Images")]

    report = read_whole(f"{cut}\n{TEXT}".encode())

    assert report.warnings == (ANOTHER,)
    assert report.images == ()


@pytest.mark.parametrize("start", ["Date/Time", "Path:", "Code Type:"])
def test_a_head_without_its_first_lines_is_read_from_where_it_begins(start: str) -> None:
    report = read_whole(f"Hello,\nsee below:\n{TEXT[TEXT.index(start) :]}".encode())

    assert report.os_version == "iPhone OS 26.1 (23B85)"
    assert report.app_image == "Sunrise"
    assert report.n_stack == 9


def test_without_a_head_the_app_is_the_program_in_a_bundle() -> None:
    report = read_whole(TEXT[TEXT.index("Thread 0 Crashed") :].encode())

    assert report.app_image == "Sunrise"
    assert [frame.in_app for frame in report.stack or ()][1:5] == [True] * 4


def test_marks_of_bold_type_are_no_part_of_a_key() -> None:
    bold = TEXT.replace("Exception Type:", "**Exception Type:**")

    assert read_whole(bold.encode()).exception_type == "EXC_BREAKPOINT (SIGTRAP)"


def test_a_translation_in_a_page_is_still_one() -> None:
    page = html.escape(translated_report()).replace("\n", "<br>\n")

    assert read_whole(page.encode()).format == "translated-json"


def test_a_frame_may_go_on_in_the_next_line() -> None:
    plain = read_whole(TEXT.encode())
    for broken in (
        TEXT.replace(" CartView.total.getter", "\n  CartView.total.getter"),
        TEXT.replace(" CartView.total.getter", "\nCartView.total.getter"),
        TEXT.replace(".getter + 120", ".getter\n + 120"),
    ):
        assert read_whole(broken.encode()).stack == plain.stack


def test_a_line_within_a_backtrace_does_not_end_it() -> None:
    noted = TEXT.replace("\n3   Sunrise", "\n^ this is the culprit\n3   Sunrise", 1)

    assert read_whole(noted.encode()).n_stack == 9


def test_frames_may_have_no_addresses() -> None:
    lines = ["Process: Sunrise [1]", "", "Thread 0 Crashed:: Dispatch queue: com.apple.main-thread"]
    lines += [
        "0   libswiftCore.dylib   _assertionFailure(_:_:file:line:flags:) + 172",
        "1   Sunrise              CartView.total.getter + 12 (CartView.swift:3)",
    ]

    stack = read_whole("\n".join(lines).encode()).stack
    assert stack is not None

    assert [(f.image, f.symbol, f.symbol_offset, f.address) for f in stack] == [
        ("libswiftCore.dylib", "_assertionFailure(_:_:file:line:flags:)", 172, None),
        ("Sunrise", "CartView.total.getter", 12, None),
    ]
    assert (stack[1].file, stack[1].line, stack[1].in_app) == ("CartView.swift", 3, True)
