"""Text reports of macOS and of resource limits, and the parts beside their backtraces."""

import pytest

from bridge.crash import read
from bridge.model import CrashReport, ReportKind
from tests.crash.samples import text_report


def read_text(text: str) -> CrashReport:
    report = read(text.encode())
    assert report is not None
    return report


MAC = """\
Process:               Sunrise [812]
Path:                  /Applications/Sunrise.app/Contents/MacOS/Sunrise
Identifier:            com.example.sunrise.mac
Version:               2.4 (140)
Code Type:             X86-64 (Native)

Date/Time:             2020-10-05 15:54:58.453 +0100
OS Version:            Mac OS X 10.15.5 (19F101)
Report Version:        12

Crashed Thread:        1  Dispatch queue: com.apple.root.default-qos

Exception Type:        EXC_BAD_ACCESS (SIGSEGV)
Exception Codes:       KERN_INVALID_ADDRESS at 0x0000000000000018

Termination Signal:    Segmentation fault: 11
Termination Reason:    Namespace SIGNAL, Code 0xb

VM Regions Near 0x18:
-->
    __TEXT                 000000010a0ab000-000000010a0bb000 [   64K] r-x/r-x SM=COW

Application Specific Information:
objc_msgSend() selector name: total

Application Specific Backtrace 1:
0   CoreFoundation                      0x00007fff4590132b __exceptionPreprocess + 171
1   Sunrise                             0x000000010a0ac010 -[Cart total] + 16

Thread 0:: Dispatch queue: com.apple.main-thread
0   libsystem_kernel.dylib        \t0x00007fff6a685dfa mach_msg_trap + 10

Thread 1 Crashed:: worker  Dispatch queue: com.apple.root.default-qos
0   ???                           \t000000000000000000 0 + 0
1   com.example.sunrise.mac       \t0x000000010a0ac020 -[Cart total] + 32

Thread 1 crashed with X86 Thread State (64-bit):
  rax: 0x000000010a0b049b

Binary Images:
       0x10a0ab000 -        0x10a0bafff +com.example.sunrise.mac (2.4 - 140) <C8591DCD-3382-3D40-822A-BA50E22786B0> /Applications/Sunrise.app/Contents/MacOS/Sunrise
    0x7fff6a684000 -     0x7fff6a6affff  libsystem_kernel.dylib (6153.121.2) <4A2C66DE-9358-3AE9-A69F-36687DB19CE3> /usr/lib/system/libsystem_kernel.dylib

Model: MacBookPro15,1, BootROM 1037.120.87.0.0, 6 processors
"""  # noqa: E501  # as macOS writes it


def test_macos_text_is_read_with_its_bundle_identifiers_as_image_names() -> None:
    report = read_text(MAC)

    assert (report.os_name, report.hardware) == ("macOS", "MacBookPro15,1")
    assert (report.crashed_thread, report.n_stack) == (1, 2)
    assert (report.app_version, report.build) == ("2.4", "140")
    assert report.vm_region is not None
    assert report.vm_region.startswith("Near 0x18")
    assert report.stack is not None
    empty, own = report.stack
    empty, own = report.stack
    assert (empty.address, empty.in_app) == (0, False)
    assert (own.image, own.in_app, own.offset) == ("Sunrise", True, 0x1020)
    assert own.image_uuid == "c8591dcd33823d40822aba50e22786b0"
    assert report.threads[1].name == "worker"
    assert [frame.symbol for frame in report.other_backtrace] == [
        "__exceptionPreprocess",
        "-[Cart total]",
    ]


RESOURCE = """\
{"bug_type":"202","timestamp":"2026-11-24 10:02:12.00 +0000","os_version":"iPhone OS 26.1 (23B85)","incident_id":"9F"}
Date/Time:        2026-11-24 10:00:00.000 +0000
OS Version:       iPhone OS 26.1 (Build 23B85)
Incident Identifier: 9F1C
Command:          Sunrise
Path:             /private/var/containers/Bundle/Application/X/Sunrise.app/Sunrise
Version:          2.4.1 (143)

Event:            cpu usage
CPU:              90 seconds cpu time over 150 seconds

Hardware model:   iPhone17,1

Heaviest stack for the target process:
  18  start + 7116 (dyld + 14340) [0x1db258804]
  18  CartView.total.getter + 12 (Sunrise + 50080) [0x102b4c3a0]
  6  ??? (Sunrise + 128) [0x102b40080]

Powerstats for:   Sunrise [123]
Path:             /somewhere/else
"""  # noqa: E501  # a header is one line


def test_a_resource_report_is_named_and_its_heaviest_stack_kept_innermost_first() -> None:
    report = read_text(RESOURCE)

    assert (report.format, report.kind, report.bug_type) == ("ips-text", ReportKind.RESOURCE, "202")
    assert (report.process, report.app_image) == ("Sunrise", "Sunrise")
    assert (report.app_version, report.build) == ("2.4.1", "143")
    assert report.os_version == "iPhone OS 26.1 (Build 23B85)"
    assert (report.stack, report.n_stack) == (None, None)
    assert [frame.offset for frame in report.other_backtrace] == [128, 50080, 14340]
    assert report.other_backtrace[1].symbol == "CartView.total.getter"
    assert report.other_backtrace[1].in_app


