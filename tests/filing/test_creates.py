import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import LostAnswer, NotYet, RateLimited, Refused
from bridge.filing import Creates, SettleSettings
from bridge.model import IssueDraft, IssueRef, Marker
from bridge.store import Store
from tests.clock import StillClock
from tests.filing.scripted import ScriptedTracker

SETTLE = SettleSettings(passes=2, apart=60, after=300)


def draft(marker: Marker) -> IssueDraft:
    return IssueDraft(title="Crash", block="boom", marker=marker)


@pytest.fixture
def tracker(clock: StillClock) -> ScriptedTracker:
    return ScriptedTracker(clock)


@pytest.fixture
def creates(store: Store, clock: StillClock) -> Creates:
    return Creates(store.intents, key=store.marker_key, settle=SETTLE, clock=clock)


async def create(creates: Creates, tracker: ScriptedTracker, group_id: str) -> IssueRef:
    issue, intent = await creates.create(tracker, group_id, draft)
    await creates.settled(intent)
    return issue


async def test_a_create_is_recorded_sent_once_and_settled(
    creates: Creates, tracker: ScriptedTracker, store: Store, group_id: str
) -> None:
    issue = await create(creates, tracker, group_id)
    assert issue.key == "S-1"
    assert tracker.sends == 1
    assert await store.intents.open_intent(group_id) is None


async def test_the_intent_is_durable_before_the_create_is_sent(
    creates: Creates, tracker: ScriptedTracker, store: Store, group_id: str
) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    tracker.answers = [die]
    with pytest.raises(KeyboardInterrupt):
        await creates.create(tracker, group_id, draft)
    intent = await store.intents.open_intent(group_id)
    assert intent is not None
    assert intent.fence.number == 0
    assert intent.marker.key == tracker.issues[0][1].marker.key


async def test_a_lost_answer_is_settled_by_adopting_what_was_created(
    creates: Creates, tracker: ScriptedTracker, group_id: str
) -> None:
    tracker.answers = [LostAnswer("the connection was dropped")]
    with pytest.raises(LostAnswer) as lost:
        await create(creates, tracker, group_id)
    assert lost.value.retry_after == 60
    issue = await create(creates, tracker, group_id)
    assert issue.key == "S-1"
    assert tracker.sends == 1


async def test_a_process_that_died_in_a_create_adopts_it_later(
    creates: Creates, tracker: ScriptedTracker, store: Store, group_id: str
) -> None:
    issue, _ = await creates.create(tracker, group_id, draft)  # and never settled
    again = await create(creates, tracker, group_id)
    assert again == issue
    assert tracker.sends == 1


async def test_nothing_is_sent_again_before_enough_looks_some_time_apart(
    creates: Creates, tracker: ScriptedTracker, clock: StillClock, group_id: str
) -> None:
    tracker.answers.append(LostAnswer("504"))
    tracker.loses_work = True
    with pytest.raises(LostAnswer):
        await create(creates, tracker, group_id)
    sent_at = clock.monotonic()
    while clock.monotonic() - sent_at < SETTLE.after:
        with pytest.raises(NotYet) as later:
            await create(creates, tracker, group_id)
        assert tracker.sends == 1
        assert later.value.retry_after
        clock.advance(later.value.retry_after)
    await create(creates, tracker, group_id)
    assert tracker.sends == 2
    assert len(tracker.issues) == 1


async def test_looking_again_too_soon_looks_at_nothing(
    creates: Creates, tracker: ScriptedTracker, store: Store, clock: StillClock, group_id: str
) -> None:
    tracker.answers.append(LostAnswer("504"))
    tracker.loses_work = True
    with pytest.raises(LostAnswer):
        await create(creates, tracker, group_id)
    with pytest.raises(NotYet):
        await create(creates, tracker, group_id)
    clock.advance(10)
    with pytest.raises(NotYet) as later:
        await create(creates, tracker, group_id)
    assert later.value.retry_after == pytest.approx(50)
    intent = await store.intents.open_intent(group_id)
    assert intent is not None
    assert intent.passes == 1


async def test_what_arrives_late_is_adopted_and_not_created_again(
    creates: Creates, tracker: ScriptedTracker, clock: StillClock, group_id: str
) -> None:
    tracker.answers.append(LostAnswer("504"))
    tracker.loses_work = True
    with pytest.raises(LostAnswer):
        await create(creates, tracker, group_id)
    with pytest.raises(NotYet):
        await create(creates, tracker, group_id)
    tracker.issues.append(
        (IssueRef(tracker="scripted", key="S-9", url=""), draft(creates.marker(group_id)))
    )
    clock.advance(60)
    assert (await create(creates, tracker, group_id)).key == "S-9"
    assert tracker.sends == 1


@pytest.mark.parametrize("problem", [Refused("no such project"), RateLimited("wait")])
async def test_a_definite_refusal_leaves_nothing_to_settle(
    creates: Creates,
    tracker: ScriptedTracker,
    store: Store,
    group_id: str,
    problem: Refused | RateLimited,
) -> None:
    tracker.answers = [problem]
    with pytest.raises(type(problem)):
        await create(creates, tracker, group_id)
    assert await store.intents.open_intent(group_id) is None
    assert (await create(creates, tracker, group_id)).key == "S-1"


async def test_a_cancelled_create_stays_unknown(
    creates: Creates, tracker: ScriptedTracker, store: Store, group_id: str
) -> None:
    def cancel() -> None:
        raise asyncio.CancelledError

    tracker.answers = [cancel]
    with pytest.raises(asyncio.CancelledError):
        await creates.create(tracker, group_id, draft)
    assert await store.intents.open_intent(group_id) is not None


@given(group=st.text(alphabet="0123456789abcdef", min_size=16, max_size=16))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_markers_can_not_be_forged_without_the_key(creates: Creates, group: str) -> None:
    other = Creates(creates._intents, key=b"another key", settle=SETTLE, clock=creates._clock)
    mine, again = creates.marker(group), creates.marker(group)
    assert mine.key == again.key
    assert mine.op != again.op
    assert other.marker(group).key != mine.key
