"""Requests to addresses that come from outside reach nothing but the public internet, however they are written."""

import pytest
from aiohttp import ClientError

from infra.outgoing import AddressRules, ForbiddenAddressError, open_session
from tests.servers.receiver import receiving

INTERNAL = [
    "127.0.0.1", "127.9.9.9", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip
ODD = ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "", "127.0.0.1.", "١٢٧.0.0.1"]
PUBLIC = ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", [*INTERNAL, *ODD])
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not AddressRules().allows(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert AddressRules().allows(address)
    assert not AddressRules(["10.0.0.0/8"]).allows(address, internal_only=True)


def test_the_operator_allows_networks() -> None:
    rules = AddressRules(["10.20.0.0/16", "fd00::/8"])
    assert rules.allows("10.20.1.1", internal_only=True)
    assert rules.allows("fd00::5")
    assert not rules.allows("10.21.1.1")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "::1"])
async def test_a_name_is_judged_by_where_it_leads(host: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        await AddressRules().check(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"])
async def test_no_connection_is_made_to_a_forbidden_address(host: str) -> None:
    """A name may lead elsewhere than when it was checked: each connection is judged by its own address."""
    async with receiving() as receiver, open_session(AddressRules(), seconds=60) as session:
        url = receiver.url.replace("127.0.0.1", host)
        with pytest.raises((ClientError, OSError)):
            await session.post(url, data=b"")
        assert receiver.requests == []


async def test_an_allowed_network_is_reached() -> None:
    async with receiving() as receiver, open_session(AddressRules(["127.0.0.0/8"]), seconds=60) as session:
        async with session.post(receiver.url, headers={"webhook-id": "a"}, data=b"") as answer:
            assert answer.status == 204
        assert len(receiver.requests) == 1
