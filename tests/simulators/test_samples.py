"""The sample feedback: enough of it, as the real thing looks, and each bug's reports agree."""

import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge import pictures as ours
from bridge.crash import understand
from bridge.model import Diagnosis, ReportKind
from bridge.simulators import estate
from bridge.simulators.samples.bugs import BUGS
from bridge.simulators.samples.crashes import CRASHES, CrashSample, crash_log
from bridge.simulators.samples.screenshots import SCREENSHOTS, ScreenshotSample, pictures

LAUNCH = "launch-waits-for-migration"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
APP = estate.APPS[0]


def written(sample: CrashSample, *, seed: object = 0, build: str | None = None) -> str:
    dice = random.Random(f"{sample.bug}/{sample.turn}/{seed}")
    return crash_log(sample, app=APP, build=build or sample.build, at=NOON, dice=dice)


def diagnosed(sample: CrashSample, *, seed: object = 0, build: str | None = None) -> Diagnosis:
    diagnosis = understand(written(sample, seed=seed, build=build).encode())
    assert diagnosis is not None
    return diagnosis


each_crash = pytest.mark.parametrize("sample", CRASHES, ids=lambda s: f"{s.bug}-{s.turn}")
each_screenshot = pytest.mark.parametrize("sample", SCREENSHOTS, ids=lambda s: s.bug)


def test_there_are_thirty_six_crashes_of_twelve_bugs_in_both_formats() -> None:
    assert len(CRASHES) == 36
    assert len(BUGS) == 12
    assert {sample.bug for sample in CRASHES} == set(BUGS)
    formats: dict[str, set[str]] = defaultdict(set)
    for sample in CRASHES:
        formats[sample.bug].add(sample.format)
    assert all(found == {"text", "ips"} for found in formats.values())


def test_every_bug_comes_from_several_devices() -> None:
    devices = Counter((sample.bug, sample.device.model) for sample in CRASHES)
    assert all(sum(bug == name for bug, _ in devices) >= 2 for name in BUGS)


def test_builds_ascend_and_were_uploaded_before_they_crashed() -> None:
    builds = [int(sample.build) for sample in CRASHES]
    assert builds == sorted(builds)
    uploads = [estate.uploaded_at(str(build), now=NOON) for build in builds]
    assert uploads == sorted(uploads)
    assert uploads[-1] < NOON


def test_a_build_to_come_is_uploaded_after_all_that_was_done_before() -> None:
    assert NOON < estate.uploaded_at("150", now=NOON) <= NOON + timedelta(seconds=1)
    assert estate.uploaded_at("143", now=NOON) < NOON


@pytest.mark.parametrize(
    ("build", "version"), [("139", "2.4.0"), ("141", "2.4.1"), ("150", "2.5.0"), ("x", "2.4.0")]
)
def test_a_build_belongs_to_a_version(build: str, version: str) -> None:
    assert estate.version_of(build) == version


@each_crash
def test_our_reader_finds_everything_in_a_sample(sample: CrashSample) -> None:
    diagnosis = diagnosed(sample)
    report = diagnosis.report
    bug = BUGS[sample.bug]
    assert report.kind is ReportKind.CRASH
    assert report.process == report.app_image == "Sunrise"
    assert report.bundle_id == APP.bundle_id
    assert (report.app_version, report.build) == (estate.version_of(sample.build), sample.build)
    assert report.hardware == sample.device.model
    assert report.os_version == sample.device.os
    assert report.exception_type == f"{bug.exception} ({bug.signal})"
    assert report.stack is not None
    assert len(report.stack) == report.n_stack == len(bug.thrown or bug.stack)
    assert (report.last_exception is not None) == (bug.thrown is not None)
    assert any(frame.in_app for frame in report.stack)
    assert report.warnings == ()


def test_reports_of_one_bug_have_one_fingerprint_and_no_other_bug_has_it() -> None:
    keys: dict[str, set[str]] = defaultdict(set)
    for sample in CRASHES:
        for seed in range(2):
            keys[sample.bug].add(diagnosed(sample, seed=seed).fingerprint.key)
    assert {bug: len(found) for bug, found in keys.items()} == dict.fromkeys(BUGS, 1)
    assert len(set.union(*keys.values())) == len(BUGS)


