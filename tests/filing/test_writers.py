import asyncio

import pytest

from bridge.errors import NotYet
from bridge.filing import Writers
from bridge.filing.writers import guarded
from bridge.store import Store
from bridge.upstream import check_right
from tests.clock import StillClock


def writers(store: Store, clock: StillClock, owner: str) -> Writers:
    return Writers(store.leases, owner=owner, lease=30, clock=clock)


async def test_one_process_writes_to_a_tracker_one_at_a_time(
    store: Store, clock: StillClock
) -> None:
    mine, inside = writers(store, clock, "p1"), 0

    async def write() -> None:
        nonlocal inside
        async with mine.alone("github"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(5)))


async def test_another_process_waits_and_then_gets_its_turn(
    store: Store, clock: StillClock
) -> None:
    one, two = writers(store, clock, "p1"), writers(store, clock, "p2")
    async with one.alone("github"):
        with pytest.raises(NotYet, match="another process"):
            async with two.alone("github"):
                pytest.fail("two writers")
        async with two.alone("jira"):
            pass
    async with two.alone("github"):
        pass


async def test_the_lease_is_kept_while_it_is_used(store: Store, clock: StillClock) -> None:
    one, two = writers(store, clock, "p1"), writers(store, clock, "p2")
    async with one.alone("github"):
        for _ in range(5):
            while not any(at > clock.monotonic() for at, _ in clock._sleepers):
                await asyncio.sleep(0)
            clock.advance(10)
        with pytest.raises(NotYet):
            async with two.alone("github"):
                pytest.fail("two writers")


async def test_a_dead_writer_gives_way_when_its_lease_ends(store: Store, clock: StillClock) -> None:
    assert await store.leases.hold("tracker:github", owner="dead", lease=30)
    clock.advance(31)
    async with writers(store, clock, "p2").alone("github"):
        pass


async def test_a_writer_that_lost_its_lease_is_stopped(store: Store, clock: StillClock) -> None:
    async def write() -> None:
        async with writers(store, clock, "p1").alone("github"):
            await asyncio.Event().wait()

    writing = asyncio.create_task(write())
    while not clock._sleepers:
        await asyncio.sleep(0)
    clock.pass_by(31)  # a process that was stopped: time passes, and nothing is renewed
    assert await store.leases.hold("tracker:github", owner="p2", lease=30)
    clock.advance(0)
    with pytest.raises(NotYet, match="lost"):
        await writing


async def test_an_error_inside_gives_the_tracker_back(store: Store, clock: StillClock) -> None:
    one, two = writers(store, clock, "p1"), writers(store, clock, "p2")
    with pytest.raises(ZeroDivisionError):
        async with one.alone("github"):
            raise ZeroDivisionError
    async with two.alone("github"):
        pass


async def test_a_cancelled_writer_is_cancelled_and_gives_the_tracker_back(
    store: Store, clock: StillClock
) -> None:
    one, two, entered = (
        writers(store, clock, "p1"),
        writers(store, clock, "p2"),
        asyncio.Event(),
    )

    async def write() -> None:
        async with one.alone("github"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with two.alone("github"):
        pass


async def test_a_writer_that_stood_still_sends_nothing_more(
    store: Store, clock: StillClock
) -> None:
    async with writers(store, clock, "p1").alone("github"):
        clock.pass_by(29)
        check_right()
        clock.pass_by(2)  # before it can notice anything, the other one may write
        with pytest.raises(NotYet, match="stood still"):
            check_right()
    check_right()


@pytest.mark.parametrize("guard_turns", range(6))
@pytest.mark.parametrize("body_turns", range(6))
async def test_a_guard_that_ends_as_the_work_ends_cancels_nobody(
    guard_turns: int, body_turns: int
) -> None:
    async def turn(times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(0)

    async def work() -> str:
        try:
            async with guarded(turn(guard_turns), lost="lost"):
                await turn(body_turns)
        except NotYet:
            return "lost"
        await turn(5)  # a cancellation that came too late would strike here
        return "done"

    working = asyncio.create_task(work())
    await asyncio.wait((working,))
    assert not working.cancelled()
    assert working.result() == ("lost" if guard_turns < body_turns - 1 else "done")
