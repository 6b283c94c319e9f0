"""dSYMs are found wherever they lie, and what is broken is skipped and told of."""

import os
import shutil
import struct
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bridge.symbols.caches import Caches
from bridge.symbols.index import Index
from bridge.symbols.macho import Build, Damaged, builds, is_macho
from tests.clock import FakeClock
from tests.symbols import sunrise

BOTH = {sunrise.ARM, sunrise.INTEL}
WHOLE = sunrise.DWARF.read_bytes()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def index(clock: FakeClock, *folders: Path) -> Index:
    made = Index(folders, rescan=60, monotonic=clock.monotonic)
    made.look_if_due()
    return made


def dsym(into: Path, name: str = "Sunrise.app.dSYM") -> Path:
    return shutil.copytree(sunrise.DSYM, into / name)


def zipped(path: Path, *names: str, data: bytes = WHOLE) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
    return path


def names(caches: Caches, found: Index) -> list[str | None]:
    build = found.find(sunrise.ARM)
    assert build is not None
    return [place.symbol for place in caches.places(build, sunrise.TRAP) or ()]


def test_a_dsym_is_found_at_any_depth(tmp_path: Path, clock: FakeClock) -> None:
    dsym(tmp_path / "2026" / "143")
    assert index(clock, tmp_path).uuids == BOTH


def test_a_folder_may_be_a_dsym_an_archive_or_a_file(tmp_path: Path, clock: FakeClock) -> None:
    bundle = dsym(tmp_path / "App.xcarchive" / "dSYMs")
    for folder in (bundle, tmp_path / "App.xcarchive", sunrise.DWARF):
        assert index(clock, folder).uuids == BOTH
    assert index(clock, zipped(tmp_path / "a.zip", dwarf_in("x.dSYM"))).uuids == BOTH


def dwarf_in(bundle: str) -> str:
    return f"{bundle}/Contents/Resources/DWARF/Sunrise"


def test_of_an_archive_only_its_dsyms_are_looked_at(tmp_path: Path, clock: FakeClock) -> None:
    archive = tmp_path / "Sunrise 24.11.26.xcarchive"
    dsym(archive / "dSYMs")
    products = archive / "Products/Applications/Sunrise.app"
    products.mkdir(parents=True)
    (products / "Sunrise").write_bytes(WHOLE[:40])
    found = index(clock, tmp_path)
    build = found.find(sunrise.ARM)
    assert build is not None
    assert "dSYMs" in build.path.parts
    assert found.problems == ()


def test_a_bare_file_with_debug_information_is_enough(tmp_path: Path, clock: FakeClock) -> None:
    shutil.copy(sunrise.DWARF, tmp_path / "whatever.bin")
    assert index(clock, tmp_path).uuids == BOTH


def test_a_zip_is_read_without_being_unpacked_by_hand(tmp_path: Path, clock: FakeClock) -> None:
    zipped(tmp_path / "appDsyms.zip", dwarf_in("Sunrise.app.dSYM"), "__MACOSX/" + dwarf_in("._S"))
    found = index(clock, tmp_path)
    assert (found.uuids, found.problems) == (BOTH, ())
    assert names(Caches(), found) == [
        "_$s7Sunrise4CartV5price2atS2i_tF",
        "_$s7Sunrise4CartV5totalSivg",
        "$s7Sunrise8CartViewV8checkout5itemsS2i_tF",
    ]


def test_several_folders_are_one_index(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "a").mkdir()
    dsym(tmp_path / "b")
    assert index(clock, tmp_path / "a", tmp_path / "b").uuids == BOTH


def test_debug_information_is_preferred_to_a_bare_symbol_table(
    tmp_path: Path, clock: FakeClock
) -> None:
    (tmp_path / "a-stripped").write_bytes(thin(uuid=bytes.fromhex(sunrise.ARM)))
    dsym(tmp_path)
    build = index(clock, tmp_path).find(sunrise.ARM)
    assert build is not None
    assert build.debug


