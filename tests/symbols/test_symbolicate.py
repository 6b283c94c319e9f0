"""Frames get their names, files and lines, from the dSYM in `fixture/` and from made-up ones."""

import time
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import crash
from bridge.model import CrashReport, Frame, ReportKind, Thread
from bridge.symbols import Place, Symbols, symbolicated
from tests.symbols import sunrise

UUID = "0f" * 16


class Made:
    """Symbols of one build; elsewhere there are none."""

    def __init__(self, places: Mapping[int, Sequence[Place]]) -> None:
        self.kept = places
        self.asked: list[int] = []

    def places(self, uuid: str, offset: int, /) -> Sequence[Place] | None:
        self.asked.append(offset)
        return self.kept.get(offset, ()) if uuid == UUID else None


def frame(offset: int | None, *, index: int = 0, uuid: str = UUID, **more: object) -> Frame:
    return Frame(index=index, image="App", offset=offset, image_uuid=uuid, in_app=True, **more)


def report(*frames: Frame, **more: object) -> CrashReport:
    thread = Thread(index=0, crashed=True, frames=frames, n_frames=len(frames))
    return CrashReport(format="crash-text", crashed_thread=0, threads=(thread,), **more)


def stack(made: CrashReport) -> list[tuple[str | None, str | None, int | None, bool]]:
    return [(f.symbol, f.file, f.line, f.inlined) for f in made.stack or ()]


@pytest.fixture(scope="module")
def symbols() -> Symbols:
    return Symbols([sunrise.FIXTURE], monotonic=time.monotonic)


@pytest.mark.parametrize("log", [sunrise.text(), sunrise.ips(), sunrise.text(base=0x100A4C000)])
def test_a_report_gets_functions_files_and_lines_inlined_ones_first(
    log: str, symbols: Symbols
) -> None:
    read = crash.read(log.encode())
    assert read is not None
    assert [f.symbol for f in (read.stack or ()) if f.in_app] == [None] * 4
    made = symbols.symbolicated(read)
    assert stack(made)[:6] == sunrise.NAMES
    assert made.warnings == read.warnings


def test_all_threads_get_names_and_the_systems_stay(symbols: Symbols) -> None:
    read = crash.read(sunrise.text().encode())
    assert read is not None
    frames = symbols.symbolicated(read).threads[1].frames
    assert [(f.symbol, f.file, f.line) for f in frames] == [
        ("__semwait_signal", None, None),
        ("sunrise::Worker::wait", "Worker.cc", 9),
        ("work", "Worker.cc", 14),
    ]


def test_the_other_architecture_of_the_same_file_is_found_by_its_own_uuid(
    symbols: Symbols,
) -> None:
    made = symbols.symbolicated(report(frame(0x7FE, uuid=sunrise.INTEL)))
    assert stack(made) == sunrise.NAMES[:3]


def test_frames_keep_where_they_are_and_the_counts_stay_those_of_the_report(
    symbols: Symbols,
) -> None:
    read = crash.read(sunrise.text().encode())
    assert read is not None
    made = symbols.symbolicated(read)
    places = [(f.index, f.offset, f.address, f.image_uuid) for f in (made.stack or ())[:4]]
    trap = (0, sunrise.TRAP, sunrise.BASE + sunrise.TRAP, sunrise.ARM)
    closure = (1, sunrise.CLOSURE, sunrise.BASE + sunrise.CLOSURE, sunrise.ARM)
    assert places == [trap, trap, trap, closure]
    assert [f.symbol_offset for f in (made.stack or ())[:4]] == [None, None, 0x4C, 0xC]
    assert made.n_stack == read.n_stack == 5


def test_a_caller_is_looked_up_before_the_place_it_goes_on_at(symbols: Symbols) -> None:
    below = report(frame(sunrise.TRAP, uuid=sunrise.ARM), frame(sunrise.FAILED, uuid=sunrise.ARM))
    assert stack(symbols.symbolicated(below))[-1] == ("+[Store fail:]", "Store.m", 15, False)


def test_the_first_frame_is_looked_up_where_it_is(symbols: Symbols) -> None:
    made = symbols.symbolicated(report(frame(sunrise.FAILED, uuid=sunrise.ARM)))
    assert stack(made) == [("+[Store open:]", "Store.m", 19, False)]


def test_the_frame_below_a_signal_handlers_call_is_looked_up_where_it_is() -> None:
    handler = Frame(index=1, image="libsystem_platform.dylib", symbol="_sigtramp", offset=56)
    source = Made({})
    symbolicated(report(frame(0x10), handler, frame(0x20, index=2), frame(0x30, index=3)), source)
    assert source.asked == [0x10, 0x20, 0x2F]


def test_the_first_frame_below_inlined_ones_is_still_where_the_crash_was() -> None:
    inlined = frame(0x10, symbol="f()", file="F.swift", line=1, inlined=True)
    source = Made({0x10: (Place(symbol="f()"), Place(symbol="g()", file="G.swift", line=2))})
    made = symbolicated(report(inlined, frame(0x10, index=1)), source)
    assert stack(made) == [("f()", "F.swift", 1, True), ("g()", "G.swift", 2, False)]


