"""A log is read once, by the rules and with the symbols of now, and found by those of before."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.crash import CrashRules, RuleBook
from bridge.crash.rules import FrameRule
from bridge.errors import Gone
from bridge.model import Attachment, AttachmentRole, Diagnosis
from bridge.store import StorageSettings, Store
from bridge.symbols import Symbols
from bridge.understanding import EARLIER, Understanding
from tests.clock import FakeClock
from tests.pipeline.samples import crash_text
from tests.symbols import sunrise

KEPT = "crash_rules"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()


def skipping(*names: str) -> CrashRules:
    return CrashRules(skip=tuple(FrameRule(name=name) for name in names))


async def keep(store: Store, log: str) -> Attachment:
    digest, size = await store.blobs.put(log.encode())
    return Attachment(
        role=AttachmentRole.LOG,
        name="crash.txt",
        sha256=digest,
        size=size,
        media_type="text/plain",
    )


async def read(understanding: Understanding, log: Attachment) -> Diagnosis:
    found = await understanding.of(log)
    assert found is not None
    return found


async def in_use(store: Store, rules: CrashRules, log: Attachment) -> Diagnosis:
    """What a process that starts with these rules makes of a log."""
    return await read(Understanding(store.blobs, keepsakes=store.keepsakes, rules=rules), log)


async def test_no_log_and_no_report_have_no_diagnosis(store: Store) -> None:
    understanding = Understanding(store.blobs)
    assert await understanding.of(None) is None
    assert await understanding.of(await keep(store, "buy milk")) is None


async def test_a_log_is_read_once(store: Store) -> None:
    understanding = Understanding(store.blobs)
    log = await keep(store, crash_text())
    first = await read(understanding, log)
    store.blobs.path(log.sha256).unlink()
    assert await understanding.of(log) is first


async def test_only_so_many_diagnoses_are_remembered(store: Store) -> None:
    understanding = Understanding(store.blobs)
    logs = [await keep(store, crash_text(f"f{n}()")) for n in range(66)]
    for log in logs:
        await read(understanding, log)
        store.blobs.path(log.sha256).unlink()
    with pytest.raises(Gone):
        await understanding.of(logs[0])
    assert await understanding.of(logs[-1]) is not None


async def test_large_diagnoses_are_not_remembered(store: Store) -> None:
    understanding = Understanding(store.blobs)
    threads = "".join(
        f"Thread {n}:\n" + "".join(f"{m} App 0x1 0x0 + 1\n" for m in range(500)) + "\n"
        for n in range(1, 50)
    )
    log = await keep(store, crash_text().replace("Binary Images:", f"{threads}Binary Images:"))
    await read(understanding, log)
    store.blobs.path(log.sha256).unlink()
    with pytest.raises(Gone):
        await understanding.of(log)


async def test_symbols_that_arrive_later_are_used(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    folder = tmp_path / "symbols"
    folder.mkdir()
    symbols = Symbols([folder], monotonic=clock.monotonic, rescan=60)
    understanding = Understanding(store.blobs, symbols=symbols)
    log = await keep(store, sunrise.text())
    before = await read(understanding, log)
    assert before.title == "Crash: trap in Sunrise"
    assert before.report.warnings == (
        f"No symbols for Sunrise: no dSYM with the UUID {sunrise.ARM_WRITTEN} was found.",
    )
    shutil.copytree(sunrise.DSYM, folder / "Sunrise.app.dSYM")
    assert await understanding.of(log) is before
    clock.advance(60)
    after = await read(understanding, log)
    assert after.title == "Crash: trap in Cart.price"
    assert after.report.warnings == ()
    assert before.fingerprint.key in after.fingerprint.owned
    assert set(before.fingerprint.owned) <= set(after.fingerprint.owned)
    assert after.fingerprint.key != before.fingerprint.key


async def test_groups_made_under_earlier_rules_are_still_asked_for(store: Store) -> None:
    log = await keep(store, crash_text("CartView.total()"))
    keys = [
        (await in_use(store, rules, log)).fingerprint
        for rules in (CrashRules(), skipping("CartView.total()"), skipping("CartView.*"))
    ]
    assert keys[0].older == ()
    assert keys[1].older == (keys[0].key,)
    assert keys[2].older == (keys[1].key, keys[0].key)


async def test_going_back_to_earlier_rules_remembers_the_others(store: Store) -> None:
    log = await keep(store, crash_text("CartView.total()"))
    first = await in_use(store, CrashRules(), log)
    second = await in_use(store, skipping("CartView.total()"), log)
    third = await in_use(store, CrashRules(), log)
    assert third.fingerprint.key == first.fingerprint.key
    assert third.fingerprint.older == (second.fingerprint.key,)


async def test_only_so_many_earlier_rules_are_remembered(store: Store) -> None:
    log = await keep(store, crash_text())
    for n in range(EARLIER + 2):
        await in_use(store, skipping(f"f{n}"), log)
    last = await in_use(store, skipping("last"), log)
    assert len(last.fingerprint.older) == EARLIER
    assert len(json.loads(await store.keepsakes.get(KEPT) or "")) == EARLIER + 1


async def test_a_reason_worded_anew_makes_no_other_rules(store: Store) -> None:
    log = await keep(store, crash_text())
    await in_use(store, skipping("f"), log)
    worded = CrashRules(skip=(FrameRule(name="f", why="it forwards"),))
    assert (await in_use(store, worded, log)).fingerprint.older == ()


@pytest.mark.parametrize("text", ["not JSON", "{}", '["x"]', '[{}, {"later": 1}]', "null", "1"])
async def test_rules_that_this_version_cannot_read_are_left_out(store: Store, text: str) -> None:
    await store.keepsakes.put(KEPT, text)
    log = await keep(store, crash_text())
    await in_use(store, skipping("f"), log)
    [now, *earlier] = json.loads(await store.keepsakes.get(KEPT) or "")
    assert RuleBook.of(CrashRules.model_validate(now)) == RuleBook.of(skipping("f"))
    assert earlier in ([], [{}])
