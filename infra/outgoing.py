"""Which addresses the program connects to where the target is named from outside (SSRF).

A name is checked when it is entered, so that a mistake is noticed at once, and again at every connection, because its
owner can let it lead elsewhere at any moment (DNS rebinding). `open_session` refuses any address that is not public
and not in an allowed network, however it is written: the check sees the address that the socket is for.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

from aiohttp import AddrInfoType, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
"""IPv6 addresses whose last 32 bits are an IPv4 address."""
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
"""Reserved for protocols; older versions of Python count some of it as public."""
_RESOLVE_SECONDS = 5.0


class ForbiddenAddressError(OSError):
    """The address is neither public nor in an allowed network."""


class AddressRules:
    """The networks that the operator allows besides the public internet."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(network) for network in networks)

    def is_internal(self, address: str) -> bool:
        """Return whether a numeric address is in an allowed network."""
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def allows(self, address: str, *, internal_only: bool = False) -> bool:
        """Return whether a numeric address may be connected to; text that is no plain address never."""
        parsed = _parse(address)
        if parsed is None:
            return False
        return self.is_internal(address) or (not internal_only and is_public(parsed))

    async def check(self, host: str, *, internal_only: bool = False) -> None:
        """Resolve a host as a connection would.

        Raises:
            ForbiddenAddressError: one of its addresses is not allowed.
            OSError: the name does not exist, or nothing answers in time.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_RESOLVE_SECONDS):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        for *_, place in found:
            if not self.allows(str(place[0]), internal_only=internal_only):
                raise ForbiddenAddressError(f"{host} is not on the public internet")


def is_public(address: IPAddress) -> bool:
    """Return whether the address belongs to the public internet, also after translation to the IPv4 one within it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _LOCAL_NAT64 or address.is_site_local:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64 or address in _COMPATIBLE:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and address not in _PROTOCOLS


def open_session(rules: AddressRules, *, seconds: float, internal_only: bool = False) -> ClientSession:
    """Open a client that connects to allowed addresses only, keeps no cookies and uses no proxy.

    `seconds` limits a request as a whole; with `internal_only` public addresses are refused, too. Redirects are the
    caller's matter: each would be checked like a first address.
    """

    def open_socket(place: AddrInfoType) -> socket.socket:
        family, kind, protocol, _name, target = place
        if not rules.allows(str(target[0]), internal_only=internal_only):
            raise ForbiddenAddressError(f"{target[0]} is not on the public internet")
        return socket.socket(family, kind, protocol)

    connector = TCPConnector(
        resolver=GuardedResolver(rules, internal_only=internal_only),
        socket_factory=open_socket,
        use_dns_cache=False,
        force_close=True,
    )
    limits = ClientTimeout(total=seconds)
    return ClientSession(connector=connector, timeout=limits, cookie_jar=DummyCookieJar(), trust_env=False)


class GuardedResolver(AbstractResolver):
    """Resolves host names; refuses those of whose addresses one is not allowed."""

    def __init__(self, rules: AddressRules, *, internal_only: bool = False) -> None:
        self._rules = rules
        self._internal_only = internal_only
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(self._rules.allows(result["host"], internal_only=self._internal_only) for result in found):
            raise ForbiddenAddressError(f"{host} is not on the public internet")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _parse(address: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
