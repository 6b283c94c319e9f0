import asyncio
import zlib
from collections.abc import AsyncIterator

from bridge.store import Store
from tests.intake.posting import (
    MAX_BODY,
    Client,
    Tally,
    deliveries,
    event,
    post,
    raw,
    signed,
)


async def test_a_body_of_the_greatest_size_is_taken_and_one_byte_more_is_not(
    client: Client, store: Store, tally: Tally
) -> None:
    full = event().ljust(MAX_BODY)

    assert (await post(client, full))[0] == 200
    assert (await post(client, full + b" "))[0] == 413
    assert await deliveries(store) == 1
    assert tally.seen["sunrise", "too_large"] == 1


async def chunks(count: int, *, of: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield of
        await asyncio.sleep(pause)


async def test_a_body_without_a_length_is_cut_off_at_the_same_size(
    client: Client, store: Store
) -> None:
    async with client.post("/webhooks/sunrise", data=chunks(50, of=b"x" * 1000)) as answer:
        assert answer.status == 413


async def test_a_body_that_claims_to_be_huge_is_refused_unread(client: Client) -> None:
    request = b"POST /webhooks/sunrise HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n"

    assert b" 413 " in await raw(client, request)


async def test_a_body_that_never_ends_is_given_up(client: Client) -> None:
    request = b"POST /webhooks/sunrise HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"

    assert b" 408 " in await raw(client, request)


async def test_a_body_whose_encoding_is_broken_is_refused(client: Client) -> None:
    request = (
        b"POST /webhooks/sunrise HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 8\r\n\r\nnot gzip"
    )

    assert b" 400 " in await raw(client, request)


async def test_a_body_that_unpacks_to_too_much_is_refused(client: Client, store: Store) -> None:
    bomb = zlib.compress(b" " * 10_000_000)
    headers = {"Content-Encoding": "deflate", **signed(bomb)}
    async with client.post("/webhooks/sunrise", data=bomb[:3000], headers=headers) as answer:
        assert answer.status in (400, 413)
    assert await deliveries(store) == 0


async def test_a_client_that_hangs_up_breaks_nothing(client: Client, store: Store) -> None:
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(b"POST /webhooks/sunrise HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.transport.abort()

    assert (await post(client, event()))[0] == 200
