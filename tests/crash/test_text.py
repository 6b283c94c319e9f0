import pytest

from bridge.crash import read
from bridge.model import CrashReport
from tests.crash.samples import APP, CART, Crash, Line, text_report


def read_text(text: str) -> CrashReport:
    report = read(text.encode())
    assert report is not None
    return report


def test_frames_have_symbol_place_address_offset_and_image() -> None:
    report = read_text(text_report())

    frame = (report.stack or ())[2]
    assert (frame.image, frame.symbol) == ("Sunrise", "CartView.total.getter")
    assert (frame.file, frame.line) == ("CartView.swift", 88)
    assert (frame.address, frame.offset) == (APP.base + 0xC3A0, 0xC3A0)
    assert frame.symbol_offset == 120
    assert frame.image_uuid == APP.uuid
    assert frame.in_app


def test_in_app_is_the_bundle_but_not_swifts_runtime() -> None:
    bundled = APP.path.rpartition("/")[0] + "/Frameworks/libswiftCore.dylib"
    crash = Crash()
    images = tuple(
        i if i.name != "libswiftCore.dylib" else type(i)(i.name, i.base, i.uuid, bundled)
        for i in crash.images
    )

    report = read_text(text_report(crash.but(images=images)))

    own = {frame.image for frame in report.stack or () if frame.in_app}
    assert own == {"Sunrise", "SunriseKit"}


def test_threads_keep_their_names_queues_and_mark() -> None:
    text = text_report().replace(
        "Thread 1 name:\nThread 1:", "Thread 1 name:  com.example.sync\nThread 1:"
    )

    threads = read_text(text).threads

    assert [thread.crashed for thread in threads] == [True, False, False]
    assert threads[0].queue == "com.apple.main-thread"
    assert threads[1].name == "com.example.sync"


@pytest.mark.parametrize(
    ("line", "symbol", "offset", "inlined"),
    [
        ("main + 64", "main", 64, False),
        ("CartView.load(_:) + 12 (CartView.swift:3)", "CartView.load(_:)", 12, False),
        ("static App.main() + 24 [inlined]", "static App.main()", 24, True),
        ("-[UIView(Geometry) setFrame:] + 8", "-[UIView(Geometry) setFrame:]", 8, False),
        ("main (main.m:16)", "main", None, False),
        ("a + b(int) + 9", "a + b(int)", 9, False),
        (" + -1 (:-1)", None, -1, False),
        ("???", None, None, False),
        ("", None, None, False),
        ("0x102b40000 + 50080\t// CartView.total() + 0x8", "CartView.total()", 8, False),
        ("0x102b40000 + 50080\t// 0x0000c3a0", None, None, False),
    ],
)
def test_what_follows_the_address(
    line: str, symbol: str | None, offset: int | None, inlined: bool
) -> None:
    text = text_report(Crash(stack=CART[:1]))
    written = next(row for row in text.splitlines() if "_assertionFailure" in row)
    report = read_text(text.replace(written, f"0   Sunrise   0x0000000102b4c3a0 {line}"))

    frame = (report.stack or ())[0]
    assert (frame.symbol, frame.symbol_offset, frame.inlined) == (symbol, offset, inlined)
    assert frame.offset == 0xC3A0


def test_compiler_made_places_are_none() -> None:
    text = text_report().replace("(CartView.swift:88)", "(/<compiler-generated>:0)")

    frame = (read_text(text).stack or ())[2]

    assert (frame.symbol, frame.file, frame.line) == ("CartView.total.getter", None, None)


def test_image_names_may_hold_spaces_and_be_cut() -> None:
    text = text_report().replace("Sunrise    ", "Sunrise One")
    text = text.replace("/Sunrise\n", "/Sunrise One Two\n")

    frames = read_text(text).stack or ()

    assert frames[2].image == "Sunrise One Two"
    assert frames[2].symbol == "CartView.total.getter"
    assert frames[2].in_app


def test_a_bare_list_of_addresses_is_resolved_by_the_images() -> None:
    text = text_report(Crash(exception="EXC_CRASH", signal="SIGABRT"))
    addresses = f"(0x{0x1E0A00000 + 4:x} 0x{APP.base + 0x10:x} 0x{APP.base + 0x20:x})"
    text = text.replace(
        "Thread 0 name:", f"Last Exception Backtrace:\n{addresses}\n\nThread 0 name:"
    )

    report = read_text(text)

    assert report.n_last_exception == 3
    assert [frame.image for frame in report.stack or ()] == [
        "libsystem_kernel.dylib",
        "Sunrise",
        "Sunrise",
    ]
    assert (report.stack or ())[1].offset == 0x10


