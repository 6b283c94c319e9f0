import asyncio

from bridge.store import Store
from tests.clock import FakeClock


async def test_a_name_is_held_by_one(store: Store) -> None:
    held = await asyncio.gather(
        *(store.leases.hold("github", owner=f"p{n}", lease=10) for n in range(5))
    )

    assert sorted(held) == [False, False, False, False, True]


async def test_the_holder_holds_on(store: Store, clock: FakeClock) -> None:
    assert await store.leases.hold("github", owner="p1", lease=10)
    clock.advance(9)
    assert await store.leases.hold("github", owner="p1", lease=10)
    clock.advance(9)

    assert not await store.leases.hold("github", owner="p2", lease=10)


async def test_an_ended_lease_is_anybodys(store: Store, clock: FakeClock) -> None:
    await store.leases.hold("github", owner="p1", lease=10)
    clock.advance(10)

    assert await store.leases.hold("github", owner="p2", lease=10)


async def test_a_released_name_is_free_and_only_its_holder_releases_it(store: Store) -> None:
    await store.leases.hold("github", owner="p1", lease=10)
    await store.leases.release("github", owner="p2")
    assert not await store.leases.hold("github", owner="p2", lease=10)

    await store.leases.release("github", owner="p1")

    assert await store.leases.hold("github", owner="p2", lease=10)
    assert await store.leases.hold("jira", owner="p1", lease=10)