def test_registers_are_read_by_name() -> None:
    text = text_report().replace(
        "    x0: 0x0000000000000000   x1: 0x0000000000000001\n",
        "    x0: 0x0000000000000002   x1: 0x0000000000000001\n"
        "    fp: 0x000000016d117a40   lr: 0x000000010784fee8\n"
        "   esr: 0x92000006 (Data Abort) byte read Translation fault\n",
    )

    assert read_text(text).registers == {
        "x0": 2, "x1": 1, "fp": 0x16D117A40, "lr": 0x10784FEE8, "esr": 0x92000006,
    }  # fmt: skip


@pytest.mark.parametrize("before", ["Thread 0 name:", "Binary Images:", "EOF"])
def test_what_is_remarked_on_the_report_is_kept_wherever_it_stands(before: str) -> None:
    notes = "Error Formulating Crash Report:\ndyld_process_snapshot failed\n\n"
    note = "Exception Note:  SIMULATED (this is NOT a crash)\nTermination Reason:"

    report = read_text(
        text_report().replace(before, notes + before).replace("Termination Reason:", note)
    )

    assert report.report_notes == (
        "dyld_process_snapshot failed",
        "SIMULATED (this is NOT a crash)",
    )
    assert len(report.images) == 5


def test_what_dyld_says_is_information_about_the_app() -> None:
    said = "Dyld Error Message:\n  Library not loaded: @rpath/Kit\n\nThread 0 name:"

    report = read_text(text_report().replace("Thread 0 name:", said))

    assert report.application_info == ("Library not loaded: @rpath/Kit",)


def test_a_report_of_macos_26_is_read() -> None:
    head = """\
-------------------------------------
Translated Report (Full Report Below)
-------------------------------------
Process:             Sunrise One [42450]
Path:                /Applications/Sunrise One.app/Contents/MacOS/Sunrise One
Identifier:          com.example.sunrise
Version:             2.4 (140)
Code Type:           ARM-64 (Native)
Role:                Foreground

Date/Time:           2026-04-07 09:16:06.6605 +0700
Hardware Model:      Mac16,8
OS Version:          macOS 26.4 (25E246)
Release Type:        User

Crash Reporter Key:  E601F452-0C7D-49A2-E3D9-1DAD517AD943
Incident Identifier: 4594628D-3084-4D43-8D27-607FA8A382D9

System Integrity Protection: enabled

Triggered by Thread: 1  worker, Dispatch Queue: com.example.work

Exception Type:    EXC_CRASH (SIGABRT)
Exception Codes:   0x0000000000000000, 0x0000000000000000

Termination Reason:  Namespace SIGNAL, Code 6, Abort trap: 6
Terminating Process: Sunrise One [42450]


Application Specific Information:
abort() called


Thread 0:: Dispatch queue: com.apple.main-thread
0   ???                           \t               0x0 ???
1   Sunrise One                   \t       0x104510020 0x104510000 + 32

Thread 1 Crashed:: worker Dispatch queue: com.example.work
0   libsystem_kernel.dylib        \t       0x18a4905e8 __pthread_kill + 8
1   Sunrise One                   \t       0x104510010 -[Cart total] + 16 (Cart.m:7)

Binary Images:
       0x104510000 -        0x104610fff com.example.sunrise (2.4) <c8591dcd-3382-3d40-822a-ba50e22786b0> /Applications/Sunrise One.app/Contents/MacOS/Sunrise One
       0x18a488000 -        0x18a4c3fff libsystem_kernel.dylib (*) <4a2c66de-9358-3ae9-a69f-36687db19ce3> /usr/lib/system/libsystem_kernel.dylib
"""  # noqa: E501  # as macOS writes it

    report = read_text(head)

    assert report.format == "translated-text"
    assert (report.process, report.hardware) == ("Sunrise One", "Mac16,8")
    assert (report.app_version, report.build) == ("2.4", "140")
    assert report.termination == "Namespace SIGNAL, Code 6, Abort trap: 6"
    assert report.application_info == ("abort() called",)
    assert (report.crashed_thread, report.n_stack) == (1, 2)
    assert report.threads[1].name == "worker"
    own = (report.stack or ())[-1]
    assert (own.image, own.in_app, own.file, own.line) == ("Sunrise One", True, "Cart.m", 7)
    assert [frame.offset for frame in report.threads[0].frames] == [None, 32]


def test_the_heaviest_stack_may_leave_out_addresses_and_frames() -> None:
    text = RESOURCE.replace(
        "  18  start + 7116 (dyld + 14340) [0x1db258804]\n",
        "  18  ??? (dyld + 14340)\n  ...\n",
    )

    report = read_text(text)

    assert [(frame.image, frame.offset) for frame in report.other_backtrace] == [
        ("Sunrise", 128),
        ("Sunrise", 50080),
        ("dyld", 14340),
    ]
