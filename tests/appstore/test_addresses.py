"""Only addresses on the public internet are public."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.appstore.addresses import is_loopback, is_public, look_up


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "127.0.0.1", "127.8.8.8", "::1", "::", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.255",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a9fe:a9fe", "fec0::1", "3fff::1",
        "5f00::1", "192.0.0.8", "192.88.99.1",
        "2002:a9fe:a9fe::1", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_what_is_not_on_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["17.253.144.10", "1.1.1.1", "2620:149:af0::10", "::ffff:17.253.144.10", "64:ff9b::1101:101"],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False),
        ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("1.1.1.1", False),
    ],
)  # fmt: skip
def test_loopback_is_this_machine_and_nothing_that_wraps_it(address: str, wanted: bool) -> None:
    assert is_loopback(address) is wanted


@given(st.ip_addresses())
def test_no_address_is_both(address: object) -> None:
    assert not (is_public(str(address)) and is_loopback(str(address)))


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_makes_it_no_more_public(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


async def test_a_name_of_this_machine_is_looked_up() -> None:
    found = await look_up("localhost", 443)
    assert found
    assert all(is_loopback(each) for each in found)
