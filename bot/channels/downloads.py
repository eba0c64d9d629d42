"""Download of received files, only from the platform's own hosts.

An address comes from outside, so it could point into our own network (SSRF). Only HTTPS to a listed host is followed,
and that host must not resolve to a private address; a server named in the settings may be anywhere.
"""

import logging
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from infra.files import Incoming, TooBigError
from infra.outgoing import AddressRules, GuardedResolver

log = logging.getLogger(__name__)

_LIMITS = ClientTimeout(total=60, connect=5, sock_read=15)
_PIECE = 1 << 16
_REDIRECTS = 3


class Fetch(StrEnum):
    """The outcome of a download."""

    DONE = "done"
    TOO_BIG = "too big"
    LATER = "later"
    NEVER = "never"
    """The file no longer exists, or its address is not allowed."""


class Downloads:
    """Fetches from `hosts` and their subdomains, and from the server at `base`."""

    def __init__(self, hosts: Sequence[str], base: str | None, proxy: str | None) -> None:
        self._hosts = tuple(hosts)
        self._base = urlsplit(base) if base else None
        self._proxy = proxy

    async def fetch(self, url: str, into: Incoming) -> Fetch:
        """Write the file at `url` into `into`, up to its size limit."""
        try:
            for _ in range(_REDIRECTS + 1):
                if not self._allowed(url):
                    log.warning("a file's address leads to a host that is not listed: %s", urlsplit(url).hostname)
                    return Fetch.NEVER
                moved = await self._get(url, into)
                if isinstance(moved, Fetch):
                    return moved
                url = urljoin(url, moved)
        except TooBigError:
            return Fetch.TOO_BIG
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            log.info("a file could not be fetched: %s", type(error).__name__)
            return Fetch.LATER
        return Fetch.NEVER

    async def _get(self, url: str, into: Incoming) -> Fetch | str:
        """Fetch the file; returns the outcome, or the address that it redirects to."""
        connector = TCPConnector(resolver=None if self._own(url) else GuardedResolver(AddressRules()))
        async with (
            ClientSession(connector=connector, timeout=_LIMITS, trust_env=False, proxy=self._proxy) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if 300 <= answer.status < 400:
                return answer.headers.get("Location", "")
            if answer.status in {401, 403, 404, 410}:
                return Fetch.NEVER
            if answer.status != 200:
                return Fetch.LATER
            async for piece in answer.content.iter_chunked(_PIECE):
                into.write(piece)
            return Fetch.DONE

    def _allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        listed = any(host == name or host.endswith(f".{name}") for name in self._hosts)
        return self._own(url) or (parts.scheme == "https" and parts.port in {None, 443} and listed)

    def _own(self, url: str) -> bool:
        parts = urlsplit(url)
        return self._base is not None and (parts.scheme, parts.netloc) == (self._base.scheme, self._base.netloc)
