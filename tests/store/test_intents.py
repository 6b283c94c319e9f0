import asyncio

import pytest

from bridge.errors import Gone
from bridge.model import Fence, Group, Marker
from bridge.store import LeaseLost, Store
from tests.clock import START, FakeClock
from tests.store.made import joining, occurrence

FENCE = Fence(scope="example/sunrise", number=41, at=START)


async def opened(store: Store) -> tuple[Group, Marker]:
    group = await store.ledger.join(occurrence("S1"), **joining())
    return group, Marker(group_id=group.id, mac="ab", op="1")


async def test_an_intent_is_open_until_it_is_settled(store: Store, clock: FakeClock) -> None:
    group, marker = await opened(store)
    assert await store.intents.open_intent(group.id) is None

    intent = await store.intents.begin(group.id, marker, FENCE)

    assert (intent.marker, intent.fence, intent.started_at) == (marker, FENCE, clock.now())
    assert await store.intents.open_intent(group.id) == intent
    await store.intents.settle(intent, "created")
    assert await store.intents.open_intent(group.id) is None


async def test_looks_are_counted_with_their_time(store: Store, clock: FakeClock) -> None:
    group, marker = await opened(store)
    intent = await store.intents.begin(group.id, marker, FENCE)
    clock.advance(60)
    intent = await store.intents.looked(intent)
    clock.advance(60)
    intent = await store.intents.looked(intent)

    assert (intent.passes, intent.looked_at) == (2, clock.now())
    assert await store.intents.open_intent(group.id) == intent


async def test_of_two_creates_at_once_one_is_refused(store: Store) -> None:
    group, marker = await opened(store)

    outcomes = await asyncio.gather(
        *(store.intents.begin(group.id, marker, FENCE) for _ in range(2)), return_exceptions=True
    )

    assert sum(isinstance(outcome, LeaseLost) for outcome in outcomes) == 1


async def test_a_lost_create_may_be_begun_again(store: Store) -> None:
    group, marker = await opened(store)
    first = await store.intents.begin(group.id, marker, FENCE)
    await store.intents.settle(first, "lost")

    second = await store.intents.begin(group.id, marker, FENCE)

    await store.intents.settle(first, "created")
    assert await store.intents.open_intent(group.id) == second
    with pytest.raises(Gone):
        await store.intents.looked(first)


async def test_an_intent_for_no_group_is_refused(store: Store) -> None:
    with pytest.raises(Gone):
        await store.intents.begin("?", Marker(group_id="?", mac="", op=""), FENCE)