def test_the_last_exception_backtrace_goes_before_the_thread() -> None:
    thrown = (Line("UIKitCore", "__exceptionPreprocess", 0x100), CART[2])

    report = read_text(text_report(Crash(last_exception=thrown)))

    assert report.n_stack == 2
    assert report.crashed is not None
    assert report.crashed.n_frames == len(CART)


def test_a_termination_keeps_the_lines_that_explain_it() -> None:
    details = (
        "<RBSTerminateContext| domain:10 code:0x8BADF00D explanation:scene-create watchdog",
        "ProcessVisibility: Foreground",
    )
    crash = Crash(termination=("FRONTBOARD", 2343432205, ""), details=details)

    report = read_text(text_report(crash))

    assert report.termination == "FRONTBOARD 2343432205"
    assert report.termination_details == details


def test_information_ends_at_a_blank_line() -> None:
    lines = ("Sunrise/CartView.swift:88: Fatal error: Index out of range", "second")

    assert read_text(text_report(Crash(information=lines))).application_info == lines


@pytest.mark.parametrize(
    ("system", "written", "version", "build"),
    [
        ("iPhone OS 26.1 (23B85)", "2.4.1 (143)", "2.4.1", "143"),
        ("iPhone OS 15.0 (19A346)", "2.4.1 (143)", "2.4.1", "143"),
        ("iPhone OS 14.8 (18H17)", "143 (2.4.1)", "2.4.1", "143"),
        ("iOS 9.3.5 (13G36)", "143 (2.4.1)", "2.4.1", "143"),
        ("Watch OS 7.6.2 (18U80)", "143 (2.4.1)", "2.4.1", "143"),
        ("Watch OS 11.1 (22R585)", "2.4.1 (143)", "2.4.1", "143"),
        ("macOS 14.5 (23F79)", "2.4.1 (143)", "2.4.1", "143"),
        ("Mac OS X 10.13.6 (17G65)", "2.4.1 (143)", "2.4.1", "143"),
        ("iPhone OS 26.1 (23B85)", "???", "???", None),
    ],
)
def test_version_and_build_change_places_with_the_system(
    system: str, written: str, version: str, build: str | None
) -> None:
    text = text_report(Crash(system=system)).replace("2.4.1 (143)", written)

    report = read_text(text)

    assert (report.app_version, report.build) == (version, build)


def test_other_reporters_put_the_version_first_on_old_systems_too() -> None:
    text = text_report(Crash(system="iPhone OS 12.4 (16G77)"))

    report = read_text(text.replace("EXC_BREAKPOINT (SIGTRAP)", "SIGTRAP"))

    assert (report.app_version, report.build, report.signal) == ("2.4.1", "143", "SIGTRAP")


def test_two_crashed_threads_are_said_and_the_head_decides() -> None:
    text = text_report(Crash(crashed=1)).replace("Thread 2:", "Thread 2 Crashed:")

    report = read_text(text)

    assert report.crashed_thread == 1
    assert report.warnings == ("Several threads are marked as crashed: 1, 2.",)


def test_no_crashed_thread_is_said() -> None:
    text = text_report().replace("Triggered by Thread:  0\n", "").replace(" Crashed:", ":")

    report = read_text(text)

    assert (report.crashed_thread, report.stack, report.n_stack) == (None, None, None)
    assert report.warnings == ("No thread is marked as crashed.",)


def test_frames_beyond_512_are_counted_and_not_kept() -> None:
    report = read_text(text_report(Crash(stack=CART[2:3] * 700)))

    assert report.n_stack == 700
    assert len(report.stack or ()) == 512


def test_threads_beyond_1024_are_not_kept_but_for_the_crashed_one() -> None:
    report = read_text(text_report(Crash(idle=1100, crashed=1090)))

    assert report.crashed is not None
    assert report.n_stack == len(CART)
    assert len(report.threads) == 1025
    assert report.warnings == ("Of 1101 threads 1025 were kept.",)