def test_an_exceptions_backtrace_has_only_callers() -> None:
    source = Made({})
    symbolicated(report(last_exception=(frame(0x10), frame(0x20))), source)
    assert source.asked == [0xF, 0x1F]


def test_a_heaviest_stack_begins_with_where_the_thread_was() -> None:
    source = Made({})
    other = (frame(0x10), frame(0x20))
    symbolicated(report(kind=ReportKind.RESOURCE, other_backtrace=other), source)
    assert source.asked == [0x10, 0x1F]


def test_names_of_the_report_stay_and_get_file_and_line() -> None:
    source = Made({0x10: (Place(symbol="$s3App4loadyyF", file="/Users/me/Load.swift", line=7),)})
    made = symbolicated(report(frame(0x10, symbol="load()", symbol_offset=4)), source)
    [only] = made.threads[0].frames
    assert (only.symbol, only.symbol_offset, only.file, only.line) == (
        "load()", 4, "Load.swift", 7,
    )  # fmt: skip


def test_a_frame_with_name_and_file_is_not_looked_up() -> None:
    source = Made({})
    before = report(frame(0x10, symbol="load()", file="Load.swift", line=7))
    assert symbolicated(before, source) is before
    assert source.asked == []


@pytest.mark.parametrize("written", ["<redacted>", "_mh_execute_header", "__swift_memcpy16_8"])
def test_names_that_are_none_are_replaced(written: str) -> None:
    source = Made({0x10: (Place(symbol="load", file="load.c", line=7, start=8),)})
    made = symbolicated(report(frame(0x10, symbol=written, symbol_offset=16)), source)
    [only] = made.threads[0].frames
    assert (only.symbol, only.symbol_offset) == ("load", 8)


def test_the_next_functions_name_is_replaced() -> None:
    source = Made({0x1F: (Place(symbol="fail", file="fail.c", line=7, start=0x10),)})
    below = frame(0x20, index=1, symbol="next", symbol_offset=0)
    made = symbolicated(report(frame(0x10, symbol="top", file="t.c", line=1), below), source)
    assert stack(made)[1] == ("fail", "fail.c", 7, False)


def test_a_place_between_functions_keeps_what_the_report_says() -> None:
    source = Made({0x10: (Place(symbol="_mh_execute_header", start=0),)})
    before = report(frame(0x10))
    assert symbolicated(before, source) is before


def test_what_the_compiler_made_has_no_file() -> None:
    source = Made({0x10: (Place(symbol="f", file="/<compiler-generated>", line=0, start=0),)})
    assert stack(symbolicated(report(frame(0x10)), source)) == [("f", None, None, False)]


def test_each_build_without_symbols_is_told_once_with_its_uuid_as_apples_tools_show_it() -> None:
    other = sunrise.ARM
    made = symbolicated(report(frame(1, uuid=other), frame(2, uuid=other, index=1)), Made({}))
    assert made.warnings == (
        f"No symbols for App: no dSYM with the UUID {sunrise.ARM_WRITTEN} was found.",
    )


def test_no_symbols_are_asked_for_the_systems_images() -> None:
    system = Frame(index=0, image="UIKitCore", offset=16, image_uuid="ab" * 16)
    before = report(system)
    assert symbolicated(before, Made({})) is before


def test_many_builds_without_symbols_are_told_shortly() -> None:
    frames = [frame(9, index=n, uuid=f"{n:032x}") for n in range(200)]
    warnings = symbolicated(report(*frames), Made({})).warnings
    assert len(warnings) == 6
    assert warnings[-1] == "No symbols for 195 more of the app's images."


OFFSETS = st.none() | st.integers(-2, 40) | st.integers(1 << 62, 1 << 64)
FRAMES = st.builds(
    frame,
    OFFSETS,
    index=st.integers(0, 5),
    uuid=st.sampled_from([UUID, "ab" * 16, "", "x"]) | st.none(),
    symbol=st.sampled_from([None, "f()", "<redacted>", "_sigtramp"]),
    file=st.sampled_from([None, "F.swift"]),
    symbol_offset=st.sampled_from([None, 0, 4]),
    inlined=st.booleans(),
)
PLACES = st.builds(
    Place,
    symbol=st.none() | st.text(max_size=8),
    file=st.none() | st.text(max_size=8),
    line=st.none() | st.integers(0, 9),
    start=st.none() | st.integers(0, 40),
)


@given(
    st.lists(FRAMES, max_size=8),
    st.dictionaries(st.integers(-3, 40), st.lists(PLACES, max_size=3), max_size=20),
)
def test_no_frame_of_the_report_is_lost_or_moved(
    frames: list[Frame], places: dict[int, list[Place]]
) -> None:
    before = report(*frames)
    made = symbolicated(before, Made(places))
    after = made.threads[0].frames
    kept = [f for f in after if not f.inlined]
    assert [(f.index, f.offset) for f in kept] == [
        (f.index, f.offset) for f in frames if not f.inlined
    ]
    assert made.threads[0].n_frames == len(frames)
    again = symbolicated(made, Made(places))
    assert again.threads[0].n_frames == len(frames)