def test_the_fingerprint_lasts_into_builds_to_come() -> None:
    for sample in CRASHES[:: len(CRASHES) // 10]:
        later = diagnosed(sample, build="151").fingerprint.key
        assert later == diagnosed(sample).fingerprint.key


def test_two_reports_never_are_the_same_bytes() -> None:
    logs = {written(sample, seed=seed) for sample in CRASHES for seed in range(2)}
    assert len(logs) == 2 * len(CRASHES)


@each_crash
def test_the_same_dice_write_the_same_report(sample: CrashSample) -> None:
    assert written(sample, seed=7) == written(sample, seed=7)


@pytest.mark.parametrize("bug", BUGS)
def test_addresses_differ_and_offsets_in_an_image_do_not(bug: str) -> None:
    sample = next(s for s in CRASHES if s.bug == bug)
    first, second = (diagnosed(sample, seed=seed).report for seed in range(2))
    assert first.stack is not None
    assert second.stack is not None
    assert [f.address for f in first.stack] != [f.address for f in second.stack]
    assert [f.offset for f in first.stack] == [f.offset for f in second.stack]


def test_code_without_symbols_keeps_its_image_and_offsets_in_every_build() -> None:
    reports = [diagnosed(s).report for s in CRASHES if s.bug == "barcode-scan-in-vendor-code"]
    places = {tuple((f.image_uuid, f.offset) for f in (r.stack or ())[:3]) for r in reports}
    assert len(reports) == 2
    assert len(places) == 1
    assert all(f.symbol is None for r in reports for f in (r.stack or ())[:3])


def test_a_report_without_symbols_has_the_places_of_the_one_with_them() -> None:
    for sample in (next(s for s in CRASHES if s.bug == bug) for bug in BUGS):
        named = diagnosed(sample).report.stack or ()
        bare = diagnosed(replace(sample, symbolicated=False)).report.stack or ()
        assert [(f.image_uuid, f.offset) for f in bare] == [(f.image_uuid, f.offset) for f in named]
        assert not any(f.symbol or f.file for f in bare if f.in_app)
        assert [f.symbol for f in bare if not f.in_app] == [f.symbol for f in named if not f.in_app]


def test_text_has_the_layout_of_testflights() -> None:
    text = written(next(s for s in CRASHES if s.format == "text" and s.bug == "money-overflow"))
    head = text.splitlines()[:3]
    assert re.fullmatch(r"Incident Identifier: [0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", head[0])
    assert head[1] == "Distributor ID:      com.apple.TestFlight"
    frame = re.compile(
        r"^0   PaymentKit                    \t0x[0-9a-f]{16} Money\.adding", re.MULTILINE
    )
    assert frame.search(text)
    assert re.search(r"^Thread 0 crashed with ARM Thread State \(64-bit\):$", text, re.MULTILINE)
    image = re.compile(
        r"^ +0x1[0-9a-f]{8} - +0x1[0-9a-f]{8} Sunrise arm64  <[0-9a-f]{32}> /var", re.MULTILINE
    )
    assert image.search(text)
    assert text.endswith("\n\nEOF\n")


def test_ips_is_a_line_of_json_and_then_a_document() -> None:
    text = written(next(s for s in CRASHES if s.format == "ips" and s.bug == "money-overflow"))
    head, _, body = text.partition("\n")
    assert json.loads(head)["bug_type"] == "309"
    document = json.loads(body)
    assert document["threads"][document["faultingThread"]]["triggered"] is True
    assert document["usedImages"][0]["name"] == "Sunrise"
    assert body.startswith('{\n  "uptime" : ')
    assert '"procPath" : "\\/private\\/var' in body


def test_the_watchdogs_words_are_in_the_report() -> None:
    for sample in (s for s in CRASHES if s.bug == LAUNCH):
        text = written(sample)
        assert "code:0x8BADF00D explanation:scene-create watchdog" in text
        assert "{" not in BUGS[sample.bug].termination[2]
        assert f"app<{APP.bundle_id}(" in text


def test_testers_have_addresses_that_reach_nobody() -> None:
    people = [s.tester for s in CRASHES] + [s.tester for s in SCREENSHOTS]
    assert None in people
    assert all(re.fullmatch(r"tester\d\d", person) for person in people if person)


def test_some_words_are_hostile() -> None:
    said = "\n".join(s.comment or "" for s in [*CRASHES, *SCREENSHOTS])
    for trap in ("@octocat", "fixes #1", "```", "{code}", "{{ 7*7 }}", "\u202e", "<script>"):
        assert trap in said
    assert "tester07@example.com" in said


@each_screenshot
def test_pictures_are_pictures_of_the_device(sample: ScreenshotSample) -> None:
    found = pictures(sample)
    assert 1 <= len(found) <= 3
    for data, width, height in found:
        checked = ours.check(data)
        assert (checked.width, checked.height) == (width, height)
        device = sample.device
        assert (width, height) == (device.width * device.scale, device.height * device.scale)
        assert len(data) < 200_000
        assert checked.format.upper() == sample.encoding


def test_ten_screenshots_tell_of_ten_things_and_share_no_picture() -> None:
    assert len({sample.bug for sample in SCREENSHOTS}) == len(SCREENSHOTS) == 10
    drawn = [data for sample in SCREENSHOTS for data, _, _ in pictures(sample)]
    assert len(set(drawn)) == len(drawn)


def test_a_picture_is_drawn_the_same_each_time() -> None:
    sample = SCREENSHOTS[0]
    before = pictures(sample)
    pictures.cache_clear()
    assert pictures(sample) == before
