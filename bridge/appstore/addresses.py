"""Which network addresses may be connected to: public ones, and no others.

A name is looked up once, all its addresses are judged, and the connection goes to one of the
addresses that were judged; so what the name means a moment later does not matter.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host; raises OSError if there are none."""

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24", "192.88.99.0/24",  # RFC 6890, RFC 7526
        "::/96", "::ffff:0:0:0/96",  # IPv4 addresses wrapped in ways that are given up
        "64:ff9b:1::/48",  # RFC 8215: translation to IPv4 within a network
        "3fff::/20", "5f00::/16", "fec0::/10",  # RFC 9637, RFC 9602, RFC 3879
    )
)  # fmt: skip
"""What Python's registry of special addresses takes for public, in some versions or in all."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses that this machine's resolver knows for a host."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Say whether an address is on the public internet, in whatever form it is written."""
    return all(
        each.is_global
        and not each.is_multicast
        and not any(each in network for network in _NOT_PUBLIC if network.version == each.version)
        for each in _meanings(address)
    )


def is_loopback(address: str) -> bool:
    """Say whether an address is this machine itself."""
    return all(each.is_loopback for each in _meanings(address))


def _meanings(address: str) -> list[_Address]:
    """Return the address and the IPv4 address that is wrapped in it, if one is."""
    found = ipaddress.ip_address(address)
    if not isinstance(found, ipaddress.IPv6Address):
        return [found]
    if found.ipv4_mapped is not None:
        return [found.ipv4_mapped]
    meanings: list[_Address] = [found]
    if found.sixtofour is not None:
        meanings.append(found.sixtofour)
    if found.teredo is not None:
        meanings.extend(found.teredo)
    if found in _NAT64:
        meanings.append(ipaddress.IPv4Address(found.packed[-4:]))
    return meanings
