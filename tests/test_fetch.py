"""What was sent is kept with all that could be had of it, and asked for no more than needed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.appstore import AppId, Expired
from bridge.errors import Gone, Misconfigured, NotYet, Refused, Transient, Unreadable
from bridge.fetch import (
    CRASHES,
    DOWNLOADS,
    GONE_TRIES,
    MOST_SCREENSHOTS,
    SCREENSHOTS,
    CrashLogSettings,
    Fetch,
    Source,
    log_name,
)
from bridge.model import (
    CrashFeedback,
    Job,
    JobKey,
    JobState,
    RemoteScreenshot,
    ScreenshotFeedback,
)
from bridge.pictures import Picture
from bridge.store import StorageSettings, Store
from tests.clock import START, FakeClock

APP = "sunrise"
PNG = Picture(format="PNG", width=8, height=16, media_type="image/png", suffix=".png")
WAIT, EVERY, FOLLOW = 600.0, 30.0, 3600.0


@dataclass
class Apple:
    """Stands in for App Store Connect's client: says what it was told to, and counts."""

    addresses: list[Sequence[str]] = field(default_factory=lambda: [["one"]])
    """Of each answer in turn, the last one again and again."""
    downloads: dict[str, bytes | Exception] = field(default_factory=dict)
    log: str | None = None
    gone: bool = False
    asked: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def screenshot(self, app: AppId, submission: str) -> ScreenshotFeedback:
        self._ask("screenshot")
        urls = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        shots = tuple(RemoteScreenshot(url=url) for url in urls)
        return ScreenshotFeedback(app=app.name, id=submission, created_at=START, screenshots=shots)

    async def crash(self, app: AppId, submission: str) -> CrashFeedback:
        self._ask("crash")
        return CrashFeedback(app=app.name, id=submission, created_at=START)

    async def crash_log(self, submission: str) -> str | None:
        self.asked.append("crash_log")
        return self.log

    async def download(self, shot: RemoteScreenshot, sink: Any) -> Picture:
        self.asked.append("download")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        found = self.downloads.get(shot.url, shot.url.encode())
        if isinstance(found, Exception):
            raise found
        await sink.write(found)
        return PNG

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.gone:
            raise Gone("App Store Connect has no such feedback")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    opened = await Store.open(StorageSettings(), base=tmp_path, clock=clock)
    yield opened
    await opened.aclose()


@pytest.fixture
def apple() -> Apple:
    return Apple()


@pytest.fixture
def fetch(apple: Apple, store: Store, clock: FakeClock) -> Fetch:
    return Fetch(
        sources={APP: Source(app=AppId(name=APP, app_id="1", bundle_id=None), client=apple)},
        store=store,
        crash_log=CrashLogSettings(wait=WAIT, every=EVERY, follow=FOLLOW),
        clock=clock,
    )


def job(kind: str = SCREENSHOTS, *, app: str = APP, tries: int = 0) -> Job:
    return Job(
        id=1,
        key=JobKey(app=app, instance_type=kind, instance_id="S1"),
        state=JobState.RUNNING,
        tries=tries,
        created_at=START,
        due_at=START,
    )


async def test_pictures_are_kept_whole_in_their_order(
    fetch: Fetch, apple: Apple, store: Store
) -> None:
    apple.addresses = [["one", "two", "three"]]
    kept = await fetch.feedback(job())
    assert [file.name.split("-")[1] for file in kept.files] == ["1", "2", "3"]
    read = [await store.blobs.read(file.sha256) for file in kept.files]
    assert read == [b"one", b"two", b"three"]
    assert all(file.feedback_id == "S1" and file.width == 8 for file in kept.files)
    assert not kept.notes


async def test_what_was_kept_is_not_asked_for_again(fetch: Fetch, apple: Apple) -> None:
    first = await fetch.feedback(job())
    asked = list(apple.asked)
    assert await fetch.feedback(job()) == first
    assert apple.asked == asked


async def test_equal_pictures_are_two_files_of_one_content(fetch: Fetch, apple: Apple) -> None:
    apple.addresses = [["one", "one"]]
    one, other = (await fetch.feedback(job())).files
    assert one.sha256 == other.sha256
    assert one.name != other.name


@pytest.mark.parametrize(
    "problem", [Refused("a host that isn't allowed"), Unreadable("an HTML page"), Gone("gone")]
)
async def test_a_picture_that_can_not_be_had_is_a_note_beside_the_others(
    fetch: Fetch, apple: Apple, problem: Exception
) -> None:
    apple.addresses = [["one", "bad", "three"]]
    apple.downloads["bad"] = problem
    kept = await fetch.feedback(job())
    assert [file.name.split("-")[1] for file in kept.files] == ["1", "3"]
    assert kept.notes == (f"Screenshot 2 could not be kept: {problem}",)
    assert apple.asked.count("screenshot") == 1


async def test_a_picture_that_may_come_later_leaves_all_for_the_next_try(
    fetch: Fetch, apple: Apple, store: Store
) -> None:
    apple.addresses = [["one", "bad"]]
    apple.downloads["bad"] = Transient("App Store Connect answered 503")
    with pytest.raises(Transient):
        await fetch.feedback(job())
    assert await store.ledger.feedback(APP, "S1") is None
    apple.downloads.clear()
    assert len((await fetch.feedback(job())).files) == 2


async def test_expired_addresses_lead_to_one_fresh_look_for_all_of_them(
    fetch: Fetch, apple: Apple
) -> None:
    apple.addresses = [["old1", "old2", "old3"], ["new1", "new2", "new3"]]
    apple.downloads |= {f"old{n}": Expired("the address has expired") for n in (1, 2, 3)}
    kept = await fetch.feedback(job())
    assert len(kept.files) == 3
    assert not kept.notes
    assert apple.asked.count("screenshot") == 2


