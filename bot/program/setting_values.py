"""Parsing of settings; malformed text raises ValueError with a sentence that names the remedy."""

import re
from datetime import UTC, time, tzinfo
from ipaddress import ip_network
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_HOURS = re.compile(r"\d\d:\d\d-\d\d:\d\d")


def parse_origins(value: object) -> object:
    """Parse origins of sites, separated by spaces or commas, as in a content security policy. Raises ValueError."""
    sites = value.replace(",", " ").split() if isinstance(value, str) else value
    for site in sites if isinstance(sites, list | tuple) else ():
        if not isinstance(site, str) or not _ORIGIN.fullmatch(site):
            raise ValueError(f"{site} is not the origin of a site: write it like https://example.org, without a path")
    return sites


def parse_networks(value: object) -> object:
    """Parse addresses and networks, separated by spaces or commas. Raises ValueError."""
    given = value.replace(",", " ").split() if isinstance(value, str) else value
    for network in given if isinstance(given, list | tuple) else ():
        try:
            ip_network(network)
        except ValueError:
            raise ValueError(f"{network} is no address or network: write it like 127.0.0.1 or 172.20.0.0/16") from None
    return given


def parse_quiet_hours(given: str) -> tuple[tuple[time, time] | None, tzinfo]:
    """Parse `23:00-08:00`, optionally followed by a time zone; "" means no quiet hours. Raises ValueError."""
    if not given.strip():
        return None, UTC
    hours, _, name = given.strip().partition(" ")
    try:
        begin, end = (time.fromisoformat(hour) for hour in hours.split("-"))
        if not _HOURS.fullmatch(hours) or begin == end:
            raise ValueError
        return (begin, end), ZoneInfo(name.strip()) if name.strip() else UTC
    except (ValueError, OSError, LookupError):
        raise ValueError(
            f"{given.strip()} are no hours: write them like 23:00-08:00, or 23:00-08:00 Europe/Budapest"
        ) from None


def passwords_of(address: str | None) -> list[str]:
    """Return the password in a URL, as written and decoded."""
    try:
        password = urlsplit(address or "").password
    except ValueError:
        return []
    return [password, unquote(password)] if password else []
