"""Validation of a channel's proxy setting."""

from urllib.parse import urlsplit

from infra.errors import PlainError


def check_proxy(proxy: str | None, setting: str) -> str | None:
    """Return the proxy's address unchanged, None for no proxy.

    Raises PlainError, naming `setting`, for SOCKS and anything else that is no HTTP proxy.
    """
    if not proxy:
        return None
    address = urlsplit(proxy)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise PlainError(
            f"{setting} must be the address of an HTTP proxy, like http://127.0.0.1:3128; for a SOCKS proxy, run an"
            " HTTP proxy such as privoxy in front of it."
        )
    return proxy