async def test_an_expired_picture_that_a_fresh_look_no_longer_has_is_a_note(
    fetch: Fetch, apple: Apple
) -> None:
    apple.addresses = [["one", "old2"], ["one"]]
    apple.downloads["old2"] = Expired("the address has expired")
    kept = await fetch.feedback(job())
    assert len(kept.files) == 1
    assert kept.notes == ("Screenshot 2 could not be kept: the address has expired",)


async def test_addresses_that_expire_again_are_not_looked_for_for_ever(
    fetch: Fetch, apple: Apple
) -> None:
    apple.downloads["one"] = Expired("the address has expired")
    kept = await fetch.feedback(job())
    assert kept.notes == ("Screenshot 1 could not be kept: the address has expired",)
    assert apple.asked.count("screenshot") == 2


async def test_very_many_pictures_are_bounded_in_number_and_at_once(
    fetch: Fetch, apple: Apple
) -> None:
    apple.addresses = [[f"shot {n}" for n in range(MOST_SCREENSHOTS + 3)]]
    kept = await fetch.feedback(job())
    assert len(kept.files) == MOST_SCREENSHOTS
    assert kept.notes == (
        f"3 more screenshots were not kept: at most {MOST_SCREENSHOTS} of a feedback are.",
    )
    assert apple.most_at_once <= DOWNLOADS


async def test_feedback_without_pictures_is_kept(fetch: Fetch, apple: Apple) -> None:
    apple.addresses = [[]]
    kept = await fetch.feedback(job())
    assert (kept.files, kept.notes) == ((), ())


async def test_signed_addresses_are_not_kept(fetch: Fetch, apple: Apple, tmp_path: Path) -> None:
    apple.addresses = [["https://images.example.com/a.png?Signature=s3cr3t"]]
    apple.downloads[apple.addresses[0][0]] = b"picture"
    await fetch.feedback(job())
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or b"s3cr3t" not in path.read_bytes()


async def test_a_submission_that_is_not_there_is_gone_only_after_a_few_tries(
    fetch: Fetch, apple: Apple
) -> None:
    apple.gone = True
    for tries in range(GONE_TRIES):
        with pytest.raises(Transient, match="no such feedback"):
            await fetch.feedback(job(tries=tries))
    with pytest.raises(Gone):
        await fetch.feedback(job(tries=GONE_TRIES))


async def test_an_app_that_left_the_configuration_is_named(fetch: Fetch) -> None:
    with pytest.raises(Misconfigured, match="app moonrise is no longer in the configuration"):
        await fetch.feedback(job(app="moonrise"))


async def test_a_log_is_kept_as_it_came(fetch: Fetch, apple: Apple, store: Store) -> None:
    apple.log = "Incident Identifier: ü\r\n\tlone \ud800 half\n"
    kept = await fetch.feedback(job(CRASHES))
    assert kept.log is not None
    assert (
        await store.blobs.read(kept.log.sha256)
        == b"Incident Identifier: \xc3\xbc\r\n\tlone ? half\n"
    )
    assert kept.log.media_type == "text/plain"


async def test_a_log_is_waited_for_and_then_done_without(
    fetch: Fetch, apple: Apple, clock: FakeClock
) -> None:
    with pytest.raises(NotYet) as caught:
        await fetch.feedback(job(CRASHES))
    assert caught.value.retry_after == EVERY
    clock.advance(WAIT - 1)
    with pytest.raises(NotYet):
        await fetch.feedback(job(CRASHES))
    clock.advance(1)
    assert (await fetch.feedback(job(CRASHES))).log is None
    assert apple.asked.count("crash") == 1  # what was there is not fetched again


async def test_a_log_that_comes_while_it_is_waited_for_is_kept(fetch: Fetch, apple: Apple) -> None:
    with pytest.raises(NotYet):
        await fetch.feedback(job(CRASHES))
    apple.log = "here it is"
    assert (await fetch.feedback(job(CRASHES))).log is not None
    asked = list(apple.asked)
    assert (await fetch.feedback(job(CRASHES))).log is not None
    assert apple.asked == asked


async def test_a_late_log_is_followed_and_then_given_up(
    fetch: Fetch, apple: Apple, clock: FakeClock
) -> None:
    clock.advance(WAIT)
    await fetch.feedback(job(CRASHES))
    with pytest.raises(NotYet) as caught:
        await fetch.log(job(CRASHES))
    assert caught.value.retry_after == EVERY
    clock.advance(FOLLOW)
    assert await fetch.log(job(CRASHES)) is None
    apple.log = "later than late"
    late = await fetch.log(job(CRASHES))
    assert late is not None
    assert late.log is not None


async def test_nothing_is_followed_for_feedback_that_is_not_kept(
    fetch: Fetch, apple: Apple
) -> None:
    assert await fetch.log(job(CRASHES)) is None
    assert not apple.asked


@pytest.mark.parametrize(
    ("log", "suffix"),
    [(b'{"app_name":"x"}\n{}', "ips"), (b" \n {", "ips"), (b"Incident", "crash"), (b"", "crash")],
)
def test_a_logs_name_says_what_it_is(log: bytes, suffix: str) -> None:
    assert log_name("S1", log).endswith(f".{suffix}")


@given(st.binary())
def test_a_logs_name_is_safe_and_its_own(log: bytes) -> None:
    name = log_name("S1-x_y", log)
    assert name.replace(".", "").replace("-", "").replace("_", "").isalnum()
    assert name != log_name("S1-x_y", log + b"x")