def test_links_are_followed_and_circles_end(tmp_path: Path, clock: FakeClock) -> None:
    real = tmp_path / "real"
    dsym(real)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "there").symlink_to(real)
    (folder / "itself").symlink_to(folder)
    (folder / "nothing").symlink_to(tmp_path / "missing")
    (real / "back").symlink_to(folder)
    found = index(clock, folder)
    assert (found.uuids, found.problems) == (BOTH, ())


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path, clock: FakeClock) -> None:
    found = index(clock, tmp_path / "missing")
    assert found.problems == (f"{tmp_path / 'missing'} can't be read: No such file or directory",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_skipped(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "secret").write_bytes(WHOLE)
    (tmp_path / "secret").chmod(0)
    dsym(tmp_path)
    found = index(clock, tmp_path)
    assert found.uuids == BOTH
    assert found.problems == (f"{tmp_path / 'secret'} is skipped: Permission denied",)


def test_a_pipe_is_not_waited_for(tmp_path: Path, clock: FakeClock) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert index(clock, tmp_path).problems == ()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("cut", WHOLE[:60], "it is cut off"),
        ("App.dSYM/Contents/Resources/DWARF/App", b"no Mach-O", "it is no Mach-O file"),
        ("broken.zip", b"PK\x03\x04 and no more", "File is not a zip file"),
        ("huge", struct.pack("<IIIIIII4x", 0xFEEDFACF, 0, 0, 2, 9, 1 << 30, 0), "it claims to"),
    ],
)
def test_a_damaged_file_is_skipped_and_told_of_once(
    tmp_path: Path, clock: FakeClock, name: str, data: bytes, why: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    dsym(tmp_path, "Good.dSYM")
    with structlog.testing.capture_logs() as told:
        found = index(clock, tmp_path)
        clock.advance(61)
        found.look_if_due()
    assert found.uuids == BOTH
    [problem] = found.problems
    assert problem.startswith(f"{path} is skipped: {why}")
    assert [line["problem"] for line in told if line["log_level"] == "warning"] == [problem]


def test_a_damaged_file_in_a_zip_leaves_the_others(tmp_path: Path, clock: FakeClock) -> None:
    path = zipped(tmp_path / "a.zip", dwarf_in("good.dSYM"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(dwarf_in("bad.dSYM"), WHOLE[:100])
    found = index(clock, tmp_path)
    assert found.uuids == BOTH
    [problem] = found.problems
    assert problem == f"{path}: {dwarf_in('bad.dSYM')} is skipped: it is cut off"


def test_what_arrives_is_found_when_it_is_asked_for_but_not_looked_for_at_once(
    tmp_path: Path, clock: FakeClock
) -> None:
    found = index(clock, tmp_path)
    assert found.generation == 0
    dsym(tmp_path)
    clock.advance(59)
    assert found.find(sunrise.ARM) is None
    clock.advance(1)
    assert found.find(sunrise.ARM) is not None
    assert found.generation == 1


def test_what_is_gone_is_forgotten_and_what_changed_is_read_again(
    tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "file"
    path.write_bytes(thin(uuid=b"a" * 16))
    found = index(clock, tmp_path)
    path.write_bytes(thin(uuid=b"b" * 16))
    os.utime(path, ns=(1, 1))
    clock.advance(61)
    found.look_if_due()
    assert found.uuids == {(b"b" * 16).hex()}
    path.unlink()
    clock.advance(61)
    found.look_if_due()
    assert (found.uuids, found.generation) == (frozenset(), 3)


def test_files_that_stay_the_same_are_not_read_again(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "file"
    path.write_bytes(thin(uuid=b"a" * 16))
    before = path.stat()
    found = index(clock, tmp_path)
    path.write_bytes(thin(uuid=b"b" * 16))  # of the same size, and put back in time
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    clock.advance(61)
    found.look_if_due()
    assert found.uuids == {(b"a" * 16).hex()}


def test_symbols_that_turn_out_broken_are_told_of_once(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "broken"
    path.write_bytes(thin(uuid=bytes.fromhex(sunrise.ARM)))
    build = index(clock, tmp_path).find(sunrise.ARM)
    assert build is not None
    path.write_bytes(b"")
    caches = Caches()
    with structlog.testing.capture_logs() as told:
        assert caches.places(build, 1) is None
        assert caches.places(build, 2) is None
    assert [line["event"] for line in told] == ["symbols unreadable"]


def test_lookup_tables_are_let_go_when_there_is_no_room(tmp_path: Path, clock: FakeClock) -> None:
    dsym(tmp_path)
    found = index(clock, tmp_path)
    small = Caches(room=1)
    for _ in range(2):
        assert len(names(small, found)) == 3
        intel = found.find(sunrise.INTEL)
        assert intel is not None
        assert [place.line for place in small.places(intel, 0x7FE) or ()] == [20, 27, 32]


def thin(*, uuid: bytes, order: str = "<", filetype: int = 2) -> bytes:
    """A Mach-O file of one command."""
    head = struct.pack(f"{order}IIIIIII4x", 0xFEEDFACF, 12, 0, filetype, 1, 24, 0)
    return head + struct.pack(f"{order}II16s", 0x1B, 24, uuid)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_header_of_either_byte_order_is_read(order: str) -> None:
    data = thin(uuid=b"u" * 16, order=order)
    assert builds(BytesIO(data)) == (Build((b"u" * 16).hex(), debug=False),)


def test_a_dsym_is_known_by_its_file_type() -> None:
    [build] = builds(BytesIO(thin(uuid=b"u" * 16, filetype=10)))
    assert build.debug


def test_large_universal_files_are_read() -> None:
    inner = thin(uuid=b"u" * 16)
    head = struct.pack(">II", 0xCAFEBABF, 1) + struct.pack(">IIQQII", 0, 0, 40, len(inner), 0, 0)
    assert [build.uuid for build in builds(BytesIO(head + inner))] == [(b"u" * 16).hex()]


def test_a_java_class_is_no_universal_file() -> None:
    assert not is_macho(b"\xca\xfe\xba\xbe\0\0\0\x34")


def test_a_file_without_a_uuid_has_no_builds() -> None:
    assert builds(BytesIO(thin(uuid=bytes(16)))) == ()


@given(st.integers(0, len(WHOLE)), st.integers(0, 400), st.binary(max_size=8))
def test_a_cut_or_overwritten_file_is_damaged_at_worst(cut: int, at: int, over: bytes) -> None:
    data = WHOLE[:at] + over + WHOLE[at + len(over) :]
    with suppress(Damaged):
        assert all(len(build.uuid) == 32 for build in builds(BytesIO(data[:cut])))
